"""A rule editor can be drawn from ``vocabulary`` alone: all that it offers can be checked, published, and decides."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from voxloop.domain.identity import new_id
from voxloop.tests.graphql.owners import Owners
from voxloop.tests.graphql.rule_editor import VOCABULARY, Told, rule_set
from voxloop.tests.workflows.house import House, until

DECIDED = """query ($id: ID!) { explainDecision(id: $id) { ruleSet { version }
  fired { rule { key } effects { action } } } }"""


@pytest.fixture(scope="module")
async def told(owners: Owners) -> Told:
    vocabulary: Told = (await owners.api.ask(VOCABULARY, "manager"))["vocabulary"]
    return vocabulary


@pytest.fixture
async def intake(owners: Owners) -> AsyncIterator[str]:
    """The key of the rules that decide about what comes in; they are put back afterwards."""
    asked = '{ documents(kind: RULE_SET, state: PUBLISHED, key: "intake") { nodes { id key } } }'
    [standing] = (await owners.api.ask(asked))["documents"]["nodes"]
    yield standing["key"]
    await owners.must("rollBack", id=standing["id"])


async def test_all_that_it_offers_can_be_published_and_decides(
    owners: Owners, workshop: House, told: Told, intake: str
) -> None:
    body = rule_set(told, intake)
    draft = await owners.draft(body)
    checked = await owners.must("checkDraft", id=draft["id"])
    assert [problem for problem in checked["problems"] if not problem["warning"]] == []
    published = await owners.must("publishDraft", id=draft["id"])
    assert published["state"] == "PUBLISHED"

    given = {"text": "one two", "channel": "APP", "rating": 1, "nps": 0, "form": "one", "key": str(new_id())}
    id_ = (await owners.api.do("submitFeedback", "web", "id", **given))["feedback"]["id"]

    async def decided() -> bool:
        return bool((await owners.api.ask(DECIDED, "manager", id=id_))["explainDecision"])

    await until(decided, "decided")
    [why] = (await owners.api.ask(DECIDED, "manager", id=id_))["explainDecision"]
    assert why["ruleSet"] == {"version": published["version"]}
    asked = {rule["key"]: rule["when"] for rule in body["rules"]}
    fired = {asked[each["rule"]["key"]].get("fact") for each in why["fired"]}
    assert fired >= {"text", "channel", "rating", "nps", "form", "type", "priority", "region"}


async def test_everything_has_a_name_in_both_languages(owners: Owners) -> None:
    english, chinese = [
        list(words((await owners.api.ask(VOCABULARY, "manager", language=language))["vocabulary"]))
        for language in ("EN", "ZH_CN")
    ]
    assert len(english) > 100
    assert [value for value, label in chinese if label == value] == []
    same = {value for (value, label), (_, other) in zip(english, chinese, strict=True) if label == other}
    assert same <= {"api", "app"}


def words(told: Any) -> Iterator[tuple[str, str]]:
    """Each word with its name, but for the keys of what the installation has."""
    if isinstance(told, list):
        for part in told:
            yield from words(part)
    elif isinstance(told, dict):
        if "value" in told and "label" in told:
            yield told["value"], told["label"]
        for name, part in told.items():
            if name not in ("keys", "example"):
                yield from words(part)


async def test_what_can_be_referred_to_is_named(told: Told) -> None:
    [route] = [action for action in told["actions"] if action["value"] == "route"]
    keys = {
        kind["value"]: {key["value"]: key["label"] for key in kind["keys"]}
        for parameter in route["parameters"]
        for kind in parameter["refersTo"]
    }
    assert keys["team"]["rd_bugfix"] == "R&D bug-fix group"
    assert keys["process"]["complaint"] == "Complaint"
    assert keys["member"]["li_na"] == "Li Na"


async def test_its_own_example_can_be_published(owners: Owners, told: Told) -> None:
    checked = await owners.checked(told["example"] | {"key": "example"})
    assert checked["state"] == "CHECKED"


async def test_handlers_may_read_it_but_no_intake_token(owners: Owners) -> None:
    assert (await owners.api.ask("{ vocabulary { joints { value } } }", "li_na"))["vocabulary"]["joints"]
    assert await owners.api.fail("{ vocabulary { joints { value } } }", "web") == "FORBIDDEN"
