"""The hourly comparison of rows and workflows, which repairs both ways what no outage should have left (DESIGN 4.1)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from temporalio import activity

from voxloop.activities import news
from voxloop.activities.scene import Means
from voxloop.domain.errands import ErrandKind
from voxloop.domain.relations import News, OtherChanged
from voxloop.store import (
    absences,
    contents,
    duplicates,
    events,
    feedback,
    linked_items,
    messages,
    outbox,
    presence,
    simulations,
)

_GRACE = timedelta(minutes=5)
_PAGE = 1_000
# A loop is asked only about news, which keeps asking cheap; a weekend without power must not make it old.
_NEWS = timedelta(days=3)


class OpenLoops(Protocol):
    """What the comparison asks of Temporal."""

    def open_items(self) -> AsyncIterator[str]: ...

    async def restart_loop(self, item: str, plan: object, answers: Mapping[str, int]) -> None: ...

    async def look_again(self, item: str, version: int) -> bool: ...

    async def end_loop(self, item: str, reason: str) -> None: ...


@dataclass(frozen=True)
class Repairs:
    """How many things were wrong; all zero is the normal answer."""

    loops_started: int
    loops_told: int
    loops_ended: int
    targets_woken: int
    links_started: int
    words_swept: int
    duplicates_told: int = 0
    handovers_begun: int = 0


@dataclass
class Reconciler:
    """The activity of the hourly schedule."""

    means: Means
    loops: OpenLoops

    @activity.defn(name="reconcile")
    async def reconcile(self) -> Repairs:
        """Compare, repair, and say how much there was to repair."""
        open_: set[str] = set()
        async for item in self.loops.open_items():
            open_.add(item)
            activity.heartbeat(len(open_))
        ended = await self._end_orphans(open_)
        async with self.means.sessions.begin() as session:
            targets = await messages.targets_with_pending(session, _GRACE)
            for target in targets:
                await outbox.put(session, "wake_target", f"target/{target}")
            links = await linked_items.never_opened(session, _GRACE)
            for key in links:
                await outbox.put(session, "start_link", f"link/{key}")
            merged = await duplicates.out_of_step(session, _GRACE)
            for row in merged:
                await news.send(session, row["id"], OtherChanged(News.CANONICAL, str(row["other"]), row["version"]))
            left = await absences.gone(session, _GRACE)
            for member in left:
                await outbox.put(session, "run_errand", f"{ErrandKind.HANDOVER}/{member}")
            await presence.sweep(session)
            swept = await contents.sweep(session) + await simulations.sweep(session)
        started, told = await self._compare(open_)  # last: loops are asked here, and one may not answer
        return Repairs(started, told, ended, len(targets), len(links), swept, len(merged), len(left))

    async def _compare(self, open_: set[str]) -> tuple[int, int]:
        """Start loops that are missing, and tell those that do not know an act: how many of each."""
        started, told, after, since = 0, 0, None, datetime.now(UTC) - _NEWS
        while True:
            async with self.means.sessions.begin() as session:
                page = await feedback.unfinished(session, _PAGE, _GRACE, after)
            for item in page:
                if str(item["id"]) not in open_:
                    await self._restart(item["id"])
                    started += 1
                elif item["recorded_at"] > since:
                    told += await self.loops.look_again(str(item["id"]), item["version"])
                activity.heartbeat(started, told)
            if len(page) < _PAGE:
                return started, told
            after = page[-1]["id"]

    async def _restart(self, item: UUID) -> None:
        """From its last plan, and with the answers of its acts: one that is repeated is not done again."""
        async with self.means.sessions.begin() as session:
            plans = [event["plan"] for event in await events.of_items(session, [item]) if event["plan"]]
        answers = {plan["by"]: plan["version"] for plan in plans}
        await self.loops.restart_loop(str(item), plans[-1] if plans else None, answers)

    async def _end_orphans(self, open_: set[str]) -> int:
        async with self.means.sessions.begin() as session:
            known = await feedback.known(session, open_)
        orphans = open_ - known
        for item in orphans:
            await self.loops.end_loop(item, "no such item")
        return len(orphans)
