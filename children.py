"""The processes that ``voxloop up`` starts, each kept alive until it is told to stop.

A child holds the far end of a pipe: when its parent is gone, however that came about, the child ends by itself.
"""

import asyncio
import contextlib
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LONGEST_PAUSE_SECONDS = 10
_STEADY_SECONDS = 60
_STOP_SECONDS = 6


@dataclass(frozen=True)
class Ended:
    """A child ended of itself with ``code`` (negative: by that signal) and will be started again after a pause."""

    name: str
    code: int
    pause_seconds: int
    log: Path


@dataclass
class Children:
    """``voxloop <name>`` for each name started, with ``environment``; ``handed_down`` is a file they all hold open."""

    environment: Mapping[str, str]
    logs: Path
    handed_down: int
    tell: Callable[[Ended], None]
    _running: dict[str, Process] = field(default_factory=dict)
    _keepers: list["asyncio.Task[None]"] = field(default_factory=list)

    def start(self, name: str) -> None:
        """Have this one run from now on."""
        self._keepers.append(asyncio.create_task(self._keep(name)))

    async def stop(self) -> None:
        """End them all: asked first, after 6 s not asked any more."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for sent in (signal.SIGTERM, signal.SIGKILL):
            living = [process for process in self._running.values() if process.returncode is None]
            for process in living:
                process.send_signal(sent)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*(process.wait() for process in living)), _STOP_SECONDS)

    def log(self, name: str) -> Path:
        """Where a child writes what it does."""
        return self.logs / f"{name}.log"

    async def _keep(self, name: str) -> None:
        pause = 1
        while True:
            began = time.monotonic()
            process = self._running[name] = await self._spawn(name)
            code = await process.wait()
            if time.monotonic() - began > _STEADY_SECONDS:
                pause = 1
            self.tell(Ended(name, code, pause, self.log(name)))
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _spawn(self, name: str) -> Process:
        with self.log(name).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "voxloop.cli", name, "--attached"),
                stdin=PIPE,
                stdout=log,
                stderr=log,
                env=self.environment,
                pass_fds=[self.handed_down],
                start_new_session=True,
            )
