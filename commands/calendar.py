"""The command ``voxloop calendar``: when something is due by a calendar, how much open time passes, and what days hold.

It computes as clocks do, so that an author sees what a calendar does before anything is counted in it.
"""

import argparse
import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from voxloop.commands.document_lines import tell_file_problems, told
from voxloop.commands.document_sources import find
from voxloop.domain.calendar_reader import YEARS, read_calendar
from voxloop.domain.calendars import DAY, WEEKDAYS, WHOSE, Calendar, Hours, NeverOpen, Reason, open_time, time_zones
from voxloop.domain.documents import Kind
from voxloop.domain.durations import read_open_time
from voxloop.domain.problems import is_sound
from voxloop.domain.texts import say
from voxloop.public_holidays import holiday_name, kind_of
from voxloop.rules.calendar_checker import check_calendar
from voxloop.settings import Obstacle, Settings

_USUAL_DAYS = 14


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Do what is asked; answers the exit code: 1 when something is wrong.

    Raises:
        Obstacle: it cannot be done.
    """
    commands = {"due": _due, "elapsed": _elapsed, "show": _show}
    return told(settings.language, lambda: commands[given.command](settings, given))


def _due(settings: Settings, given: argparse.Namespace) -> int:
    hours = _hours(settings, given)
    start, length = _instant(hours, given.start), _length(hours.calendar, given.duration)
    try:
        due = hours.due(start, length)
    except NeverOpen as never:
        raise Obstacle("never_open", calendar=given.calendar) from never
    print(due.astimezone(hours.zone).isoformat())
    return 0


def _elapsed(settings: Settings, given: argparse.Namespace) -> int:
    hours = _hours(settings, given)
    passed = hours.elapsed(_instant(hours, given.start), _instant(hours, given.end))
    print(passed // timedelta(seconds=1))
    return 0


def _show(settings: Settings, given: argparse.Namespace) -> int:
    hours = _hours(settings, given)
    first = datetime.now(hours.zone).date() if given.first is None else _date(given.first)
    days = [first + number * DAY for number in range(given.days or _USUAL_DAYS)]
    for line in day_lines(hours, days, settings.language):
        print(line)
    return 0


def day_lines(hours: Hours, days: list[date], language: str) -> Iterator[str]:
    """A line a day: when it is open, for how long, and why, unless it is a day like any other."""
    lines = []
    for on in days:
        reason, opening = hours.calendar.explained(on, hours.kind_of(on))
        length = open_time(opening)
        shown = " ".join(map(str, sorted(opening))) or "-"
        lines.append((on, shown, f"{length // timedelta(hours=1)}:{length // timedelta(minutes=1) % 60:02}", reason))
    widest = max(len(shown) for _, shown, _, _ in lines)
    for on, shown, length_, reason in lines:
        weekday = say(language, f"weekday.{WEEKDAYS[on.weekday()]}")
        why = _why(hours.calendar, on, reason, language)
        yield f"{on} {weekday}  {shown:<{widest}}  {length_:>5}  {why}".rstrip()


def _why(calendar: Calendar, on: date, reason: Reason, language: str) -> str:
    if reason is Reason.WEEK:
        return ""
    holiday = holiday_name(calendar.country, on, language) if calendar.country is not None else None
    words = say(language, f"calendar_reason.{reason}")
    return f"{words}: {holiday}" if holiday is not None else words


def _hours(settings: Settings, given: argparse.Namespace) -> Hours:
    """The calendar that is meant, with what may be doubtful about it told.

    Raises:
        BadBundle: one cannot work by it.
        Obstacle: there is none, or nobody knows in whose time it is.
    """
    source = asyncio.run(find(settings, given.calendar, Kind.CALENDAR))
    problems = check_calendar(source.body, datetime.now(UTC).date())
    if not is_sound(problems):
        raise source.bad(problems)
    tell_file_problems(settings.language, source.placed(problems))
    calendar = read_calendar(source.body)
    zone = given.zone or calendar.zone
    if zone in WHOSE:
        raise Obstacle("zone_missing", zone=zone)
    if zone not in time_zones():
        raise Obstacle("no_zone", zone=zone)
    return Hours(calendar, ZoneInfo(zone), kind_of(calendar.country))


def _instant(hours: Hours, text: str) -> datetime:
    """An instant with its offset, or what the calendar's clock shows then."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise Obstacle("no_instant", value=text) from error
    if instant.year not in YEARS:
        raise Obstacle("no_instant", value=text)
    return instant.astimezone(UTC) if instant.tzinfo is not None else hours.instant(instant)


def _date(text: str) -> date:
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise Obstacle("no_date", value=text) from error
    if on.year not in YEARS:
        raise Obstacle("no_date", value=text)
    return on


def _length(calendar: Calendar, text: str) -> timedelta:
    try:
        return read_open_time(text).length(calendar.day_hours)
    except ValueError as error:
        raise Obstacle("no_open_time", value=text) from error
