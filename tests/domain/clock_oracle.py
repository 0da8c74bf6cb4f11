"""A clock kept with a stop-watch by the janitor of ``janitor``, who looks every minute whether the door is unlocked.

Nothing of ``domain/calendars`` or ``domain/clocks`` is used here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from voxloop.domain.calendars import WEEKDAYS
from voxloop.tests.domain.janitor import MINUTE, Body, looks

_OFFICE = ["09:00-12:00", "13:30-18:00"]
_WORKDAYS = WEEKDAYS[:5]


def _calendar(zone: str, hours: Sequence[str], on: Sequence[str] = WEEKDAYS, **more: Any) -> Body:
    """The same hours on each of these days."""
    week = {day: list(hours) for day in on}
    title = {"zh-CN": "日历", "en": "Calendar"}
    return {"key": "tried", "title": title, "time_zone": zone, "day_hours": "8h", "week": week} | more


_EXCEPTIONS = {
    "2026-10-02": ["09:00-11:00"],
    "2026-11-14": ["10:00-16:00"],
    "2026-11-27": [],
    "2026-12-31": ["09:00-12:00"],
    "2027-01-01": [],
}
_SUMMER = {"from": "2026-07-01", "to": "2026-08-31", "week": {day: ["07:00-13:00"] for day in _WORKDAYS}}
CALENDARS: Mapping[str, Body] = {
    "office": _calendar("Asia/Shanghai", _OFFICE, _WORKDAYS, country="CN", days=_EXCEPTIONS, day_hours="450m"),
    "service": _calendar("Asia/Shanghai", ["08:00-22:00"]),
    "night": _calendar("Asia/Shanghai", ["22:00-06:00"], _WORKDAYS),
    "midnight": _calendar("Asia/Shanghai", ["00:00-24:00"], _WORKDAYS),
    "berlin": _calendar("Europe/Berlin", ["09:00-17:00"], _WORKDAYS, seasons=[_SUMMER]),
    "dawn": _calendar("Europe/Berlin", ["01:30-03:30"]),
    "london": _calendar("Europe/London", ["22:00-06:00"]),
    "new_york": _calendar("America/New_York", ["00:00-24:00"]),
    "lord_howe": _calendar("Australia/Lord_Howe", ["01:00-03:00"]),
}


def _minutes(body: Body | None, start: datetime) -> Iterator[tuple[datetime, bool]]:
    """Every minute from ``start`` on, and whether it counts; without a calendar all do."""
    if body is not None:
        yield from looks(body, start)
    while True:
        yield start, True
        start += MINUTE


@dataclass
class Counted:
    """A clock that a person with a stop-watch keeps."""

    calendar: Body | None
    started: datetime
    target: int | None
    counted: int = 0
    reached: dict[int, datetime] = field(default_factory=dict)
    stopped_at: datetime | None = None
    date: datetime | None = None
    breached: datetime | None = None
    ended: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """When it was due, as far as that has come."""
        return self.date or (None if self.target is None else self.reached.get(self.target))

    def run(self, happenings: Sequence[tuple[datetime, str, object]], until: datetime) -> None:
        """Count to ``until``, and let happen what happens at its minutes."""
        waiting = list(happenings)
        self.reached[0] = self.started
        for at, is_open in _minutes(self.calendar, self.started):
            self._look(at)
            while waiting and waiting[0][0] <= at:
                _, what, value = waiting.pop(0)
                self._happen(what, value, at)
            if at >= until or self.ended is not None:
                return
            if is_open:
                self._count(at)

    def _count(self, at: datetime) -> None:
        if self.stopped_at is None:
            self.counted += 1
            self.reached.setdefault(self.counted, at + MINUTE)
        elif self.reached[self.counted] >= self.stopped_at:
            self.reached[self.counted] = at + MINUTE  # where it stands it is still when it goes on

    def _look(self, at: datetime) -> None:
        """Beyond its due instant it is too late; a clock that stands still is not beyond what it has not reached."""
        due = self.due
        if self.breached is None and due is not None and at > due and (self.stopped_at is None or self.date):
            self.breached = due

    def _happen(self, what: str, value: object, at: datetime) -> None:
        acts: dict[str, Callable[[], None]] = {
            "pause": lambda: setattr(self, "stopped_at", at),
            "resume": lambda: setattr(self, "stopped_at", None),
            "target": lambda: setattr(self, "target", value),
            "due": lambda: setattr(self, "date", value),
            "done": lambda: setattr(self, "ended", at),
        }
        acts[what]()
        if what == "target" and self.breached is None and self.due is not None and self.due < (self.stopped_at or at):
            self.breached = self.due


def instant(text: str, body: Body | None) -> datetime:
    """``11-30 09:00`` of 2026 on the wall of that place; ``2027-01-02 09:00``; ``~`` the second time it is shown."""
    later, text = text.startswith("~"), text.removeprefix("~")
    wall = datetime.fromisoformat(text if text[4] == "-" else f"2026-{text}")
    return wall.replace(tzinfo=ZoneInfo(body["time_zone"] if body else "UTC"), fold=int(later)).astimezone(UTC)
