"""When an organisation is open: what clocks count in.

A ``Calendar`` is what owners write. ``Hours`` is a calendar in one time zone with the public holidays of its country;
it answers with instants. A day's hours are wall-clock times that are turned into instants once: the door opens when the
clock on the wall first shows the opening time, or has just skipped it, and closes when it first shows the closing time.
So a night shift is an hour shorter when clocks go forward, and nothing is counted twice when they go back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WHOSE = ("customer", "team")  # words in the place of a time zone: whose clock counts
FARTHEST = timedelta(days=366 * 10)


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones; to find them takes some milliseconds."""
    return frozenset(available_timezones())


def zone_of(named: str, whose: str | None) -> str | None:
    """Where a calendar counts that names this; ``whose``: where they are whose clock it says. None: nobody knows."""
    if named not in WHOSE:
        return named
    return whose if whose in time_zones() else None


class DayKind(StrEnum):
    """What a date is in a country, apart from its weekday."""

    ORDINARY = "ordinary"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"  # a weekend day on which people work, 调休


class Reason(StrEnum):
    """Why a date has the hours that it has."""

    WEEK = "week"
    SEASON = "season"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"
    EXCEPTION = "exception"


class NeverOpen(Exception):
    """There is not that much open time within ten years."""


@dataclass(frozen=True, order=True)
class Interval:
    """Wall-clock times since the midnight with which a day begins; ``end`` is after ``start``, at most a day later."""

    start: timedelta
    end: timedelta

    def __str__(self) -> str:
        """As documents write it: ``22:00-06:00``."""
        return f"{_shown(self.start)}-{_shown(self.end if self.end <= DAY else self.end - DAY)}"


def _shown(after_midnight: timedelta) -> str:
    hours, minutes = divmod(after_midnight // timedelta(minutes=1), 60)
    return f"{hours:02}:{minutes:02}"


Day = tuple[Interval, ...]
Week = tuple[Day, ...]


def open_time(day: Day) -> timedelta:
    """How long it is open on such a day, on the clock on the wall."""
    return sum((each.end - each.start for each in day), timedelta())


@dataclass(frozen=True)
class Season:
    """Another week, from the first to the last of these dates."""

    first: date
    last: date
    week: Week


@dataclass(frozen=True)
class Calendar:
    """What a calendar document says.

    ``zone``: the IANA name of its time zone, or ``customer`` or ``team``: whose clock then counts. ``days`` win over
    everything, then ``country`` (ISO 3166) with its holidays and make-up days, then the season, then the week.
    """

    key: str
    title: Mapping[str, str]
    zone: str
    week: Week
    day_hours: timedelta
    days: Mapping[date, Day] = field(default_factory=dict)
    seasons: Sequence[Season] = ()
    country: str | None = None
    makeup: Day | None = None

    def day(self, on: date, kind: DayKind) -> Day:
        """The hours of a date that is of that kind in the country."""
        return self.explained(on, kind)[1]

    def explained(self, on: date, kind: DayKind) -> tuple[Reason, Day]:
        """The hours of a date, and why it has them."""
        if on in self.days:
            return Reason.EXCEPTION, self.days[on]
        if kind is DayKind.HOLIDAY:
            return Reason.HOLIDAY, ()
        season = next((season.week for season in self.seasons if season.first <= on <= season.last), None)
        week = season or self.week
        if kind is DayKind.MAKEUP:
            return Reason.MAKEUP, self.makeup if self.makeup is not None else next((day for day in week if day), ())
        return Reason.WEEK if season is None else Reason.SEASON, week[on.weekday()]


Span = tuple[datetime, datetime]


class Hours:
    """A calendar in one time zone; ``kind_of`` tells what a date is in its country. All instants are UTC."""

    def __init__(self, calendar: Calendar, zone: ZoneInfo, kind_of: Callable[[date], DayKind]) -> None:
        self.calendar, self.zone = calendar, zone
        self.kind_of = kind_of
        self._days: dict[date, tuple[datetime, tuple[Span, ...]]] = {}

    def due(self, start: datetime, open_time: timedelta) -> datetime:
        """The first instant from ``start`` on by which that much open time has passed.

        Raises:
            NeverOpen: there is none within ten years.
        """
        if open_time <= timedelta():
            return start
        left = open_time
        for opened, closed in self.spans(start, start + FARTHEST):
            if closed - opened >= left:
                return opened + left
            left -= closed - opened
        raise NeverOpen(self.calendar.key)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The open time between two instants; none when ``end`` is before ``start``."""
        return sum((closed - opened for opened, closed in self.spans(start, end)), timedelta())

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at that instant; the instant of closing is closed."""
        return next((opened == at for opened, _ in self.spans(at, at + DAY)), False)

    def opens(self, at: datetime) -> datetime:
        """The first instant from ``at`` on at which it is open.

        Raises:
            NeverOpen: there is none within ten years.
        """
        for opened, _ in self.spans(at, at + FARTHEST):
            return opened
        raise NeverOpen(self.calendar.key)

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Open time between two instants, in order, without overlaps; where days meet, one span follows another."""
        on = start.astimezone(self.zone).date() - DAY
        while (day := self._day(on))[0] < end:
            for opened, closed in day[1]:
                opened, closed = max(opened, start), min(closed, end)
                if opened < closed:
                    yield opened, closed
                    start = closed
            on += DAY

    def spans_of(self, on: date) -> tuple[Span, ...]:
        """The open times that begin on that date, which may end on the next."""
        return self._day(on)[1]

    def _day(self, on: date) -> tuple[datetime, tuple[Span, ...]]:
        """When a date begins, and its open times."""
        found = self._days.get(on)
        if found is None:
            hours = self.calendar.day(on, self.kind_of(on))
            spans = ((self._instant(on, each.start), self._instant(on, each.end)) for each in sorted(hours))
            found = self._days[on] = (self._instant(on, timedelta()), tuple(spans))
        return found

    def _instant(self, on: date, after_midnight: timedelta) -> datetime:
        return self.instant(datetime.combine(on, time()) + after_midnight)

    def instant(self, wall: datetime) -> datetime:
        """When the clock on the wall first shows a time, or has just skipped it."""
        instant = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) == wall:
            return instant
        return self._skip(wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC), instant)

    def _skip(self, before: datetime, after: datetime) -> datetime:
        """The instant between two at which clocks were put forward, to the second."""
        offset = before.astimezone(self.zone).utcoffset()
        while after - before > timedelta(seconds=1):
            middle = before + (after - before) / 2
            if middle.astimezone(self.zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return after.replace(microsecond=0)
