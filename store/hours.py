"""What clocks would count in now, read at once for many items: the calendars as published, and whose they are.

It says of many what ``activities/paces`` says of one in its turn. Calendars are read when they are first asked for.
"""

from collections.abc import Mapping

from voxloop.domain.calendars import zone_of
from voxloop.domain.clocks import Pace, Pinned
from voxloop.domain.limits import calendar_of
from voxloop.store import organisation, people
from voxloop.store.calendars import all_published, hours_of
from voxloop.store.sessions import Row, Session


class Calendars:
    """The calendars that are published, by their keys, and the teams that work by them; ``zone``: where we are."""

    def __init__(self, published: Mapping[str, Row], teams: Mapping[str, Row], zone: str) -> None:
        self._published, self._teams, self._zone = published, teams, zone
        self._paces: dict[tuple[int, str], Pace] = {}

    def chosen(self, key: str | None, team: str | None, customers: str | None, scale: float) -> Pinned:
        """What a limit's word for a calendar means to a team, and a customer in a time zone (None: nobody knows)."""
        works = self._teams.get(team or "")
        wanted = calendar_of(key, works["calendar"] if works else None)
        calendar = self._published.get(wanted or "") if scale == 1 else None
        if calendar is None:
            return Pinned(Pace(scale=scale))
        named = calendar["body"]["time_zone"]
        whose = {"customer": customers, "team": works["time_zone"] if works else None}
        zone = zone_of(named, whose.get(named)) or self._zone
        return Pinned(self._pace(calendar, zone), calendar["id"], zone)

    def _pace(self, calendar: Row, zone: str) -> Pace:
        version: int = calendar["id"]
        if (version, zone) not in self._paces:
            hours = hours_of(calendar["body"], zone)
            self._paces[version, zone] = Pace(hours, hours.calendar.day_hours)
        return self._paces[version, zone]


NO_CALENDARS = Calendars({}, {}, "UTC")


async def load(session: Session) -> Calendars:
    """All of them as they are now."""
    teams = {row["key"]: row for row in await people.teams(session)}
    return Calendars(await all_published(session), teams, await organisation.time_zone(session))
