"""Quiet hours: when an organisation leaves its members alone, unless it is urgent. What customers are told is not held.

They stand in the organisation's document, in its own time zone: ``quiet_hours: ["22:00-08:00"]``.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from voxloop.domain.calendar_reader import read_day
from voxloop.domain.calendars import DAY, WEEKDAYS, Calendar, Day, DayKind, Hours
from voxloop.domain.reading import Place


def quiet_until(organisation: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the quiet hours end in which ``now`` lies; None outside of them."""
    quiet, zone = read_day(Place(organisation.get("quiet_hours"), "", [])), organisation["time_zone"]
    week = Calendar("quiet_hours", {}, zone, week=(quiet,) * len(WEEKDAYS), day_hours=DAY)
    until = now
    for begins, ends in Hours(week, ZoneInfo(zone), lambda on: DayKind.ORDINARY).spans(now, now + 2 * DAY):
        if begins > until:
            break
        until = ends
    return until if until > now else None


def never_end(quiet: Day) -> bool:
    """Whether hours that are quiet every day leave no time between them."""
    of_a_day = [(each.start, each.end) for each in quiet] + [(each.start - DAY, each.end - DAY) for each in quiet]
    until = timedelta()
    for begins, ends in sorted(of_a_day):
        if begins > until:
            break
        until = max(until, ends)
    return until >= DAY
