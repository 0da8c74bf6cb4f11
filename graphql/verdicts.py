"""What clocks say then and now: under the version that was pinned, and under the one that is published now.

All that the verdicts of a page need is read beforehand, in as many statements for many clocks as for one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import strawberry

from voxloop.domain.clocks import Course
from voxloop.domain.moments import limits_of
from voxloop.domain.process import Process
from voxloop.domain.process_reader import read_process
from voxloop.domain.verdicts import courses, judged, subject_of, target_of
from voxloop.store import clocks, documents, hours, verdicts
from voxloop.store.hours import NO_CALENDARS, Calendars
from voxloop.store.sessions import Row, Session


@strawberry.type(description="What a clock said under the version of the process that its item keeps to.")
class VerdictThen:
    due_at: datetime | None = strawberry.field(description="When it is due, as it was stored; empty without a target.")
    breached_at: datetime | None = strawberry.field(description="When the target was missed.")


@strawberry.type(description="What it would say, had its item kept to the version that is published now.")
class VerdictNow:
    due_at: datetime | None = strawberry.field(
        description="When it would be due; empty without a target, and while it stands still before its target."
    )
    breached_at: datetime | None = strawberry.field(description="When the target would have been missed.")
    process_version: int | None = strawberry.field(description="The published version; empty when none is any more.")


@strawberry.type(description="What a clock says, then and now.")
class Verdicts:
    then: VerdictThen = strawberry.field(description="Under the version that its item keeps to. Never rewritten.")
    now: VerdictNow = strawberry.field(description="Under the version that is published now, by the same events.")


@dataclass
class Judging:
    """What is known of a page: its items, their steps by ``seq``, the courses of their clocks, and what counts now."""

    items: Mapping[UUID, Row] = field(default_factory=dict)
    runs: Mapping[tuple[UUID, int], Row] = field(default_factory=dict)
    courses: Mapping[int, Course] = field(default_factory=dict)
    processes: Mapping[int, Process] = field(default_factory=dict)
    calendars: Calendars = NO_CALENDARS

    def verdicts(self, clock: Row, scale: float) -> Verdicts:
        """Of one clock."""
        then = VerdictThen(due_at=clock["due_at"], breached_at=clock["breached_at"])
        return Verdicts(then=then, now=self._now(clock, scale))

    def _now(self, clock: Row, scale: float) -> VerdictNow:
        item = self.items[clock["item"]]
        number = item["published_version"]
        if number is None or clock["manual"]:  # what a person has set no version moves
            return VerdictNow(due_at=clock["due_at"], breached_at=clock["breached_at"], process_version=number)
        process, run = self.processes[item["published"]], self.runs.get((clock["item"], clock["seq"]))
        step = process.find(run["step"]) if run else None
        limits, team = limits_of(clock["name"], process, step), run["team"] if run else item["team"]
        pace = self.calendars.chosen(limits.calendar, team, item["time_zone"], scale).pace
        target = target_of(limits, subject_of(item), pace)
        said = judged(self.courses[clock["id"]], target, pace, datetime.now(UTC))
        return VerdictNow(due_at=said.due_at, breached_at=said.breached_at, process_version=number)


async def load_judging(session: Session, timed: Sequence[Row], runs: Sequence[Row]) -> Judging:
    """What the verdicts of these clocks need; ``runs``: all steps of their items."""
    items = await verdicts.subjects(session, {clock["item"] for clock in timed})
    rows = await documents.bodies(session, {row["published"] for row in items} - {None})
    return Judging(
        items={row["id"]: row for row in items},
        runs={(run["item"], run["seq"]): run for run in runs},
        courses=courses(await clocks.events_of(session, [clock["id"] for clock in timed])),
        processes={row["id"]: read_process(row["body"]) for row in rows},
        calendars=await hours.load(session),
    )
