"""The hourly comparison of rows and workflows, which repairs both ways what no outage should have left (DESIGN 4.1)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from temporalio import activity

from voxloop.activities.scene import Means
from voxloop.store import contents, events, feedback, linked_items, messages, outbox

_GRACE = timedelta(minutes=5)
_PAGE = 1_000


class OpenLoops(Protocol):
    """What the comparison asks of Temporal."""

    def open_items(self) -> AsyncIterator[str]: ...

    async def restart_loop(self, item: str, plan: object) -> None: ...

    async def end_loop(self, item: str, reason: str) -> None: ...


@dataclass(frozen=True)
class Repairs:
    """How many things were wrong; all zero is the normal answer."""

    loops_started: int
    loops_ended: int
    targets_woken: int
    links_started: int
    words_swept: int


@dataclass
class Reconciler:
    """The activity of the hourly schedule."""

    means: Means
    loops: OpenLoops

    @activity.defn(name="reconcile")
    async def reconcile(self) -> Repairs:
        """Compare, repair, and say how much there was to repair."""
        open_ = {item async for item in self.loops.open_items()}
        started = await self._start_missing(open_)
        ended = await self._end_orphans(open_)
        async with self.means.sessions.begin() as session:
            targets = await messages.targets_with_pending(session, _GRACE)
            for target in targets:
                await outbox.put(session, "wake_target", f"target/{target}")
            links = await linked_items.never_opened(session, _GRACE)
            for key in links:
                await outbox.put(session, "start_link", f"link/{key}")
            swept = await contents.sweep(session)
        return Repairs(started, ended, len(targets), len(links), swept)

    async def _start_missing(self, open_: set[str]) -> int:
        started, after = 0, None
        while True:
            async with self.means.sessions.begin() as session:
                page = await feedback.unfinished(session, _PAGE, _GRACE, after)
            for item in page:
                if str(item) not in open_:
                    await self._restart(item)
                    started += 1
                activity.heartbeat(started)
            if len(page) < _PAGE:
                return started
            after = page[-1]

    async def _restart(self, item: UUID) -> None:
        async with self.means.sessions.begin() as session:
            plan = await events.last_plan(session, item)
        await self.loops.restart_loop(str(item), plan)

    async def _end_orphans(self, open_: set[str]) -> int:
        async with self.means.sessions.begin() as session:
            known = await feedback.known(session, open_)
        orphans = open_ - known
        for item in orphans:
            await self.loops.end_loop(item, "no such item")
        return len(orphans)
