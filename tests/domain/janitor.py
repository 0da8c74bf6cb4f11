"""The oracle for calendars: a janitor who looks at the clock on the wall every minute and at the plan on the door.

He unlocks when the clock first shows an opening time, or has skipped it, and locks when it first shows the closing
time; so all that he has to remember is the latest time that he has seen. He reads documents himself, knows the public
holidays from what governments have published, and shares no line with ``domain/calendars``.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LONGEST = 60 * 24 * 120  # minutes that he waits for anything

Body = Mapping[str, Any]
_UNITS = {"m": 1, "h": 60}


def _dates(first: str, last: str) -> set[date]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return {begin + number * DAY for number in range((end - begin).days + 1)}


# 国务院办公厅关于2026年部分节假日安排的通知
_CHINA = set().union(
    _dates("2026-01-01", "2026-01-03"),
    _dates("2026-02-15", "2026-02-23"),
    _dates("2026-04-04", "2026-04-06"),
    _dates("2026-05-01", "2026-05-05"),
    _dates("2026-06-19", "2026-06-21"),
    _dates("2026-09-25", "2026-09-27"),
    _dates("2026-10-01", "2026-10-07"),
)
_CHINA_WORKS = {"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}
# gov.uk, bank holidays in England and Wales
_ENGLAND = {
    "2026-01-01",
    "2026-04-03",
    "2026-04-06",
    "2026-05-04",
    "2026-05-25",
    "2026-08-31",
    "2026-12-25",
    "2026-12-28",
}
OFF = {"CN": _CHINA, "GB-ENG": set(map(date.fromisoformat, _ENGLAND))}
WORKS = {"CN": set(map(date.fromisoformat, _CHINA_WORKS))}


def due(body: Body, start: datetime, minutes: int) -> datetime:
    """When he has counted so many open minutes from ``start`` on, a full minute."""
    if minutes == 0:
        return start
    for number, (at, open_) in enumerate(looks(body, start)):
        minutes -= open_
        if minutes == 0:
            return at + MINUTE
        assert number < LONGEST, "never"
    raise AssertionError


def elapsed(body: Body, start: datetime, end: datetime) -> int:
    """How many open minutes he counts between two full minutes."""
    counted = 0
    for at, open_ in looks(body, start):
        if at >= end:
            return counted
        counted += open_
    raise AssertionError


def is_open(body: Body, at: datetime) -> bool:
    """Whether the door is unlocked."""
    return next(looks(body, at))[1]


def minutes_of(body: Body, duration: str) -> int:
    """``2wd`` -> as many minutes as the document gives two days."""
    if duration.endswith("wd"):
        return int(duration[:-2]) * minutes_of(body, body["day_hours"])
    return int(duration[:-1]) * _UNITS[duration[-1]]


def looks(body: Body, start: datetime) -> Iterator[tuple[datetime, bool]]:
    """Each minute from ``start`` on, and whether the door is unlocked in it."""
    zone, plan = ZoneInfo(body["time_zone"]), cache(lambda on: _plan(body, on))
    at = start.astimezone(UTC) - DAY
    seen = at.astimezone(zone).replace(tzinfo=None)
    while True:
        seen = max(seen, at.astimezone(zone).replace(tzinfo=None))
        if at >= start:
            plans = (*plan(seen.date() - DAY), *plan(seen.date()))
            yield at, any(opens <= seen < closes for opens, closes in plans)
        at += MINUTE


def _plan(body: Body, on: date) -> list[tuple[datetime, datetime]]:
    midnight = datetime(on.year, on.month, on.day)
    spans = []
    for written in _hours(body, on):
        opens, closes = (midnight + _after_midnight(part) for part in written.split("-"))
        spans.append((opens, closes if closes > opens else closes + DAY))
    return spans


def _hours(body: Body, on: date) -> list[str]:
    exceptions, country = body.get("days", {}), body.get("country", "")
    if str(on) in exceptions:
        return list(exceptions[str(on)])
    week = body["week"]
    for season in body.get("seasons", []):
        if season["from"] <= str(on) <= season["to"]:
            week = season["week"]
    if on in WORKS.get(country, ()):
        days = [hours for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun") if (hours := week.get(day))]
        return list(body["makeup"] if "makeup" in body else days[0])
    if on in OFF.get(country, ()):
        return []
    return list(week.get(f"{on:%a}".lower(), []))


def _after_midnight(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
