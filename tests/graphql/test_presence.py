"""Who has an item open, as colleagues see it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, update

from voxloop.domain.viewer import Role
from voxloop.graphql.nodes import global_id
from voxloop.store import presence
from voxloop.store.relation_tables import presence as table
from voxloop.store.sessions import Sessions
from voxloop.tests.graphql.api import Answer, Api
from voxloop.tests.graphql.watching import Watchers, open_watchers
from voxloop.tests.items import hand_in

PRESENCE = "presence { member { key } writing since until }"
WATCH = f"subscription ($id: ID!) {{ feedbackChanged(id: $id) {{ {PRESENCE} }} }}"
BEGAN = datetime(2026, 10, 1, tzinfo=UTC)
IN_SIGHT = {"team": "rd_bugfix", "stage": "working"}


class Item:
    """An item of zhou_ming's team."""

    def __init__(self, api: Api, id_: UUID) -> None:
        self.api, self.id, self.global_id = api, id_, global_id("Feedback", id_)

    async def attend(self, by: str, act: str = "announcePresence", **given: Any) -> list[Answer]:
        done = await self.api.do(act, by, PRESENCE, id=self.global_id, **given)
        assert done["userErrors"] == []
        found: list[Answer] = done["feedback"]["presence"]
        return found

    async def age(self, by: timedelta) -> None:
        """Let what was said be so much older."""
        async with self.api.sessions.begin() as session:
            await session.execute(update(table).where(table.c.item == self.id).values(said_at=func.now() - by))


@pytest.fixture(scope="module")
async def watchers(still: Api) -> AsyncIterator[Watchers]:
    async with open_watchers(still) as watchers:
        yield watchers


@pytest.fixture
async def item(still: Api) -> Item:
    await still.give("wu_hao", Role.HANDLER, "wu_hao")
    async with still.sessions.begin() as session:
        return Item(still, await hand_in(session, BEGAN, **IN_SIGHT))


def seen(found: list[Answer]) -> list[tuple[str, bool]]:
    return [(each["member"]["key"], each["writing"]) for each in found]


async def test_colleagues_see_who_has_an_item_open(item: Item) -> None:
    [only] = await item.attend("zhou_ming")
    assert datetime.fromisoformat(only["since"]) < datetime.fromisoformat(only["until"])
    assert seen(await item.attend("wu_hao", writing=True)) == [("zhou_ming", False), ("wu_hao", True)]
    assert seen(await item.attend("zhou_ming", "endPresence")) == [("wu_hao", True)]


async def test_who_says_it_again_has_had_it_open_all_the_time(item: Item) -> None:
    [first] = await item.attend("zhou_ming")
    await item.age(timedelta(seconds=40))
    [again] = await item.attend("zhou_ming", writing=True)
    assert (again["since"], again["writing"]) == (first["since"], True)
    assert again["until"] >= first["until"]


async def test_who_does_not_say_it_again_is_gone(item: Item) -> None:
    [first] = await item.attend("zhou_ming")
    await item.age(presence.LASTS)
    assert seen(await item.attend("wu_hao")) == [("wu_hao", False)]
    since = {each["member"]["key"]: each["since"] for each in await item.attend("zhou_ming")}
    assert since["zhou_ming"] > first["since"]


async def test_who_watches_an_item_hears_of_what_is_new_only(item: Item, watchers: Watchers) -> None:
    async with watchers.watch(WATCH, "wu_hao", id=item.global_id) as stream:
        assert (await stream.next())["presence"] == []
        await item.attend("zhou_ming")
        assert seen((await stream.next())["presence"]) == [("zhou_ming", False)]
        await item.attend("zhou_ming")  # nothing new
        await item.attend("zhou_ming", writing=True)
        assert seen((await stream.next())["presence"]) == [("zhou_ming", True)]
        await item.attend("zhou_ming", "endPresence")
        assert (await stream.next())["presence"] == []


async def test_it_is_for_members_who_see_the_item(item: Item) -> None:
    refused = [await item.api.refused("announcePresence", by, id=item.global_id) for by in ("manager", "sun_yi")]
    assert refused == [[("FORBIDDEN", None)], [("NOT_FOUND", ["id"])]]


async def test_customers_see_nothing_of_it(item: Item) -> None:
    await item.attend("zhou_ming")
    async with item.api.sessions.begin() as session:
        mine = Item(item.api, await hand_in(session, BEGAN, **IN_SIGHT, source="web"))
    await mine.attend("zhou_ming")
    asked = f'{{ node(id: "{mine.global_id}") {{ ... on Feedback {{ code {PRESENCE} }} }} }}'
    found = (await item.api.ask(asked, "web"))["node"]
    assert (found["code"][:3], found["presence"]) == ("FB-", [])


async def test_those_long_gone_are_forgotten(item: Item, sessions: Sessions) -> None:
    await item.attend("zhou_ming")
    await item.age(timedelta(hours=2))
    async with sessions.begin() as session:
        await presence.sweep(session)
        left = await session.execute(table.select().where(table.c.item == item.id))
    assert left.all() == []
