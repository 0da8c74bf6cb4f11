"""What a migration would come to: which items go where, which cannot, and which deadlines move. Pure.

Deadlines are those of clocks that go on. Where a step is entered anew its clocks start anew, which moves none.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from voxloop.domain.clocks import Clock, Course, Pinned
from voxloop.domain.migrations import Way, destination
from voxloop.domain.moments import StoredRow, limits_of
from voxloop.domain.process import Process
from voxloop.domain.refusals import RefusalCode
from voxloop.domain.verdicts import subject_of, target_of

# By a limit's word for a calendar, for an item and a team.
Paces = Callable[[str | None, StoredRow, str | None], Pinned]


class Shift(StrEnum):
    """What becomes of a deadline."""

    EARLIER = "earlier"
    LATER = "later"
    GAINED = "gained"
    LOST = "lost"


@dataclass(frozen=True)
class Group:
    """Items that go one way: from a step of a version to a step, or nowhere, and ``why``."""

    version: int
    step: str | None
    to: str | None
    why: RefusalCode | None = None


@dataclass(frozen=True)
class Deadline:
    """One that moves; ``missed``: it would lie in the past, so that the clock breaches at once."""

    item: StoredRow
    clock: str
    step: str | None
    before: datetime | None
    after: datetime | None
    missed: bool

    @property
    def shift(self) -> Shift:
        if self.before is None:
            return Shift.GAINED
        if self.after is None:
            return Shift.LOST
        return Shift.EARLIER if self.after < self.before else Shift.LATER


@dataclass(frozen=True)
class Standing:
    """An item with the steps at which it stands, by their ``seq``, and its running clocks with their courses."""

    item: StoredRow
    steps: Mapping[int, StoredRow]
    clocks: Sequence[tuple[StoredRow, Course]]


@dataclass
class Preview:
    """What is found, item by item; ``versions``: the processes by id, ``target`` the one to which items go."""

    versions: Mapping[int, Process]
    target: Process
    steps: Mapping[str, str]
    paces: Paces
    now: datetime
    groups: Counter[Group] = field(default_factory=Counter)
    deadlines: list[Deadline] = field(default_factory=list)

    def add(self, standing: Standing) -> None:
        """Count one more item."""
        item = standing.item
        way = destination(self.versions[item["process"]], self.target, item["step"], self.steps)
        if not isinstance(way, Way):
            self.groups[Group(item["process"], item["step"], None, way)] += 1
            return
        self.groups[Group(item["process"], item["step"], way.step)] += 1
        self.deadlines += self._moved(standing, way)

    def _moved(self, standing: Standing, way: Way) -> Iterator[Deadline]:
        subject = subject_of(standing.item)
        for row, course in standing.clocks:
            run, clock = standing.steps.get(row["seq"]), Clock.of(row)
            if clock.missed(self.now) or (run is not None and way.enters):
                continue
            step = self.target.step(run["step"]) if run is not None else None
            limits = limits_of(row["name"], self.target, step)
            chosen = self.paces(limits.calendar, standing.item, run["team"] if run else standing.item["team"])
            target = target_of(limits, subject, chosen.pace)
            same = (chosen.calendar, chosen.zone) == (row["calendar"], row["zone"])
            if same and (target.total_seconds() if target else None) == clock.target_seconds:
                continue
            aimed = clock.aimed(target, chosen.pace.time, course)
            if aimed.due_at != clock.due_at:
                of_step, missed = run["step"] if run else None, aimed.missed(self.now)
                yield Deadline(standing.item, row["name"], of_step, clock.due_at, aimed.due_at, missed)

    def summed(self) -> Mapping[str, Any]:
        """How many deadlines shift which way, and how many are missed at once."""
        shifts = Counter(deadline.shift for deadline in self.deadlines)
        return {shift: shifts[shift] for shift in Shift} | {"missed": sum(each.missed for each in self.deadlines)}
