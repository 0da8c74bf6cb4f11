"""Nights on which the clocks are changed, through the real loop: an hour that is not, and one that is twice.

In a house of its own, for its time passes by months.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voxloop.store import documents
from voxloop.tests.workflows.house import House, open_skipping_house
from voxloop.tests.workflows.test_escalation import clock_events, clock_of, fired
from voxloop.tests.workflows.timed import HOUR, OFFICE, WEEK, timed_questions

NewDatabase = Callable[[str], Awaitable[str]]
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


@pytest.fixture(scope="module")
async def travelling(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    url, var = await new_database("daylight_saving"), tmp_path_factory.mktemp("daylight_saving")
    async with open_skipping_house(url, var) as house:
        yield house
        await house.clean()


def changes(zone: ZoneInfo, after: datetime, hours: int) -> datetime:
    """The next midnight there that begins a day of so many hours."""
    day = after.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        day = (day + timedelta(days=1)).replace(tzinfo=zone)
        if (day + timedelta(days=1)).astimezone(UTC) - day.astimezone(UTC) == hours * HOUR:
            return day


@pytest.mark.parametrize(
    ("name", "hours", "due", "passed"),
    [(BERLIN, 23, 4, 4), (BERLIN, 25, 2, 4), (NEW_YORK, 23, 4, 4), (NEW_YORK, 25, 2, 4)],
)
async def test_a_shift_over_that_night_counts_the_hours_that_pass(
    travelling: House, name: str, hours: int, due: int, passed: int
) -> None:
    """Asked at 23:00 with four hours to answer, while the shift is from 22:00 to 06:00."""
    zone = ZoneInfo(name)
    nights = OFFICE | {"key": "dst", "time_zone": name, "day_hours": "8h"}
    nights |= {"week": {day: ["22:00-06:00"] for day in WEEK}}
    async with travelling.sessions.begin() as session:
        await documents.publish(session, "calendar", "dst", nights, "tests")
    midnight = changes(zone, await travelling.now(), hours)
    async with timed_questions(travelling, {"normal": "4h", "calendar": "dst", "warn": ["75%"]}):
        await travelling.env.sleep(midnight.astimezone(UTC) - HOUR - await travelling.now())
        item = await travelling.settled_item("question")
        clock = await clock_of(travelling, item, "finish")
        wall = clock["due_at"].astimezone(zone)
        assert (wall.date(), wall.hour) == (midnight.date(), due)
        assert clock["due_at"] - clock["started_at"] == passed * HOUR
        await travelling.let_pass(passed * HOUR - timedelta(minutes=1))
        assert [moment for moment, _ in fired(await travelling.events(item))] == ["finish.warn.0.75"]
        await travelling.let_pass(timedelta(minutes=2))
        clock = await clock_of(travelling, item, "finish")
        kinds = {event["kind"]: event["at"] for event in await clock_events(travelling, clock)}
        assert kinds["breach"] == clock["breached_at"] == clock["started_at"] + passed * HOUR
        assert kinds["warn"] == clock["started_at"] + passed * HOUR * 3 / 4
        await travelling.clean()
