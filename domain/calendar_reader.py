"""From a document to a ``Calendar``: what the keys may be and what their values look like, no more.

Whether somebody could work by it is the question of ``rules/calendar_checker``. Everything that cannot be read is told
at once.
"""

import contextlib
import re
from collections.abc import Mapping
from datetime import date, timedelta

from voxloop.domain.calendars import DAY, WEEKDAYS, Calendar, Day, Interval, Season, Week
from voxloop.domain.problems import InvalidDocument, Problem
from voxloop.domain.reading import Place, shown

_INTERVAL = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]|24(?=:00)):([0-5][0-9])", re.ASCII)
YEARS = range(1970, 2200)  # of all dates that a calendar is asked for
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def read_calendar(body: Mapping[str, object]) -> Calendar:
    """The calendar that a document describes.

    Raises:
        InvalidDocument: it has not the form of a calendar; names every such place.
    """
    problems: list[Problem] = []
    calendar = _calendar(Place(body, "", problems))
    if problems:
        raise InvalidDocument(problems)
    return calendar


def day_hours_of(bodies: Mapping[str, Mapping[str, object]]) -> dict[str, timedelta]:
    """How long a working day is, by the keys of those calendars that can be read."""
    lengths = {}
    for key, body in bodies.items():
        with contextlib.suppress(InvalidDocument):
            lengths[key] = read_calendar(body).day_hours
    return lengths


def _calendar(place: Place) -> Calendar:
    required = ("key", "title", "time_zone", "day_hours", "week")
    places = place.fields(required, ("country", "makeup", "seasons", "days"))
    return Calendar(
        key=places["key"].key(),
        title=places["title"].translated(),
        zone=places["time_zone"].text(),
        week=_week(places["week"]),
        day_hours=places["day_hours"].duration() or timedelta(),
        days=_days(places["days"]),
        seasons=tuple(map(_season, places["seasons"].items())),
        country=places["country"].text() or None,
        makeup=None if places["makeup"].value is None else read_day(places["makeup"]),
    )


def _week(place: Place) -> Week:
    places = place.fields((), WEEKDAYS)
    return tuple(read_day(places[day]) for day in WEEKDAYS)


def _season(place: Place) -> Season:
    places = place.fields(("from", "to", "week"))
    return Season(_date(places["from"]), _date(places["to"]), _week(places["week"]))


def _days(place: Place) -> dict[date, Day]:
    days = {}
    for name, hours in place.parts().items():
        hours.needed()
        days[_date(Place(name, hours.path, place.problems))] = read_day(hours)
    return days


def read_day(place: Place) -> Day:
    """``["09:00-12:00", "13:30-18:00"]``; an empty list is a day on which it is closed."""
    return tuple(filter(None, map(_interval, place.items())))


def _interval(place: Place) -> Interval | None:
    """``09:00-12:00``; what ends before it starts runs over midnight."""
    form = _INTERVAL.fullmatch(place.value) if isinstance(place.value, str) else None
    if form is None:
        if place.value is not None:
            place.wrong("calendar.not_an_interval", value=shown(place.value))
        return None
    hours, minutes, end_hours, end_minutes = map(int, form.groups())
    start = timedelta(hours=hours, minutes=minutes)
    end = timedelta(hours=end_hours, minutes=end_minutes)
    if start == end:
        place.wrong("calendar.empty_interval", value=shown(place.value))
        return None
    return Interval(start, end if end > start else end + DAY)


def _date(place: Place) -> date:
    text = place.value if isinstance(place.value, str) and _DATE.fullmatch(place.value) else ""
    with contextlib.suppress(ValueError):
        read = date.fromisoformat(text)
        if read.year in YEARS:
            return read
    if place.value is not None:
        place.wrong("calendar.not_a_date", value=shown(place.value), first=str(YEARS[0]), last=str(YEARS[-1]))
    return date.max
