"""What a clock says, as a function of what happened to it: pure, so that it can be asked again under other targets.

A clock counts in its calendar's open time, without one in real time. Its pauses are measured in the same calendar, so
that elapsed and remaining time add up to the target whenever they are asked for. What is done at the due instant itself
is done in time. A due date that a person set is a date: neither pauses nor other targets move it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, Self

from voxloop.domain.calendars import DAY, NeverOpen
from voxloop.domain.durations import Duration


class Time(Protocol):
    """What time counts: ``RealTime``; ``Hours`` of a calendar, or a ``Ruler`` made of them."""

    def due(self, start: datetime, open_time: timedelta) -> datetime:
        """The first instant by which that much has passed since ``start``."""
        ...

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """How much has passed."""
        ...


class RealTime:
    """All time counts."""

    def due(self, start: datetime, open_time: timedelta) -> datetime:
        return start + open_time

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        return max(end - start, timedelta())

    def is_open(self, at: datetime) -> bool:
        return True

    def opens(self, at: datetime) -> datetime:
        return at


REAL_TIME = RealTime()


class OpenTime(Time, Protocol):
    """Time of which it can be asked whether it passes."""

    def is_open(self, at: datetime) -> bool:
        """Whether that instant counts."""
        ...

    def opens(self, at: datetime) -> datetime:
        """The first instant from ``at`` on that counts."""
        ...


@dataclass(frozen=True)
class Pace:
    """What durations are counted in, how long a working day is there, and how many times as fast all of it passes."""

    time: OpenTime = REAL_TIME
    day: timedelta = DAY
    scale: float = 1.0

    def length(self, duration: Duration) -> timedelta:
        """How much of ``time`` a duration is."""
        return duration.length(self.day) / self.scale


REAL_PACE = Pace()


@dataclass(frozen=True)
class Pinned:
    """A pace, and what makes it: the id of a calendar's version and its time zone, None for all time."""

    pace: Pace = REAL_PACE
    calendar: int | None = None
    zone: str | None = None


@dataclass(frozen=True)
class Course:
    """What happened to a clock: when it stood still, when it ended, and whether by what it measures."""

    started_at: datetime
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    ended_at: datetime | None = None
    fulfilled: bool = False

    def paused(self, time: Time, until: datetime) -> timedelta:
        """How much of ``time`` it has stood still."""
        spans = ((began, until if ended is None else min(ended, until)) for began, ended in self.pauses)
        return sum((time.elapsed(began, ended) for began, ended in spans), timedelta())

    def elapsed(self, time: Time, until: datetime) -> timedelta:
        """How much of ``time`` it has counted."""
        end = until if self.ended_at is None else min(self.ended_at, until)
        return time.elapsed(self.started_at, end) - self.paused(time, end)

    def due(self, time: Time, target: timedelta) -> datetime:
        """When it reaches ``target``, as far as is known: a pause that lasts will move that instant."""
        due = time.due(self.started_at, target)
        for began, ended in self.pauses:
            if began > due or ended is None:
                break
            due = time.due(due, time.elapsed(began, ended))
        return due


@dataclass(frozen=True)
class Verdict:
    """``due_at``: None without a target, and while it stands still before its target; ``breached_at``: exactly then."""

    due_at: datetime | None
    breached_at: datetime | None
    elapsed: timedelta


def course_of(events: Iterable[tuple[str, datetime]]) -> Course:
    """The course that the kinds and instants of a clock's events tell, in their order."""
    started_at: datetime | None = None
    pauses: list[tuple[datetime, datetime | None]] = []
    ended_at, fulfilled = None, False
    for kind, at in events:
        if kind == "activate":
            started_at = at
        elif kind == "pause":
            pauses.append((at, None))
        elif kind == "resume":
            pauses[-1] = (pauses[-1][0], at)
        elif kind in ("fulfil", "cancel"):
            ended_at, fulfilled = at, kind == "fulfil"
    if started_at is None:
        raise LookupError("a clock that never started")
    return Course(started_at, tuple(pauses), ended_at, fulfilled)


def verdict(course: Course, target: timedelta | None, time: Time, now: datetime) -> Verdict:
    """What such a clock says by ``now`` under a target: pauses move the due instant, until it is reached."""
    until = now if course.ended_at is None else min(course.ended_at, now)
    elapsed = course.elapsed(time, until)
    if target is None:
        return Verdict(None, None, elapsed)
    due = time.due(course.started_at, target)
    for began, ended in course.pauses:
        if began > due:
            break
        if ended is None or ended > until:
            return Verdict(None, None, elapsed)
        due = time.due(due, time.elapsed(began, ended))
    return Verdict(due, due if due < until else None, elapsed)


class ClockState(StrEnum):
    """How a clock stands, and what holds it."""

    RUNNING = "running"
    PAUSED = "paused"  # by where the item stands
    OUTSIDE_HOURS = "outside_hours"  # by its calendar
    BREACHED = "breached"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Clock:
    """How a clock stands: the columns of its row, seconds in its own time. What happens to it makes another one."""

    started_at: datetime
    target_seconds: float | None = None
    due_at: datetime | None = None
    manual: bool = False
    paused_at: datetime | None = None
    paused_seconds: float = 0.0
    warned: float = 0.0
    breached_at: datetime | None = None
    ended_at: datetime | None = None
    fulfilled: bool = False

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> Self:
        """The clock of a row."""
        return cls(**{field.name: row[field.name] for field in fields(cls)})

    def aimed(self, target: timedelta | None, time: Time, course: Course) -> Self:
        """Aimed anew from its start, with the pauses of its course; neither a breach nor a person's date is moved.

        In a calendar that never opens long enough it has no target: it only measures.
        """
        if self.breached_at is not None or self.manual:
            return self
        # What stands still counts its open pause when that ends.
        paused = sum((time.elapsed(began, ended) for began, ended in course.pauses if ended), timedelta())
        clock = replace(self, target_seconds=None, due_at=None, paused_seconds=paused.total_seconds())
        if target is None:
            return clock
        try:
            return replace(clock, target_seconds=target.total_seconds(), due_at=course.due(time, target))
        except NeverOpen:
            return clock

    def promised(self, at: datetime, time: Time) -> Self:
        """Due at an instant that a person chose."""
        target = time.elapsed(self.started_at, at).total_seconds() - self.paused_seconds
        return replace(self, target_seconds=max(target, 0.0), due_at=at, manual=True)

    def paused(self, now: datetime) -> Self:
        """It stands still."""
        return replace(self, paused_at=now)

    def resumed(self, time: Time, now: datetime) -> Self:
        """It goes on, due later by as much of its time as it has stood still, if it stood before that."""
        if self.paused_at is None:
            raise LookupError("a clock that runs")
        pause = time.elapsed(self.paused_at, now)
        clock = replace(self, paused_at=None, paused_seconds=self.paused_seconds + pause.total_seconds())
        if self.due_at is None or self.breached_at is not None or self.due_at < self.paused_at:
            return clock
        if self.manual:
            return replace(clock, target_seconds=max((self.target_seconds or 0.0) - pause.total_seconds(), 0.0))
        try:
            return replace(clock, due_at=time.due(self.due_at, pause))
        except NeverOpen:
            return replace(clock, target_seconds=None, due_at=None)

    def missed(self, now: datetime) -> bool:
        """Whether its due instant has passed unseen."""
        if self.due_at is None or self.breached_at is not None:
            return False
        until = now if self.paused_at is None or self.manual else min(self.paused_at, now)
        return until > self.due_at

    def breached(self) -> Self:
        """Missed, at its exact due instant."""
        return replace(self, breached_at=self.due_at)

    def ended(self, at: datetime, fulfilled: bool) -> Self:
        """At its end, because what it measures was done or is not wanted any more."""
        return replace(self, ended_at=at, fulfilled=fulfilled)

    def elapsed(self, time: Time, now: datetime) -> timedelta:
        """How much of its time it has counted."""
        until = min(at for at in (now, self.paused_at, self.ended_at) if at is not None)
        return time.elapsed(self.started_at, until) - timedelta(seconds=self.paused_seconds)

    def remaining(self, time: Time, now: datetime) -> timedelta | None:
        """How much of its target is left, less than none beyond it; None without a target."""
        if self.target_seconds is None or self.due_at is None:
            return None
        if self.manual and self.ended_at is None:
            return time.elapsed(now, self.due_at) - time.elapsed(self.due_at, now)
        return timedelta(seconds=self.target_seconds) - self.elapsed(time, now)

    def at_share(self, share: float, time: Time) -> datetime | None:
        """When that share of its target has passed, counted back from its due instant; None without a target."""
        if self.due_at is None or self.target_seconds is None or share >= 1:
            return self.due_at
        rest = timedelta(seconds=self.target_seconds) * (1 - share)
        whole = time.elapsed(self.started_at, self.due_at)
        return time.due(self.started_at, max(whole - rest, timedelta()))

    def state(self, time: OpenTime, now: datetime) -> ClockState:
        """What a badge shows of it."""
        if self.ended_at is not None:
            return ClockState.FULFILLED if self.fulfilled else ClockState.CANCELLED
        if self.breached_at is not None or self.missed(now):
            return ClockState.BREACHED
        if self.paused_at is not None:
            return ClockState.PAUSED
        return ClockState.RUNNING if time.is_open(now) else ClockState.OUTSIDE_HOURS
