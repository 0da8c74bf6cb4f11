"""Processes whose clocks count in calendars, published for one test in the place of the starter's."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update

from voxloop.domain.limits import ITEM_CLOCKS
from voxloop.store import documents
from voxloop.store.tables import team
from voxloop.tests.workflows.house import House

HERE = ZoneInfo("Asia/Shanghai")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WORKDAYS, WEEK = ("mon", "tue", "wed", "thu", "fri"), ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE = {
    "key": "desk",
    "title": {"zh-CN": "坐席", "en": "Desk"},
    "time_zone": "Asia/Shanghai",
    "day_hours": "450m",
    "week": {day: ["09:00-12:00", "13:30-18:00"] for day in WORKDAYS},
}
NIGHT = OFFICE | {"key": "nights", "day_hours": "8h", "week": {day: ["22:00-06:00"] for day in WORKDAYS}}
NEVER = OFFICE | {"key": "never", "week": {}}


@contextlib.asynccontextmanager
async def timed_questions(house: House, limit: Mapping[str, Any], **others: Any) -> AsyncIterator[None]:
    """Questions whose step has that ``limit``; ``others``: limits of the item's clocks, and more about the step."""
    async with house.sessions.begin() as session:
        for calendar in (OFFICE, NIGHT, NEVER):
            await documents.publish(session, "calendar", str(calendar["key"]), calendar, "tests")
        standing = await documents.published(session, "process", "question")
        assert standing is not None
        body = standing["body"]
        answer = {**body["steps"][0], "escalate": [], "respond": {}, "limit": limit}
        clocks = {name: given for name, given in others.items() if name in ITEM_CLOCKS}
        step = {name: given for name, given in others.items() if name not in ITEM_CLOCKS}
        timed = {**body, "clocks": clocks, "steps": [answer | step, *body["steps"][1:]]}
        await documents.publish(session, "process", "question", timed, "tests")
    try:
        yield
    finally:
        async with house.sessions.begin() as session:
            await documents.publish(session, "process", "question", body, "tests")


@contextlib.asynccontextmanager
async def team_works(house: House, **columns: str) -> AsyncIterator[None]:
    """Customer service works by another calendar, or elsewhere."""
    async with house.sessions.begin() as session:
        await session.execute(update(team).where(team.c.key == "customer_service").values(**columns))
    try:
        yield
    finally:
        async with house.sessions.begin() as session:
            before = dict.fromkeys(columns)
            await session.execute(update(team).where(team.c.key == "customer_service").values(**before))


async def wait_for(house: House, weekday: str, clock: str) -> None:
    """Let time pass until the clock on the wall shows that, on the next such day."""
    now = (await house.now()).astimezone(HERE)
    hour, minute = map(int, clock.split(":"))
    wanted = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    wanted += timedelta(days=(WEEK.index(weekday) - now.weekday()) % 7)
    if wanted <= now:
        wanted += timedelta(days=7)
    await house.env.sleep(wanted - now)
