"""The judge: rule sets decide in a process of its own, which is replaced when it hangs, crashes or grows.

A rule engine written in C, patterns that people write and drafts that nobody has tried yet can do no harm there: the
worker waits no longer than a limit, and a decision about an item never waits for a new process, because the reference
evaluator, which is plain Python and cannot hang, decides the same here.
"""

import asyncio
import contextlib
import logging
import os
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voxloop.domain.decision import Decision
from voxloop.domain.problems import Known, Problem
from voxloop.domain.rules import RuleSet
from voxloop.rules.comparison import Compared, Item
from voxloop.rules.decide import by_reference
from voxloop.rules.evaluator import Facts
from voxloop.rules.outcomes import Places

_log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "voxloop.rules.judge_process")
START_SECONDS = 30.0
MOST_LOST = 2


@dataclass(frozen=True)
class Limits:
    """How long a decision about an item may take, how long all else, and the address space of the process in bytes.

    ``rules``: after so many it is replaced, for the engine leaks what it drops; 2,000 rules take some 70 MB.
    """

    decide_seconds: float = 2.0
    check_seconds: float = 30.0
    memory: int = 2 << 30
    rules: int = 20_000


class JudgeLost(Exception):
    """The process did not answer in time (``exit`` is None), or ended."""

    def __init__(self, exit_: int | None, seconds: float) -> None:
        super().__init__(f"no answer in {seconds:g} s" if exit_ is None else f"ended with {exit_}")
        self.exit, self.seconds = exit_, seconds


class JudgeFailed(Exception):
    """The process answered that it could not."""


class Judge:
    """One process that answers one request at a time; started with the context, and again after it was lost."""

    def __init__(self, command: Sequence[str] = COMMAND, limits: Limits = Limits()) -> None:
        self._command, self._limits = (*command, str(limits.memory)), limits
        self._process: Process | None = None
        self._starting: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._loaded: dict[str, int] = {}
        self._lost: dict[str, int] = {}

    async def __aenter__(self) -> "Judge":
        try:
            await self.start()
        except BaseException:  # cancelled too: what is on its way would come up for nobody
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the process."""
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.cancel()
            await asyncio.wait([starting])
        process, self._process = self._process, None
        self._loaded.clear()
        if process is not None:
            await _end(process)

    async def start(self) -> None:
        """Have the process up.

        Raises:
            JudgeLost: it does not come up.
        """
        await asyncio.shield(self._begun())

    async def decide(self, version: str, rule_set: RuleSet, facts: Facts) -> Decision:
        """The decision of a rule set, which is always the same for one ``version``, about one item; never fails.

        While no process is up the reference decides, and always for a version that cost ``MOST_LOST`` processes.
        """
        async with self._turn:
            if self._is_full(version, rule_set):
                await self._replace()
        if self._is_up() and self._lost.get(version, 0) < MOST_LOST:
            try:
                [decision] = await self._decided(version, rule_set, [facts], self._limits.decide_seconds)
                return decision
            except JudgeLost as lost:
                self._lost[version] = self._lost.get(version, 0) + 1
                _log.error("rule set version %s: the judge %s; the reference decides", version, lost)
            except JudgeFailed as failed:
                _log.error("rule set version %s: %s; the reference decides", version, failed)
        return await asyncio.to_thread(by_reference, rule_set, facts)  # of large sets it takes a while

    async def decide_all(self, version: str, rule_set: RuleSet, facts: Sequence[Facts]) -> list[Decision]:
        """The decisions about many items.

        Raises:
            JudgeLost, JudgeFailed: there are none.
        """
        return await self._decided(version, rule_set, facts, self._limits.check_seconds)

    async def compare(
        self, sets: Mapping[str, RuleSet], standing: str | None, tried: str, items: Sequence[Item], places: Places
    ) -> Compared:
        """How two of these sets decide about the same items (``voxloop.rules.comparison``).

        Raises:
            JudgeLost, JudgeFailed: nobody knows.
        """
        async with self._turn:
            for version, rule_set in sets.items():
                await self._load(version, rule_set, self._limits.check_seconds)
            compared: Compared = await self._ask(self._limits.check_seconds, "compare", standing, tried, items, places)
            return compared

    async def check(self, kind: str, key: str, body: Mapping[str, object], known: Known) -> list[Problem]:
        """Everything that is wrong with a document, a hang or a crash included; ends the process."""
        async with self._turn:
            try:
                found: list[Problem] = await self._ask(self._limits.check_seconds, "check", kind, key, body, known)
                return found
            except JudgeLost as lost:
                if lost.exit is None:
                    return [Problem("", "document.check_timeout", {"seconds": f"{lost.seconds:g}"})]
                return [Problem("", "document.check_crashed", {"exit": str(lost.exit)})]
            except JudgeFailed as failed:
                return [Problem("", "document.check_failed", {"reason": str(failed)})]
            finally:
                await self.close()  # what it has loaded is of no use any more

    async def _decided(self, version: str, rule_set: RuleSet, facts: Sequence[Facts], seconds: float) -> list[Decision]:
        async with self._turn:
            await self._load(version, rule_set, seconds)
            decisions: list[Decision] = await self._ask(seconds, "decide", version, facts)
            return decisions

    async def _load(self, version: str, rule_set: RuleSet, seconds: float) -> None:
        if version in self._loaded:
            return
        if self._is_full(version, rule_set):
            await self.close()
        await self._ask(seconds, "load", version, rule_set)
        self._loaded[version] = len(rule_set.rules)

    def _is_full(self, version: str, rule_set: RuleSet) -> bool:
        new = version not in self._loaded
        return new and sum(self._loaded.values()) + len(rule_set.rules) > self._limits.rules

    async def _ask(self, seconds: float, request: str, *arguments: object) -> Any:
        """What the process answers; one that does not is killed, and another one is started."""
        await self.start()
        process = self._process
        assert process is not None
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(process, request, arguments)
        except TimeoutError as late:
            await self._replace()
            raise JudgeLost(None, seconds) from late
        except (EOFError, OSError) as gone:
            code = await process.wait()
            await self._replace()
            raise JudgeLost(code, seconds) from gone
        except asyncio.CancelledError:
            await self._replace()  # its answer would be taken for that of the next request
            raise

    def _is_up(self) -> bool:
        """Whether a process answers; else one is on its way from now on."""
        self._begun()
        return self._process is not None

    async def _replace(self) -> None:
        await self.close()
        self._begun()

    def _begun(self) -> "asyncio.Task[None]":
        """The start of the process that is up or on its way; one that failed is tried again."""
        if self._starting is None or (self._starting.done() and self._process is None):
            self._starting = asyncio.create_task(self._start())
            self._starting.add_done_callback(lambda started: started.cancelled() or started.exception())
        return self._starting

    async def _start(self) -> None:
        process = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE, start_new_session=True)
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._exchange(process, "ready", ())
        except BaseException as failed:
            code = await _end(process)
            if isinstance(failed, asyncio.CancelledError):
                raise
            raise JudgeLost(code, START_SECONDS) from failed
        self._process = process

    async def _exchange(self, process: Process, request: str, arguments: Sequence[object]) -> Any:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(pickle.dumps((request, arguments), protocol=pickle.HIGHEST_PROTOCOL))
        await process.stdin.drain()
        size = int.from_bytes(await process.stdout.readexactly(8), "big")
        fine, answer = pickle.loads(await process.stdout.readexactly(size))
        if not fine:
            raise JudgeFailed(answer)
        return answer


async def _end(process: Process) -> int:
    """End it with all that it has started; what it ended with.

    ``Process.kill`` looks first whether it has ended, and so takes what it ended with from who waits for it.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return await process.wait()
