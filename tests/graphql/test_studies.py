"""Backtests and shadows over the API: what a draft would have decided otherwise, counted and listed."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from voxloop.domain.identity import global_id, new_id
from voxloop.tests.graphql.api import Answer
from voxloop.tests.graphql.owners import Owners, rule
from voxloop.tests.workflows.house import House, until

STUDY = """id state changed failure fields { field count label(language: EN) } teams { team { key } key before after }
  draft { key } standing { key state } finishedAt"""
DIFFERENCES = """differences(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
  nodes { code changes { field before after rule sentence(language: EN) }
    feedback { code priority decision { priority } } } }"""
BACKTEST = f"""query ($id: ID!, $first: Int, $after: String) {{
  backtest(id: $id) {{ {STUDY} total done skipped digest {DIFFERENCES} }} }}"""
SHADOW = f"""query ($id: ID!, $first: Int, $after: String) {{
  shadowReport(document: $id) {{ {STUDY} compared {DIFFERENCES} }} }}"""
START = """mutation ($input: StartBacktestInput!) { done: startBacktest(input: $input) {
  backtest { id state } userErrors { code field } } }"""
CANCEL = """mutation ($id: ID!) { done: cancelBacktest(input: {id: $id}) {
  backtest { state } userErrors { code field } } }"""


async def hand_in(owners: Owners, house: House, rating: int) -> str:
    """An item from this region alone; its code, once the rules have decided."""
    given: Answer = {"text": "一般", "channel": "APP", "region": "tried", "rating": rating, "key": str(new_id())}
    code: str = (await owners.api.do("submitFeedback", "web", **given))["feedback"]["code"]

    async def decided() -> bool:
        await house.relay.carry()
        item = await owners.api.ask("query ($c: String) { feedback(code: $c) { decision { version } } }", c=code)
        return item["feedback"]["decision"] is not None

    await until(decided, f"{code} is decided")
    return code


@pytest.fixture(scope="module")
async def items(owners: Owners, workshop: House) -> dict[int, str]:
    """The codes of items by their stars."""
    return {rating: await hand_in(owners, workshop, rating) for rating in (1, 2, 3, 4, 5)}


@pytest.fixture
async def draft(owners: Owners, items: dict[int, str]) -> AsyncIterator[Answer]:
    """A checked draft of the rules that are published, by which four stars are a low rating too."""
    begun = await owners.must("createDraft", kind="RULE_SET", key="intake", select="id body revision")
    rule(begun["body"], "low_rating")["when"]["all"][0]["value"] = 5
    await owners.changed(begun["id"], begun["body"], revision=begun["revision"])
    checked = await owners.must("checkDraft", id=begun["id"])
    assert checked["state"] == "CHECKED"
    yield checked
    await owners.do("discardDraft", id=begun["id"])


async def started(owners: Owners, draft: Answer) -> Answer:
    given = {"draft": draft["id"], "where": {"region": {"eq": "tried"}}}
    done = (await owners.api.ask(START, "manager", input=given))["done"]
    assert done["userErrors"] == []
    backtest: Answer = done["backtest"]
    return backtest


async def finished(owners: Owners, draft: Answer) -> Answer:
    """The backtest of a draft, once it is done."""
    id_ = (await started(owners, draft))["id"]
    found: Answer = {}

    async def done() -> bool:
        found.update((await owners.api.ask(BACKTEST, "manager", id=id_))["backtest"])
        return found["state"] not in ("RUNNING", "CANCELLING")

    await until(done, "the backtest is done")
    return found


async def test_a_backtest_tells_what_would_differ(owners: Owners, draft: Answer, items: dict[int, str]) -> None:
    backtest = await finished(owners, draft)
    assert (backtest["state"], backtest["failure"], backtest["skipped"]) == ("DONE", None, 0)
    assert backtest["total"] == backtest["done"] == 5
    differing = {each["code"]: each for each in backtest["differences"]["nodes"]}
    assert differing.keys() == {items[3], items[4]}
    [change] = [each for each in differing[items[3]]["changes"] if each["field"] == "PRIORITY"]
    assert (change["after"], change["rule"]) == ("high", "low_rating")
    assert change["sentence"] == "Priority: Normal → High"
    assert differing[items[4]]["feedback"] == {"code": items[4], "priority": "NORMAL", "decision": {"priority": None}}
    assert (backtest["draft"], backtest["standing"]) == ({"key": "intake"}, {"key": "intake", "state": "PUBLISHED"})


async def test_its_sums_equal_its_list(owners: Owners, draft: Answer) -> None:
    backtest = await finished(owners, draft)
    listed = backtest["differences"]["nodes"]
    fields = Counter(change["field"] for each in listed for change in each["changes"])
    assert {each["field"]: each["count"] for each in backtest["fields"]} == fields
    assert {"field": "PRIORITY", "count": 2, "label": "Priority"} in backtest["fields"]
    assert backtest["changed"] == backtest["differences"]["totalCount"] == len(listed)
    assert [sum(team[when] for team in backtest["teams"]) for when in ("before", "after")] == [5, 5]


async def test_it_runs_again_to_the_same_digest(owners: Owners, draft: Answer) -> None:
    first, second = await finished(owners, draft), await finished(owners, draft)
    assert first["id"] != second["id"]
    assert first["digest"] == second["digest"] != ""
    listed = await owners.read(draft["id"], "backtests { id digest }")
    assert listed["backtests"] == [{"id": each["id"], "digest": each["digest"]} for each in (second, first)]


async def test_differences_come_in_pages(owners: Owners, draft: Answer, items: dict[int, str]) -> None:
    id_ = (await finished(owners, draft))["id"]
    codes, after = [], None
    for more in (True, False):
        asked = await owners.api.ask(BACKTEST, "manager", id=id_, first=1, after=after)
        page = asked["backtest"]["differences"]
        codes += [each["code"] for each in page["nodes"]]
        assert page["pageInfo"]["hasNextPage"] is more
        after = page["pageInfo"]["endCursor"]
    assert codes == [items[3], items[4]]


async def test_what_has_ended_cannot_be_cancelled(owners: Owners, draft: Answer) -> None:
    backtest = await finished(owners, draft)
    done = (await owners.api.ask(CANCEL, "manager", id=backtest["id"]))["done"]
    assert (done["backtest"], done["userErrors"]) == (None, [{"code": "HAS_ENDED", "field": None}])


async def test_a_shadow_reports_what_it_would_decide(
    owners: Owners, workshop: House, draft: Answer, items: dict[int, str]
) -> None:
    assert (await owners.must("startShadow", id=draft["id"]))["state"] == "SHADOW"
    code = await hand_in(owners, workshop, 4)
    report: Answer = {}

    async def seen() -> bool:
        report.update((await owners.api.ask(SHADOW, "manager", id=draft["id"]))["shadowReport"])
        return bool(report["compared"])

    await until(seen, "the shadow has looked")
    assert (report["state"], report["changed"]) == ("RUNNING", 1)
    assert [each["code"] for each in report["differences"]["nodes"]] == [code]
    assert (await owners.must("stopShadow", id=draft["id"]))["state"] == "CHECKED"
    ended = await owners.read(draft["id"], "shadow { id state changed }")
    assert ended["shadow"] == {"id": report["id"], "state": "DROPPED", "changed": 1}


NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def test_studies_are_found_again_and_only_by_who_may_edit(owners: Owners, draft: Answer) -> None:
    backtest = await finished(owners, draft)
    await owners.must("startShadow", id=draft["id"])
    shadow = (await owners.read(draft["id"], "shadow { id }"))["shadow"]
    ids = [shadow["id"], backtest["id"], draft["id"], global_id("Backtest", new_id())]
    found: list[Any] = (await owners.api.ask(NODES, "manager", ids=ids))["nodes"]
    assert found == [
        {"__typename": "ShadowReport", "id": ids[0]},
        {"__typename": "Backtest", "id": ids[1]},
        {"__typename": "Document", "id": ids[2]},
        None,
    ]
    for by in ("li_na", "web"):
        assert (await owners.api.ask(NODES, by, ids=ids))["nodes"] == [None] * 4
        assert await owners.api.ask(BACKTEST, by, id=backtest["id"]) == {"backtest": None}
        assert await owners.api.ask(SHADOW, by, id=draft["id"]) == {"shadowReport": None}
        done = (await owners.api.ask(START, by, input={"draft": draft["id"]}))["done"]
        assert done["userErrors"] == [{"code": "FORBIDDEN", "field": None}]
