"""Who is at work: what the calendars say that members work by."""

from voxloop.activities.scene import Scene
from voxloop.store import organisation


async def at_work(scene: Scene, calendar: int | None, zone: str | None) -> bool:
    """Whether people work now by a version of a calendar, in the organisation's time zone if it names none.

    Without a calendar they always do; so does everybody while time is scaled.
    """
    if calendar is None or scene.means.scale > 1:
        return True
    hours = await scene.means.hours(scene.session, calendar, zone or await organisation.time_zone(scene.session))
    return hours.is_open(scene.now)
