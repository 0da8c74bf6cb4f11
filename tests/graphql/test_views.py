"""Saved views: who makes, sees, changes and removes them, and what is found in them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, update

from voxloop.domain import views as bounds
from voxloop.domain.identity import new_id
from voxloop.domain.viewer import Role
from voxloop.store import views
from voxloop.store.relation_tables import view
from voxloop.tests.graphql.api import Answer, Api
from voxloop.tests.items import hand_in

VIEW = "id title sharing where field direction revision count problem owner { key }"
MEMBER = "mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { userErrors { code field } } }"
URGENT = {"AND": [{"priority": {"in": ["URGENT", "HIGH"]}}], "dueAt": {"lte": "2026-10-02T00:00:00+00:00"}}


@pytest.fixture
async def api(still: Api) -> AsyncIterator[Api]:
    await still.give("wu_hao", Role.HANDLER, "wu_hao")
    yield still
    async with still.sessions.begin() as session:
        await session.execute(delete(view))


async def save(api: Api, by: str = "zhou_ming", **given: Any) -> tuple[Any, list[Any]]:
    """The view, and codes and fields of the refusals."""
    document = f"""mutation ($input: SaveViewInput!) {{ saveView(input: $input) {{
      view {{ {VIEW} }} userErrors {{ code field message }} }} }}"""
    done = (await api.ask(document, by, input={"title": "今天到期", **given}))["saveView"]
    return done["view"], [(error["code"], error["field"]) for error in done["userErrors"]]


async def listed(api: Api, by: str, select: str = VIEW) -> list[Answer]:
    found: list[Answer] = (await api.ask(f"{{ views {{ {select} }} }}", by))["views"]
    return found


async def test_a_view_is_read_as_it_was_written(api: Api) -> None:
    order = {"field": "DUE_AT", "direction": "ASC"}
    made, errors = await save(api, key="a", title=" 今天到期 ", where=URGENT, orderBy=order)
    assert errors == []
    assert made | {"id": "", "count": 0} == {
        "id": "",
        "title": "今天到期",
        "sharing": "MINE",
        "where": URGENT,
        "field": "DUE_AT",
        "direction": "ASC",
        "revision": 1,
        "count": 0,
        "problem": None,
        "owner": {"key": "zhou_ming"},
    }
    assert await listed(api, "zhou_ming") == [made]


async def test_the_same_key_makes_no_second_view(api: Api) -> None:
    first, _ = await save(api, key="a")
    again, errors = await save(api, key="a")
    assert (again, errors) == (first, [])
    assert await save(api, key="a", title="另一个") == (None, [("KEY_REUSED", ["key"])])


async def test_nobody_overwrites_what_she_has_not_seen(api: Api) -> None:
    made, _ = await save(api, key="a")
    changed, errors = await save(api, id=made["id"], expectedRevision=1, title="明天到期")
    assert (changed["title"], changed["revision"], errors) == ("明天到期", 2, [])
    late = await save(api, id=made["id"], expectedRevision=1)
    assert late == (None, [("CHANGED_MEANWHILE", ["expectedRevision"])])
    assert await save(api, id=made["id"]) == (None, [("REQUIRED", ["expectedRevision"])])


async def test_what_is_somebody_elses_own_is_not_there(api: Api) -> None:
    made, _ = await save(api, key="a")
    assert await listed(api, "wu_hao") == []
    assert await save(api, "wu_hao", id=made["id"], expectedRevision=1) == (None, [("NOT_FOUND", ["id"])])


async def test_managers_alone_share(api: Api) -> None:
    made, errors = await save(api, "manager", key="a", sharing="EVERYBODY")
    assert errors == []
    assert [each["id"] for each in await listed(api, "wu_hao")] == [made["id"]]
    assert await save(api, key="b", sharing="EVERYBODY") == (None, [("FORBIDDEN", None)])
    assert await save(api, id=made["id"], expectedRevision=1) == (None, [("FORBIDDEN", None)])


async def test_a_shared_view_shows_each_reader_what_she_may_see(api: Api) -> None:
    async with api.sessions.begin() as session:
        await hand_in(session, datetime(2026, 10, 1, tzinfo=UTC), team="quality", stage="working", batch="V-7")
    await save(api, "manager", key="a", sharing="EVERYBODY", where={"batch": {"eq": "V-7"}})
    select = "count feedbacks { nodes { batch } }"
    assert await listed(api, "manager", select) == [{"count": 1, "feedbacks": {"nodes": [{"batch": "V-7"}]}}]
    assert await listed(api, "zhou_ming", select) == [{"count": 0, "feedbacks": {"nodes": []}}]


async def test_a_view_whose_filter_is_gone_says_so(api: Api) -> None:
    await save(api, key="a")
    async with api.sessions.begin() as session:
        await session.execute(update(view).values(where={"stage": {"eq": "NO_LONGER"}}))
    [found] = await listed(api, "zhou_ming", "title count zh: problem(language: ZH_CN) en: problem(language: EN)")
    assert (found["title"], found["count"]) == ("今天到期", None)
    assert "已不存在" in found["zh"]
    assert "no longer there" in found["en"]
    assert await api.fail("{ views { feedbacks { nodes { code } } } }", "zhou_ming") == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("given", "code"),
    [({"title": " "}, "REQUIRED"), ({"title": "长" * 81}, "TOO_LONG"), ({"title": "a\0b"}, "UNREADABLE")],
)
async def test_what_is_no_title(api: Api, given: Answer, code: str) -> None:
    assert await save(api, key="a", **given) == (None, [(code, ["title"])])


@pytest.mark.parametrize(("sharing", "most"), [("MINE", bounds.MOST_OWN), ("EVERYBODY", bounds.MOST_SHARED)])
async def test_there_are_only_so_many(api: Api, sharing: str, most: int) -> None:
    first, _ = await save(api, "manager", key="first", sharing=sharing)
    async with api.sessions.begin() as session:
        [row] = (await session.execute(view.select())).mappings().all()
        for _ in range(most - 1):
            await views.add(session, **{**row, "id": new_id()})
    assert await save(api, "manager", key="one more", sharing=sharing) == (None, [("TOO_MANY", None)])
    changed = await save(api, "manager", id=first["id"], expectedRevision=1, sharing=sharing, title="改名")
    assert changed[1] == []


async def test_a_view_is_removed(api: Api) -> None:
    made, _ = await save(api, key="a")
    document = "mutation ($input: RemoveViewInput!) { removeView(input: $input) { userErrors { code } } }"
    assert await api.ask(document, "zhou_ming", input={"id": made["id"]}) == {"removeView": {"userErrors": []}}
    assert await listed(api, "zhou_ming") == []


async def test_who_leaves_takes_her_own_views_along(api: Api) -> None:
    await save(api, "manager", key="a", sharing="EVERYBODY")
    await save(api, "wu_hao", key="b")
    for active in (False, True):
        done = await api.ask(MEMBER, "admin", input={"member": "wu_hao", "active": active})
        assert done["updateMember"]["userErrors"] == []
    assert [each["sharing"] for each in await listed(api, "wu_hao")] == ["EVERYBODY"]


async def test_who_hands_items_in_has_no_views(api: Api) -> None:
    await save(api, "manager", key="a", sharing="EVERYBODY")
    assert await save(api, "web", key="b") == (None, [("FORBIDDEN", None)])
    assert await listed(api, "web") == []
