"""Carries commands from the outbox to Temporal: at once when told of new ones, else every second.

Every server and worker runs one. A command is removed only after Temporal has taken it; all are harmless to repeat.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Sequence

from temporalio.exceptions import WorkflowAlreadyStartedError

from voxloop import tracing
from voxloop.store import outbox
from voxloop.store.sessions import Row, Sessions
from voxloop.workflows.client import Loops

_log = logging.getLogger(__name__)
_BATCH = 50
_CARRIERS = 2  # while one notes what is done, Temporal is not to stand idle
_CALLS = 32  # at once: more would only wait in Temporal, until their time is up
_IDLE_SECONDS = 1.0


class Relay:
    """``run`` until cancelled; ``poke`` when something was put into the outbox."""

    def __init__(self, sessions: Sessions, loops: Loops) -> None:
        self._sessions, self._loops = sessions, loops
        self._pokes: asyncio.Queue[None] = asyncio.Queue(maxsize=1)
        self._calls = asyncio.Semaphore(_CALLS)

    def poke(self) -> None:
        """Look now."""
        with contextlib.suppress(asyncio.QueueFull):
            self._pokes.put_nowait(None)

    async def run(self) -> None:
        """Carry commands until cancelled; an outage on either side is waited out."""
        async with asyncio.TaskGroup() as carriers:
            for _ in range(_CARRIERS):
                carriers.create_task(self._run())

    async def _run(self) -> None:
        while True:
            try:
                had, failed = await self.carry()
            except Exception as error:  # whatever is down comes back
                _log.warning("outbox waits: %s", type(error).__name__)
                had = failed = 1
            if had and had == failed:  # however often it is poked meanwhile
                await asyncio.sleep(_IDLE_SECONDS)
            elif had < _BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._pokes.get(), _IDLE_SECONDS)

    async def carry(self) -> tuple[int, int]:
        """Carry one batch; answers how many commands it had, and how many of them have to wait."""
        async with self._sessions.begin() as session:
            rows = await outbox.claim(session, _BATCH)
        groups = _by_effect(rows)
        results = await asyncio.gather(*(self._send(group[0]) for group in groups), return_exceptions=True)
        sent = [row["id"] for group, error in zip(groups, results, strict=True) if error is None for row in group]
        failed = [row["id"] for group, error in zip(groups, results, strict=True) if error for row in group]
        if rows:
            async with self._sessions.begin() as session:
                await outbox.done(session, sent)
                await outbox.postpone(session, failed)
        for reason, times in Counter(type(error).__name__ for error in results if error).items():
            _log.warning("%d commands wait: %s", times, reason)
        return len(rows), len(failed)

    async def _send(self, row: Row) -> None:
        key = row["workflow"].partition("/")[2]
        payload = row["payload"]
        async with self._calls:
            with tracing.going_on(payload, f"relay {row['command']}"):
                match row["command"]:
                    case "start_loop":
                        with contextlib.suppress(WorkflowAlreadyStartedError):
                            await self._loops.start_loop(key, payload.get("code"))
                    case "start_link":
                        await self._loops.start_link(key)
                    case "wake_target":
                        await self._loops.wake_target(key)
                    case "run_errand":
                        await self._loops.run_errand(row["workflow"])
                    case "signal":
                        await self._loops.signal(row["workflow"], payload["name"], payload["argument"])


def _by_effect(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that one call serves, together: any number of wake-ups of one target is one wake-up."""
    groups: dict[object, list[Row]] = {}
    for row in rows:
        same = row["workflow"] if row["command"] != "signal" else row["id"]
        groups.setdefault((row["command"], same), []).append(row)
    return list(groups.values())
