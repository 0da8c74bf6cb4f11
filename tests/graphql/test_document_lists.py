"""Documents where no worker runs: lists take as many statements for many as for one, and nobody waits for ever."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from voxloop.domain.identity import uuid_of
from voxloop.store import backtests
from voxloop.store.item_tables import feedback
from voxloop.tests.graphql.api import Api, statements
from voxloop.tests.graphql.owners import Owners, rule, rules
from voxloop.tests.items import hand_in
from voxloop.workflows.client import Loops

MANY = 10
LIST = """query ($first: Int) { documents(kind: RULE_SET, first: $first) { nodes {
  id body differences rules(first: 3) { sentence } base { id base { title } }
  shadow { state } backtests { state draft { key } standing { version } } } totalCount } }"""
DIFFERENCES = """query ($id: ID!, $first: Int) { backtest(id: $id) { draft { title } standing { body }
  differences(first: $first) { nodes { changes { field }
    feedback { code customer { ref } decision { fired } } } } } }"""
START = "mutation ($id: ID!) { done: startBacktest(input: {draft: $id}) { backtest { id } } }"


@pytest.fixture(scope="module")
async def standing(still: Api) -> str:
    """The global id of the rules that are published, of which there are drafts and backtests."""
    asked = '{ documents(kind: RULE_SET, key: "intake", state: PUBLISHED) { nodes { id body } } }'
    [published] = (await still.ask(asked))["documents"]["nodes"]
    for number in range(MANY):
        body = published["body"] | {"title": {"zh-CN": f"第{number}稿", "en": f"Draft {number}"}}
        await Owners(still).must("createDraft", kind="RULE_SET", key="intake", body=body)
    id_: str = published["id"]
    return id_


@pytest.fixture(scope="module")
async def backtest(still: Api, standing: str) -> str:
    """The global id of a backtest with differences."""
    id_: str = (await still.ask(START, "manager", id=standing))["done"]["backtest"]["id"]
    async with still.sessions.begin() as session:
        items: list[UUID] = [await hand_in(session, datetime.now(UTC)) for _ in range(MANY)]
        found = {item: [{"field": "spam", "before": False, "after": True, "rule": None}] for item in items}
        rows = (await session.execute(feedback.select().where(feedback.c.id.in_(items)))).mappings().all()
        study = await backtests.get(session, uuid_of("Backtest", id_) or UUID(int=0))
        assert study is not None
        assert await backtests.write(session, study, rows, found, skipped=0, sums={})
    return id_


async def test_documents(still: Api, standing: str) -> None:
    counts = []
    for first in (1, MANY):
        with statements(still.sessions) as sent:
            answer = await still.ask(LIST, first=first)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    nodes = answer["documents"]["nodes"]
    assert [node["base"]["id"] for node in nodes] == [standing] * MANY
    assert all(len(node["differences"]) == 2 for node in nodes)  # a title in two languages


async def test_differences(still: Api, backtest: str) -> None:
    counts = []
    for first in (1, MANY):
        with statements(still.sessions) as sent:
            answer = await still.ask(DIFFERENCES, "manager", id=backtest, first=first)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert len(answer["backtest"]["differences"]["nodes"]) == MANY


async def test_what_is_not_selected_is_not_read(still: Api, standing: str) -> None:
    with statements(still.sessions) as sent:
        await still.ask("{ documents { nodes { id kind state title } } }")
    [read] = [statement for statement in sent if "FROM document" in statement]
    assert "document.body," not in read
    assert not any(table in statement for statement in sent for table in ("backtest", "shadow", "count("))


async def test_a_draft_that_no_worker_has_checked_yet_says_what_it_differs_in(still: Api) -> None:
    draft = await Owners(still).draft(rules("fresh"))
    read = await Owners(still).read(draft["id"], "checked problems { code } differences(language: EN) base { id }")
    assert (read["checked"], read["problems"], read["base"]) == (False, [], None)
    assert any("Low rating" in told for told in read["differences"])


async def test_what_makes_no_sense_is_a_sentence_all_the_same(still: Api) -> None:
    body = rules("senseless")
    rule(body, "low")["when"] = {"fact": "colour", "is": "{smells}", "value": ["red"]}
    draft = await Owners(still).draft(body)
    [first, _] = (await Owners(still).read(draft["id"], "rules { sentence(language: EN) }"))["rules"]
    assert first["sentence"].startswith("If colour {smells} red, then ")


async def test_any_kind_of_document_tells_its_differences(still: Api) -> None:
    asked = "{ documents(kind: TEMPLATE, state: PUBLISHED, first: 1) { nodes { key body } } }"
    [template] = (await still.ask(asked))["documents"]["nodes"]
    body = template["body"] | {"subject": {"zh-CN": "谢谢", "en": "Thank you"}}
    draft = await Owners(still).must("createDraft", kind="TEMPLATE", key=template["key"], body=body)
    told = await Owners(still).read(draft["id"], "en: differences(language: EN) zh: differences(language: ZH_CN)")
    assert len(told["en"]) == len(told["zh"]) == 2
    assert set(told["en"]).isdisjoint(told["zh"])
    assert any("Thank you" in difference for difference in told["zh"])


async def test_what_no_worker_has_done_yet_is_not_confirmed(still: Api) -> None:
    hasty = Api(still.sessions, Loops(still.loops.client, timedelta(milliseconds=100)))
    hasty.secrets = still.secrets
    draft = await Owners(hasty).draft(rules("unheard"))
    assert await Owners(hasty).refused("checkDraft", id=draft["id"]) == [("NOT_CONFIRMED", None)]
    assert await hasty.fail('{ simulateRules(text: "x") { sentences } }') == "NOT_CONFIRMED"
