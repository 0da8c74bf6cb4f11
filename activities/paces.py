"""What a clock counts in: a version of a calendar in a time zone, chosen when it starts and kept until it ends.

Where time runs faster than it does, every calendar is open round the clock (DESIGN 8).
"""

from voxloop.activities import owners
from voxloop.activities.scene import Scene
from voxloop.domain.calendars import WHOSE, zone_of
from voxloop.domain.clocks import Pace, Pinned
from voxloop.domain.limits import REAL, STEP_CLOCKS, TEAMS_OWN, ClockName, calendar_of
from voxloop.store import calendars, organisation, people
from voxloop.store.sessions import Row


async def chosen(scene: Scene, key: str | None, name: str = ClockName.FINISH) -> Pinned:
    """What a clock of that name counts in from now on, by the word that its limit has for a calendar."""
    if scene.means.scale > 1 or key in (None, REAL):
        return Pinned(Pace(scale=scene.means.scale))
    team = await _team(scene, name) if key == TEAMS_OWN else None
    wanted = calendar_of(key, team["calendar"] if team else None)
    calendar = await calendars.published(scene.session, wanted) if wanted else None
    if calendar is None:
        return Pinned()
    zone = await _zone(scene, calendar["zone"], name)
    return Pinned(await _pace(scene, calendar["id"], zone), calendar["id"], zone)


async def pinned(scene: Scene, version: int | None, zone: str | None) -> Pace:
    """What a clock counts in that has pinned this."""
    if version is None or zone is None:
        return Pace(scale=scene.means.scale)
    return await _pace(scene, version, zone)


async def _pace(scene: Scene, version: int, zone: str) -> Pace:
    hours = await scene.means.hours(scene.session, version, zone)
    return Pace(hours, hours.calendar.day_hours)


async def _team(scene: Scene, name: str) -> Row | None:
    """Whose calendar counts: the team of the step, else that of the item, before it has one that which it will have."""
    key = await scene.team() if name in STEP_CLOCKS else scene.item["team"]
    process = await scene.process()
    if key is None and process is not None:
        key = (await owners.routed(scene, process.first_task or process.first))[0]
    return await people.team_of(scene.session, key) if key else None


async def _zone(scene: Scene, named: str, name: str) -> str:
    """Where a clock of that name counts in a calendar that names this: the organisation's zone where nobody knows."""
    row = None
    if named in WHOSE:
        row = await scene.customer() if named == "customer" else await _team(scene, name)
    return zone_of(named, row["time_zone"] if row else None) or await organisation.time_zone(scene.session)
