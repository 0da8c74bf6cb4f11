"""Lists: a fixed number of statements, pages that neither lose nor repeat, filters, search, and who sees what."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from voxloop.domain.identity import new_id
from voxloop.store import clocks, linked_items, messages, steps
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Session
from voxloop.tests.graphql.api import Api, statements
from voxloop.tests.items import hand_in

BEGAN = datetime(2026, 10, 1, tzinfo=UTC)
EVERYTHING = """query ($region: String!, $first: Int!) {
  feedbacks(where: {region: {eq: $region}}, first: $first) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { cursor node { ...item step { title team { title lead { name } } } } } } }
  fragment item on Feedback {
    id code customer { name accountOwner { name } } team { title } owner { name email } product { title line { title } }
    steps { step title team { title } assignments { team { title } member { name } reason } }
    clocks { name dueAt } messages { text receipts { state } recipient { name } } linkedItems { key state }
    process { key title } ruleSet { key } decision { fired } timeline(last: 3) { kind sentence actorKind } }"""


@pytest.fixture(scope="session")
async def stocked(still: Api) -> Api:
    """100 items with everything below them."""
    async with still.sessions.begin() as session:
        for number in range(100):
            of = {"region": "stock", "rating": number % 5 + 1, "part": None if number % 4 else f"P{number}"}
            item = await hand_in(session, BEGAN + timedelta(minutes=number // 2), **of)
            await _below(session, item, number)
    return still


async def _below(session: Session, item: UUID, number: int) -> None:
    at = {"at": BEGAN, "version": 1, "item": item}
    team, member = ("rd_bugfix", "zhou_ming") if number % 2 else ("quality", "sun_yi")
    title = {"zh-CN": "缺陷处理", "en": "Repair"}
    run = await steps.begin(
        session, item, step="repair", kind="task", title=title, round=1, team=team, entered_at=BEGAN
    )
    await steps.assign(session, run, team=team, member=member, reason={"strategy": "test"}, began_at=BEGAN)
    await clocks.write(session, [clocks.fresh(item=item, name="finish", seq=1, started_at=BEGAN)], [])
    said = {"direction": "out", "visibility": "public", "purpose": "reply", "author": "system", "text": "好的"}
    key = f"vox-test-{number}"
    await messages.intend(session, at | said, key, target="builtin", via="email")
    await messages.add(session, **at, **said | {"direction": "internal", "visibility": "internal", "member": member})
    link = {"key": f"{key}-l", "system": "pms", "template": "bug", "title": "t", "body": "b"}
    await linked_items.open_for(session, item, "repair", link | {"opened_at": BEGAN, "changed_at": BEGAN})
    due = BEGAN + timedelta(hours=number) if number % 3 else None
    changed = update(feedback).where(feedback.c.id == item)
    await session.execute(changed.values(stage="working", team=team, owner=member, due_at=due))


async def test_ten_items_take_as_many_statements_as_a_hundred(stocked: Api) -> None:
    counts = []
    for first in (10, 100):
        with statements(stocked.sessions) as sent:
            answer = await stocked.ask(EVERYTHING, region="stock", first=first)
        assert len(answer["feedbacks"]["edges"]) == first
        counts.append(len(sent))
    assert counts[0] == counts[1]
    node = answer["feedbacks"]["edges"][0]["node"]
    assert node["steps"][0]["assignments"][0]["member"]["name"] in ("周明", "Zhou Ming")
    assert [len(node[name]) for name in ("clocks", "messages", "linkedItems", "timeline")] == [1, 2, 1, 1]
    assert node["timeline"][0]["sentence"] == "Received from test by App."
    assert answer["feedbacks"]["totalCount"] == 100


async def test_what_is_not_selected_is_not_read(stocked: Api) -> None:
    with statements(stocked.sessions) as sent:
        await stocked.ask("{ feedbacks { nodes { code team { title } } } }")
    assert not any(table in statement for statement in sent for table in ("step_run", "message", "count("))


LIST = """query ($order: FeedbackOrder, $where: FeedbackWhere, $search: String,
                $first: Int, $after: String, $last: Int, $before: String) {
  feedbacks(orderBy: $order, where: $where, search: $search,
            first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { code rating stage owner { key } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
STOCK = {"region": {"eq": "stock"}}


async def read(api: Api, by: str = "admin", **variables: Any) -> tuple[list[str], dict[str, Any]]:
    """Codes of a page, and where it lies."""
    page = (await api.ask(LIST, by, **{"where": STOCK} | variables))["feedbacks"]
    return [node["code"] for node in page["nodes"]], page["pageInfo"]


@pytest.mark.parametrize("field", ["RECEIVED_AT", "DUE_AT"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_pages_neither_lose_nor_repeat(stocked: Api, field: str, direction: str) -> None:
    by = {"field": field, "direction": direction}
    whole, _ = await read(stocked, order=by, first=100)
    forward, info = await read(stocked, order=by, first=7)
    while info["hasNextPage"]:
        codes, info = await read(stocked, order=by, first=7, after=info["endCursor"])
        forward += codes
    assert forward == whole
    backward, info = await read(stocked, order=by, last=7)
    while info["hasPreviousPage"]:
        codes, info = await read(stocked, order=by, last=7, before=info["startCursor"])
        backward = codes + backward
    assert backward == whole


def _forged(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode()


@pytest.mark.parametrize(
    "variables",
    [
        {"first": 101},
        {"first": -1},
        {"first": 1, "last": 1},
        {"after": "x"},
        {"after": "W10="},
        {"after": _forged("RECEIVED_AT", "0001-01-01T00:00:00+14:00", UUID(int=0))},
        {"after": _forged("RECEIVED_AT", "9999-12-31T23:59:59-14:00", UUID(int=0))},
        {"search": "漏\u0000"},
        {"where": {"team": {"eq": "a\u0000"}}},
        {"where": {"customer": {"eq": "nobody"}}},
        {"where": {"rating": {"eq": 70000}}},
        {"where": {"receivedAt": {"gte": "2026-10-01T00:00:00"}}},
        {"where": {"AND": [{"AND": [{"AND": [{"AND": [{"AND": [{}]}]}]}]}]}},
        {"where": {"OR": [{}] * 100}},
    ],
)
async def test_arguments_that_cannot_be_understood(stocked: Api, variables: dict[str, Any]) -> None:
    assert await stocked.fail(LIST, **variables) == "BAD_USER_INPUT"


async def test_a_cursor_belongs_to_its_order(stocked: Api) -> None:
    _, info = await read(stocked, first=1)
    other = {"field": "DUE_AT", "direction": "ASC"}
    assert await stocked.fail(LIST, after=info["endCursor"], order=other) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("where", "number"),
    [
        ({"rating": {"eq": 5}}, 20),
        ({"rating": {"range": {"gte": 2, "lte": 3}}}, 40),
        ({"rating": {"range": {"gte": 4}}, "team": {"eq": "quality"}}, 20),
        ({"stage": {"in": ["WORKING", "CLOSED"]}, "channel": {"eq": "APP"}}, 100),
        ({"owner": {"isNull": True}}, 0),
        ({"part": {"in": ["P4", "P8", "P9"]}}, 2),
        ({"part": {"isNull": True}}, 75),
        ({"OR": [{"rating": {"eq": 1}}, {"rating": {"eq": 2}}]}, 40),
        ({"OR": []}, 0),
        ({"AND": [{"rating": {"eq": 1}}, {"owner": {"eq": "sun_yi"}}]}, 10),
        ({"dueAt": {"lte": "2026-10-01T10:00:00Z"}}, 7),
        ({"receivedAt": {"gte": "2026-10-01T08:45:00+08:00"}}, 10),
        ({"overdue": True}, 0),
    ],
)
async def test_filters(stocked: Api, where: dict[str, Any], number: int) -> None:
    page = (await stocked.ask(LIST, where={"AND": [STOCK, where]}))["feedbacks"]
    assert page["totalCount"] == number


async def test_search(still: Api) -> None:
    texts = ["水箱漏水，很严重", "漏电和水", "Ｗｉ－Ｆｉ 掉线 100%", "100 次", "it leaks"]
    async with still.sessions.begin() as session:
        for text in texts:
            await hand_in(session, BEGAN, text=text, region="search")

    document = """query ($search: String, $where: FeedbackWhere) {
      feedbacks(search: $search, where: $where) { nodes { text } } }"""

    async def found(search: str) -> set[str]:
        where = {"region": {"eq": "search"}}
        page = await still.ask(document, search=search, where=where)
        return {node["text"] for node in page["feedbacks"]["nodes"]}

    assert await found("漏水") == {texts[0]}
    assert await found("漏") == set(texts[:2])
    assert await found("wi-fi 掉线") == {texts[2]}
    assert await found("100%") == {texts[2]}
    assert await found("LEAKS") == {texts[4]}
    assert await found("%") == set()
    assert await found("  ") == set(texts)


@pytest.mark.parametrize(
    ("by", "shown"),
    [
        ("manager", {"level": "VIP", "segment": "property", "value": 380000.0, "health": 45}),
        ("sun_yi", {"level": "VIP", "segment": None, "value": None, "health": None}),
    ],
)
async def test_what_a_customer_is_worth_is_for_managers(still: Api, by: str, shown: dict[str, Any]) -> None:
    async with still.sessions.begin() as session:
        await hand_in(session, BEGAN, customer_ref="C0004", team="quality", region="worth")
    document = """{ feedbacks(where: {region: {eq: "worth"}}, first: 1) {
      nodes { customer { level segment value health } } } }"""
    [node] = (await still.ask(document, by))["feedbacks"]["nodes"]
    assert node["customer"] == shown


async def test_everybody_sees_their_own(stocked: Api) -> None:
    numbers = {by: len((await read(stocked, by, first=100))[0]) for by in ("manager", "zhou_ming", "li_na", "web")}
    assert numbers == {"manager": 100, "zhou_ming": 50, "li_na": 0, "web": 0}
    code = (await read(stocked, "zhou_ming", first=1))[0][0]
    hidden = "query ($code: String!) { feedback(code: $code) { id } }"
    assert (await stocked.ask(hidden, "zhou_ming", code=code))["feedback"]
    assert (await stocked.ask(hidden, "sun_yi", code=code))["feedback"] is None
    behind = "{ customers { totalCount } linkedItems(system: PMS) { totalCount nodes { key } } }"
    assert (await stocked.ask(behind, "zhou_ming"))["linkedItems"]["totalCount"] == 50
    assert await stocked.ask(behind, "li_na") == {
        "customers": {"totalCount": 0},
        "linkedItems": {"totalCount": 0, "nodes": []},
    }


async def test_intake_reads_what_the_customer_may_read(still: Api) -> None:
    at = {"at": BEGAN, "version": 1, "direction": "internal", "purpose": "reply", "author": "member:li_na"}
    async with still.sessions.begin() as session:
        item = await hand_in(session, BEGAN, source="web", idempotency_key=str(new_id()), region="intake")
        for visibility in ("internal", "public"):
            await messages.add(session, item=item, text=visibility, visibility=visibility, **at)
    document = '{ feedbacks(where: {region: {eq: "intake"}}) { nodes { messages { text } } } members { email phone } }'

    async def texts(by: str) -> tuple[list[str], Sequence[object]]:
        answer = await still.ask(document, by)
        [node] = answer["feedbacks"]["nodes"]
        return [message["text"] for message in node["messages"]], [member["email"] for member in answer["members"]]

    assert (await texts("manager"))[0] == ["internal", "public"]
    words, addresses = await texts("web")
    assert words == ["public"]
    assert set(addresses) == {None}


async def test_objects_are_found_again_by_their_ids(stocked: Api) -> None:
    ids = await stocked.ask("""{
      feedbacks(first: 1, where: {region: {eq: "stock"}}) { nodes { id customer { id } team { id } } }
      linkedItems(first: 1) { nodes { id } } products { id line { id } } members { id } }""")
    item = ids["feedbacks"]["nodes"][0]
    wanted = [
        item["id"],
        item["customer"]["id"],
        ids["linkedItems"]["nodes"][0]["id"],
        ids["products"][0]["id"],
        ids["products"][0]["line"]["id"],
        ids["members"][0]["id"],
    ]
    again = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on Feedback { steps { step } } } }"
    nodes = (await stocked.ask(again, ids=wanted))["nodes"]
    assert [node["id"] for node in nodes] == wanted
    assert (await stocked.ask(again, "li_na", ids=wanted[:3]))["nodes"] == [None, None, None]
    assert await stocked.fail(again, ids=["nothing"]) == "BAD_USER_INPUT"
