"""The paces at which stored clocks count: calendars in a time zone, each laid out once over the time of a study."""

from collections.abc import Hashable, Mapping
from datetime import datetime, timedelta
from typing import Any

from voxloop.domain.calendars import zone_of
from voxloop.domain.clocks import Pace
from voxloop.domain.rulers import Ruler
from voxloop.store.calendars import hours_of

_BEFORE, _AFTER = timedelta(days=40), timedelta(days=400)
Body = Mapping[str, Any]


class Rulers:
    """Makes a pace of a calendar's body and remembers it by the body's ``name``; ``home``: whose zone counts else."""

    def __init__(self, since: datetime, until: datetime, home: str) -> None:
        self._first, self._last, self._home = since - _BEFORE, until + _AFTER, home
        self._paces: dict[tuple[Hashable, str], Pace] = {}

    def pace(self, name: Hashable, body: Body, whose: str | None) -> Pace:
        """By the calendar of that body; ``whose``: the zone of those whose clock it may say, if that is known."""
        asked = name, zone_of(body["time_zone"], whose) or self._home
        if asked not in self._paces:
            hours = hours_of(body, asked[1])
            self._paces[asked] = Pace(Ruler(hours, self._first, self._last), hours.calendar.day_hours)
        return self._paces[asked]
