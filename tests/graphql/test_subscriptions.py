"""Subscriptions: the present state first, then every newest state that the viewer may see, whatever happens between."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from voxloop.domain.viewer import Role
from voxloop.graphql.nodes import global_id
from voxloop.store import changes, steps, tokens
from voxloop.store.item_tables import feedback
from voxloop.tests.graphql.api import Api, statements
from voxloop.tests.graphql.watching import Stream, Watchers, open_watchers
from voxloop.tests.items import hand_in

BEGAN = datetime(2026, 10, 1, tzinfo=UTC)
ONE = "subscription ($id: ID!) { feedbackChanged(id: $id) { code stage priority finishedAt } }"
MANY = """subscription ($where: FeedbackWhere) { feedbacksChanged(where: $where) {
  initial hasMore removed changed { id code priority region steps { title } timeline { kind } customer { ref } } } }"""
WORK = """subscription ($of: Work) { myWorkChanged(of: $of) { initial removed changed { id owner { key } } } }"""
CLOSED = {"stage": "closed", "outcome": "solved", "closed_at": BEGAN}


@pytest.fixture(scope="module")
async def watchers(still: Api) -> AsyncIterator[Watchers]:
    async with open_watchers(still) as watchers:
        yield watchers


async def accept(api: Api, **columns: Any) -> UUID:
    async with api.sessions.begin() as session:
        return await hand_in(session, BEGAN, **columns)


async def change(api: Api, item: UUID, **columns: Any) -> None:
    async with api.sessions.begin() as session:
        await session.execute(update(feedback).where(feedback.c.id == item).values(**columns))


async def assign(api: Api, item: UUID, team: str | None, member: str | None) -> None:
    async with api.sessions.begin() as session:
        run = await steps.current(session, item)
        if run is None:
            title = {"zh-CN": "缺陷处理", "en": "Repair"}
            run = await steps.begin(
                session, item, step="repair", kind="task", title=title, round=1, team=team, entered_at=BEGAN
            )
        if member is not None:
            await steps.assign(session, run, team=team, member=member, reason={}, began_at=BEGAN)
        now = update(feedback).where(feedback.c.id == item)
        await session.execute(now.values(stage="working", team=team, owner=member))


def id_of(item: UUID) -> str:
    return global_id("Feedback", item)


async def told(stream: Stream, item: UUID, name: str, value: Any) -> None:
    """Read on until the item is told with that value."""
    while True:
        news = await stream.next()
        if any(state["id"] == id_of(item) and state[name] == value for state in news["changed"]):
            return


async def removed(stream: Stream, item: UUID) -> None:
    """Read on until the item is told to be gone."""
    while id_of(item) not in (await stream.next())["removed"]:
        pass


async def test_one_item_as_it_stands_then_each_change(watchers: Watchers) -> None:
    item = await accept(watchers.api)
    async with watchers.watch(ONE, id=id_of(item)) as stream:
        assert (await stream.next())["priority"] == "NORMAL"
        await change(watchers.api, item, priority="high")
        assert (await stream.next())["priority"] == "HIGH"


async def test_one_item_by_its_code(watchers: Watchers) -> None:
    item = await accept(watchers.api)
    async with watchers.api.sessions.connect() as session:
        code = (await session.execute(select(feedback.c.code).where(feedback.c.id == item))).scalar_one()
    async with watchers.watch(ONE, id=code) as stream:
        assert (await stream.next())["code"] == code


async def test_it_completes_when_the_item_is_finished(watchers: Watchers) -> None:
    item = await accept(watchers.api)
    async with watchers.watch(ONE, id=id_of(item)) as stream:
        await stream.next()
        await change(watchers.api, item, **CLOSED, finished_at=BEGAN)
        assert (await stream.next())["finishedAt"] == "2026-10-01T00:00:00Z"
        assert await stream.ends()


async def test_a_finished_item_is_told_once(watchers: Watchers) -> None:
    item = await accept(watchers.api)
    await change(watchers.api, item, **CLOSED, finished_at=BEGAN)
    async with watchers.watch(ONE, id=id_of(item)) as stream:
        assert (await stream.next())["stage"] == "CLOSED"
        assert await stream.ends()


async def test_what_may_not_be_seen_is_not_found(watchers: Watchers) -> None:
    item = await accept(watchers.api, source="web")
    for by, id_, code in (
        ("shop", id_of(item), "NOT_FOUND"),
        ("zhou_ming", id_of(item), "NOT_FOUND"),
        ("admin", "FB-999999", "NOT_FOUND"),
        ("admin", "nothing", "BAD_USER_INPUT"),
        ("admin", global_id("Customer", item), "BAD_USER_INPUT"),
    ):
        async with watchers.watch(ONE, by, id=id_) as stream:
            assert await stream.fails() == code
            assert await stream.ends()


async def test_an_item_that_leaves_sight_ends_its_subscription(watchers: Watchers) -> None:
    item = await accept(watchers.api)
    await assign(watchers.api, item, "rd_bugfix", None)
    async with watchers.watch(ONE, "zhou_ming", id=id_of(item)) as stream:
        assert (await stream.next())["stage"] == "WORKING"
        await assign(watchers.api, item, "quality", None)
        assert await stream.next() is None
        assert await stream.ends()


async def test_many_as_they_stand_then_each_change(watchers: Watchers) -> None:
    where = {"region": {"eq": "many"}}
    first = await accept(watchers.api, region="many")
    async with watchers.watch(MANY, where=where) as stream:
        beginning = await stream.next()
        assert (beginning["initial"], beginning["hasMore"]) == (True, False)
        assert [state["id"] for state in beginning["changed"]] == [id_of(first)]
        second = await accept(watchers.api, region="many")
        state = beginning["changed"][0]
        while state["id"] != id_of(second):  # the first one's acceptance may be told once more
            news = await stream.next()
            assert (news["initial"], news["removed"]) == (False, [])
            state = news["changed"][-1]
        assert (state["timeline"], state["customer"]) == ([{"kind": "received"}], {"ref": "C0010"})
        await assign(watchers.api, first, "rd_bugfix", None)
        [state] = (await stream.next())["changed"]
        assert (state["id"], state["steps"]) == (id_of(first), [{"title": "Repair"}])


async def test_the_beginning_is_the_newest_hundred(watchers: Watchers) -> None:
    async with watchers.api.sessions.begin() as session:
        for number in range(120):
            oldest = await hand_in(session, BEGAN - timedelta(minutes=number), region="hundred")
    async with watchers.watch(MANY, where={"region": {"eq": "hundred"}}) as stream:
        beginning = await stream.next()
        assert (len(beginning["changed"]), beginning["hasMore"]) == (100, True)
        assert id_of(oldest) not in {state["id"] for state in beginning["changed"]}
        await change(watchers.api, oldest, region="elsewhere")
        await removed(stream, oldest)


async def test_what_leaves_the_filter_is_removed_and_may_come_back(watchers: Watchers) -> None:
    item = await accept(watchers.api, region="filter")
    async with watchers.watch(MANY, where={"region": {"eq": "filter"}, "priority": {"eq": "NORMAL"}}) as stream:
        await stream.next()
        await change(watchers.api, item, priority="high")
        await removed(stream, item)
        await change(watchers.api, item, priority="normal")
        await told(stream, item, "priority", "NORMAL")


async def test_what_leaves_a_handlers_sight_is_removed(watchers: Watchers) -> None:
    team, once = await accept(watchers.api, region="sight"), await accept(watchers.api, region="sight")
    async with watchers.watch(MANY, "zhou_ming", where={"region": {"eq": "sight"}}) as stream:
        assert (await stream.next())["changed"] == []
        await assign(watchers.api, team, "rd_bugfix", None)
        await told(stream, team, "region", "sight")
        await assign(watchers.api, once, "rd_bugfix", "zhou_ming")
        await told(stream, once, "region", "sight")
        await assign(watchers.api, team, "quality", "sun_yi")
        await removed(stream, team)
        await assign(watchers.api, once, "quality", "sun_yi")
        await told(stream, once, "region", "sight")


async def test_nobody_hears_of_what_they_may_not_see(watchers: Watchers) -> None:
    async with watchers.watch(MANY, "shop") as stream:
        await stream.next()
        hidden = await accept(watchers.api, source="web")
        await change(watchers.api, hidden, region="hidden")
        own = await accept(watchers.api, source="shop")
        news = await stream.next()
        assert ([state["id"] for state in news["changed"]], news["removed"]) == ([id_of(own)], [])


async def test_a_slow_reader_is_told_the_newest_only(watchers: Watchers) -> None:
    item = await accept(watchers.api, region="slow")
    async with (
        watchers.watch(MANY, where={"region": {"eq": "slow"}}) as slow,
        watchers.watch(ONE, id=id_of(item)) as quick,
    ):
        await slow.next()
        await quick.next()
        for number in range(8):
            priority = "high" if number % 2 == 0 else "low"
            await change(watchers.api, item, priority=priority)
            while (await quick.next())["priority"] != priority.upper():
                pass
        [state] = (await slow.next())["changed"]
        assert state["priority"] == "LOW"
        last = await accept(watchers.api, region="slow")
        assert [state["id"] for state in (await slow.next())["changed"]] == [id_of(last)]


async def test_many_readers_cost_as_many_statements_as_one(watchers: Watchers) -> None:
    item, counts = await accept(watchers.api, region="shared"), []
    for readers in (1, 8):
        async with contextlib.AsyncExitStack() as stack:
            watch = [watchers.watch(MANY, where={"region": {"eq": "shared"}}) for _ in range(readers)]
            streams = [await stack.enter_async_context(one) for one in watch]
            for stream in streams:
                await stream.next()
            with statements(watchers.api.sessions) as sent:
                await change(watchers.api, item, batch=f"B{readers}")
                for stream in streams:
                    await told(stream, item, "region", "shared")
            counts.append(len([one for one in sent if "token" not in one]))
    assert counts[0] == counts[1]


async def test_a_lost_connection_loses_nothing(watchers: Watchers) -> None:
    items = [await accept(watchers.api, region="lost") for _ in range(10)]
    async with watchers.watch(MANY, where={"region": {"in": ["lost", "found"]}}) as stream:
        standing = {state["id"]: state for state in (await stream.next())["changed"]}
        for number, item in enumerate(items):
            async with watchers.api.sessions.begin() as session:
                await session.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"),
                    {"name": changes.LISTENER},
                )
            await change(watchers.api, item, region="found" if number % 2 else "gone")
        wanted = {id_of(item) for item in items[1::2]}
        while standing.keys() != wanted or any(state["region"] != "found" for state in standing.values()):
            news = await stream.next()
            standing |= {state["id"]: state for state in news["changed"]}
            standing = {id_: state for id_, state in standing.items() if id_ not in news["removed"]}


async def test_work_is_mine_and_my_teams(watchers: Watchers) -> None:
    mine, queued, other = [await accept(watchers.api, region="work") for _ in range(3)]
    async with watchers.watch(WORK, "zhou_ming") as both, watchers.watch(WORK, "zhou_ming", of="TEAM") as team:
        await both.next()
        await team.next()
        await assign(watchers.api, mine, "rd_bugfix", "zhou_ming")
        await told(both, mine, "owner", {"key": "zhou_ming"})
        await assign(watchers.api, other, "quality", None)
        await assign(watchers.api, queued, "rd_bugfix", None)
        await told(both, queued, "owner", None)
        assert [state["id"] for state in (await team.next())["changed"]] == [id_of(queued)]
        await assign(watchers.api, queued, "rd_bugfix", "wu_hao")
        await removed(team, queued)
        await removed(both, queued)
        await change(watchers.api, mine, **CLOSED, owner=None)
        await removed(both, mine)


async def test_a_revoked_token_hears_no_more(watchers: Watchers) -> None:
    api = watchers.api
    async with api.sessions.begin() as session:
        id_, api.secrets["leaver"] = await tokens.create(session, "leaver", Role.ADMIN)
    async with watchers.watch(MANY, "leaver", where={"region": {"eq": "revoked"}}) as stream:
        await stream.next()
        async with api.sessions.begin() as session:
            await tokens.revoke(session, id_)
        await accept(api, region="revoked")
        assert await stream.fails() == "RIGHTS_CHANGED"
        assert await stream.ends()


async def test_nothing_is_left_of_those_who_went(watchers: Watchers) -> None:
    async with watchers.watch(MANY) as stream, watchers.watch(MANY, "shop") as other:
        await stream.next()
        await other.next()
        assert watchers.hub.clients == 2
    assert watchers.hub.clients == 0


LIST = """query ($of: Work, $first: Int, $after: String) { myWork(of: $of, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { id dueAt steps { title } } } }"""


async def test_my_work_by_the_next_moment(still: Api) -> None:
    dues = [3, 1, None, 2]
    items = [await accept(still) for _ in dues]
    for number, (item, hours) in enumerate(zip(items, dues, strict=True)):
        await assign(still, item, "product", "lin_xi" if number % 2 else None)
        await change(still, item, due_at=None if hours is None else BEGAN + timedelta(hours=hours))
    await still.give("lin_xi", Role.HANDLER, "lin_xi")

    async def work(**variables: Any) -> list[UUID]:
        found = [node["id"] for node in (await still.ask(LIST, "lin_xi", **variables))["myWork"]["nodes"]]
        return [item for id_ in found for item in items if id_of(item) == id_]

    assert await work() == [items[1], items[3], items[0], items[2]]
    assert await work(of="MINE") == [items[1], items[3]]
    assert await work(of="TEAM") == [items[0], items[2]]
    page = (await still.ask(LIST, "lin_xi", first=3))["myWork"]
    assert page["pageInfo"]["hasNextPage"]
    assert await work(first=3, after=page["pageInfo"]["endCursor"]) == [items[2]]


async def test_my_work_of_a_token_without_a_member_is_empty(still: Api) -> None:
    assert (await still.ask(LIST, "admin"))["myWork"]["totalCount"] == 0
