"""Items that are put aside, as handlers and frontends have it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voxloop.domain.identity import new_id, uuid_of
from voxloop.store import queues
from voxloop.tests.graphql.api import Api
from voxloop.tests.graphql.watching import open_watchers
from voxloop.tests.workflows.house import House

WORK = "query ($of: Work) { myWork(of: $of, first: 100) { nodes { code } } }"
WATCHED = "subscription { myWorkChanged { initial removed changed { code } } }"
LISTED = """query ($snoozed: Boolean) { feedbacks(where: {snoozed: $snoozed, owner: {eq: "zhou_ming"}}) {
  nodes { code } } }"""


class Item:
    """A defect that zhou_ming has accepted."""

    def __init__(self, api: Api, house: House, code: str, id_: str) -> None:
        self.api, self.house, self.code, self.id = api, house, code, id_

    async def do(self, act: str, by: str = "zhou_ming", **given: Any) -> Any:
        done = await self.api.do(act, by, "snoozedUntil", id=self.code, key=str(new_id()), **given)
        assert done["userErrors"] == []
        return done["feedback"]["snoozedUntil"]

    async def refused(self, by: str = "zhou_ming", **given: Any) -> list[tuple[str, list[str] | None]]:
        return await self.api.refused("snoozeFeedback", by, id=self.code, key=str(new_id()), **given)

    async def listed(self, document: str, by: str = "zhou_ming", **variables: Any) -> bool:
        [found] = (await self.api.ask(document, by, **variables)).values()
        return self.code in [node["code"] for node in found["nodes"]]


@pytest.fixture
async def item(living: Api, house: House) -> Item:
    given = {"text": "扫地机充不进电", "channel": "APP", "scenario": "defect", "product": "robot_vacuum_x5"}
    made = (await living.do("submitFeedback", "web", "id code", key=str(new_id()), **given))["feedback"]
    id_ = uuid_of("Feedback", made["id"])
    assert id_ is not None
    house.items.append(id_)
    await house.settle()
    item = Item(living, house, made["code"], made["id"])
    await item.do("accept")
    return item


def instant(after: timedelta) -> str:
    return f"{datetime.now(UTC) + after:%Y-%m-%dT%H:%M:%SZ}"


async def test_it_leaves_the_lists_of_what_is_to_be_done_and_comes_back(item: Item) -> None:
    at = instant(timedelta(days=1))
    assert await item.listed(WORK, of="MINE")
    assert await item.do("snoozeFeedback", until=at) == at
    assert (await item.listed(WORK, of="MINE"), await item.listed(WORK, of="BOTH")) == (False, False)
    assert (await item.listed(LISTED, snoozed=True), await item.listed(LISTED, snoozed=False)) == (True, False)
    assert await item.do("wakeFeedback") is None
    assert await item.listed(WORK, of="MINE")


async def test_who_watches_her_work_sees_it_leave_and_return(item: Item) -> None:
    async with open_watchers(item.api) as watchers, watchers.watch(WATCHED, "zhou_ming") as stream:
        assert (await stream.next())["initial"]
        await item.do("snoozeFeedback", until=instant(timedelta(days=1)))
        assert (await stream.next())["removed"] == [item.id]
        await item.do("wakeFeedback")
        assert [each["code"] for each in (await stream.next())["changed"]] == [item.code]


async def test_what_waits_in_a_queue_is_not_offered_while_it_is_put_aside(item: Item) -> None:
    await item.do("reassign", "manager", team="rd_bugfix")

    async def waiting() -> int:
        async with item.house.sessions.connect() as session:
            return (await queues.sizes(session)).get("rd_bugfix", 0)

    before = await waiting()
    await item.do("snoozeFeedback", until=instant(timedelta(days=1)))
    assert await waiting() == before - 1
    async with item.house.sessions.connect() as session:
        first = await queues.first(session, "rd_bugfix")
    assert first != uuid_of("Feedback", item.id)


async def test_the_timeline_says_until_when(item: Item) -> None:
    await item.do("snoozeFeedback", until="2031-05-06T07:08:09Z")
    asked = f'{{ feedback(code: "{item.code}") {{ timeline(last: 1) {{ sentence(language: EN) }} }} }}'
    [event] = (await item.api.ask(asked))["feedback"]["timeline"]
    assert event["sentence"].startswith("Zhou Ming put it aside until 2031-05-06")
    await item.do("wakeFeedback")


async def test_what_cannot_be_is_refused(item: Item) -> None:
    assert await item.refused(until=instant(-timedelta(minutes=1))) == [("NOT_IN_FUTURE", ["until"])]
    assert await item.refused(until="9000-01-01T00:00:00Z") == [("OUT_OF_RANGE", ["until"])]
    assert await item.refused("web", until=instant(timedelta(days=1))) == [("FORBIDDEN", None)]
    assert await item.api.refused("wakeFeedback", "zhou_ming", id=item.code, key="k") == [("UNCHANGED", None)]


async def test_who_handed_it_in_does_not_see_that(item: Item) -> None:
    await item.do("snoozeFeedback", until=instant(timedelta(days=1)))
    asked = f'{{ feedback(code: "{item.code}") {{ code snoozedUntil }} }}'
    assert (await item.api.ask(asked, "web"))["feedback"] == {"code": item.code, "snoozedUntil": None}
    await item.do("wakeFeedback")
