"""The guide for frontend teams does what it says, operation by operation; the pages on rules name all there is."""

import re
from collections.abc import AsyncIterator

import pytest

from voxloop.bundles.reader import read_text
from voxloop.domain.case_reader import EXPECTED
from voxloop.domain.documents import Kind
from voxloop.domain.problems import ANYTHING
from voxloop.domain.rules import Occasion
from voxloop.domain.viewer import Role
from voxloop.rules.kinds import check_document
from voxloop.rules.vocabulary import ACTIONS, FACTS, OPERATORS
from voxloop.tests.external.guide import GUIDE, Operation, of_our_own, operations, under
from voxloop.tests.graphql.api import Answer, Api
from voxloop.tests.graphql.owners import Owners
from voxloop.tests.graphql.served import served, talking
from voxloop.tests.workflows.house import House, until

ALL = operations()
SUBMIT = ALL["SubmitMutation"]
EDITOR = under("A rule editor")
# What needs more than an item, or comes in an order, is run in files of its own.
ELSEWHERE = [*under("Items that belong together"), *under("Many items at once"), *under("Processes and calendars")]
ELSEWHERE.append(ALL["ClaimNextMutation"])
# The ids that the guide makes up for a draft, a backtest and an earlier version.
DRAFT, EARLIER = "RG9jdW1lbnQ6MTc=", "RG9jdW1lbnQ6MTI="
BACKTEST = "QmFja3Rlc3Q6MDE5YTIxYWYtMWYwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAx"
RULES_PAGES = ("rules.md", "rules.zh-CN.md")


@pytest.fixture(scope="session")
async def guided(living: Api) -> Api:
    await living.give("guided", Role.ADMIN, "li_na")
    return living


@pytest.fixture
async def item(guided: Api, house: House, request: pytest.FixtureRequest) -> Answer:
    """The item of the guide, once it waits for somebody to answer it."""
    given = {"input": SUBMIT.variables["input"] | {"key": request.node.name}}
    code = (await run(guided, SUBMIT, given))["submitFeedback"]["feedback"]["code"]
    found: Answer = {}

    async def working() -> bool:
        await house.relay.carry()
        answer = await guided.ask("query ($code: String) { feedback(code: $code) { code stage version } }", code=code)
        found.update(answer["feedback"])
        return bool(found["stage"] == "WORKING")

    await until(working, "working")
    return found


async def run(api: Api, operation: Operation, variables: Answer) -> Answer:
    body = {"query": operation.document, "variables": variables}
    headers = {"Authorization": f"Bearer {api.secrets['guided']}"}
    answer = (await api.http.post("/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer
    data: Answer = answer["data"]
    return data


def alone(kind: str) -> list[Operation]:
    """The operations of that kind that need nothing but an item."""
    return [
        operation for operation in ALL.values() if operation.kind == kind and operation not in (*EDITOR, *ELSEWHERE)
    ]


def test_no_operation_of_the_guide_is_left_out() -> None:
    assert GUIDE.read_text("utf-8").count("```graphql\n") == len(ALL)
    assert len(EDITOR) >= 10


@pytest.mark.parametrize("operation", alone("query"), ids=lambda each: each.name)
async def test_queries(guided: Api, item: Answer, operation: Operation) -> None:
    answer = await run(guided, operation, operation.on(item["code"]))
    assert all(value is not None for value in answer.values())


@pytest.mark.parametrize("operation", alone("mutation"), ids=lambda each: each.name)
async def test_mutations(guided: Api, item: Answer, operation: Operation) -> None:
    for _ in range(2):  # a repetition is answered the same
        [payload] = (await run(guided, operation, operation.on(item["code"], item["version"]))).values()
        assert payload["userErrors"] == []
        assert payload["feedback"]["id"]


@pytest.fixture(scope="session")
async def address(guided: Api) -> AsyncIterator[str]:
    async with served(guided.app) as address:
        yield address


@pytest.mark.parametrize("operation", alone("subscription"), ids=lambda each: each.name)
async def test_subscriptions(address: str, guided: Api, item: Answer, operation: Operation) -> None:
    async with talking(address) as talk:
        await talk.begin(authorization=f"Bearer {guided.secrets['guided']}")
        await talk.ask(operation.document, **operation.on(item["code"]))
        payload = (await talk.hear())["payload"]
        assert "errors" not in payload
        assert all(payload["data"].values())


async def test_the_rule_editor_from_the_first_word_to_the_way_back(owners: Owners) -> None:
    """Its operations one after the other, with the ids that earlier ones have answered."""
    await owners.api.give("guided", Role.MANAGER, "li_na")
    known: dict[str, str] = {}
    states = []
    for operation in EDITOR:
        [payload] = (await run(owners.api, operation, of_our_own(operation, known))).values()
        assert payload is not None
        assert payload.get("userErrors", []) == payload.get("problems", []) == []
        if operation.kind == "mutation":
            done = payload.get("document") or payload["backtest"]
            states.append(done["state"])
            known.setdefault(BACKTEST if "backtest" in payload else DRAFT, done["id"])
            known |= {EARLIER: done["base"]["id"]} if "base" in done else {}
    assert states == ["DRAFT", "DRAFT", "CHECKED", "RUNNING", "SHADOW", "PUBLISHED", "PUBLISHED"]


async def test_whoever_saves_late_reads_what_the_guide_promises(owners: Owners) -> None:
    await owners.api.give("guided", Role.MANAGER, "li_na")
    create, save = ALL["CreateDraftMutation"], ALL["SaveDraftMutation"]
    begun = await owners.must("createDraft", **create.variables["input"], select="id revision body")
    await owners.changed(begun["id"], begun["body"] | {"rules": begun["body"]["rules"][:1], "cases": []})
    late = (await run(owners.api, save, of_our_own(save, {DRAFT: begun["id"]})))["saveDraft"]
    assert [error["code"] for error in late["userErrors"]] == ["CHANGED_MEANWHILE"]
    assert late["document"]["revision"] == begun["revision"] + 1
    assert late["conflict"]
    await owners.must("discardDraft", id=begun["id"])


@pytest.mark.parametrize("page", RULES_PAGES)
def test_the_page_on_rules_names_all_that_rules_are_made_of(page: str) -> None:
    named = set(re.findall(r"`(\w+)[`:]", GUIDE.with_name(page).read_text("utf-8")))
    assert named >= {*FACTS, *OPERATORS, *ACTIONS, *Occasion, *EXPECTED}


@pytest.mark.parametrize("page", RULES_PAGES)
def test_the_example_of_the_page_on_rules_is_sound(page: str) -> None:
    written = GUIDE.with_name(page).read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    assert check_document(Kind.RULE_SET, "intake", read_text(written).body, ANYTHING) == []
