"""What rules would decide about something made up, and what is wrong with what cannot be."""

import json
from typing import Any

import pytest

from voxloop.store.study_tables import simulation
from voxloop.tests.graphql.api import Answer
from voxloop.tests.graphql.owners import Owners, rules

SIMULATE = """query ($ruleSet: ID, $facts: JSON, $text: String) { simulateRules(
  ruleSet: $ruleSet, facts: $facts, text: $text) {
    decision { ruleSet { key version state } version decision { priority tags } nearest { rule { key } condition }
      fired { rule { key } effects { action value tookEffect by sentence } } }
    facts sentences problems { path code message } } }"""


async def simulated(owners: Owners, **variables: Any) -> Answer:
    found: Answer = (await owners.api.ask(SIMULATE, "manager", **variables))["simulateRules"]
    return found


async def test_a_text_is_classified_and_decided_by_what_is_published(owners: Owners) -> None:
    found = await simulated(owners, text="扫地机冒烟了，打不开")
    decision = found["decision"]
    assert (decision["ruleSet"]["key"], decision["ruleSet"]["state"]) == ("intake", "PUBLISHED")
    assert (decision["decision"]["priority"], decision["version"], found["problems"]) == ("URGENT", None, [])
    assert (found["facts"]["type"], found["facts"]["language"]) == ("defect", "zh-CN")
    keys = [fired["rule"]["key"] for fired in decision["fired"]]
    assert keys[0] == "safety"
    assert len(found["sentences"]) == len(keys)


async def test_facts_are_decided_by_a_draft(owners: Owners) -> None:
    draft = await owners.draft(rules("imagined"))
    found = await simulated(owners, ruleSet=draft["id"], facts={"rating": 2, "channel": "web", "nps": None})
    decision = found["decision"]
    assert decision["ruleSet"] == {"key": "imagined", "version": None, "state": "DRAFT"}
    assert decision["decision"] == {"priority": "HIGH", "tags": ["low"]}
    assert decision["fired"] == [
        {
            "rule": {"key": "low"},
            "effects": [
                {
                    "action": "set_priority",
                    "value": "high",
                    "tookEffect": True,
                    "by": None,
                    "sentence": "set the priority to High",
                },
                {"action": "add_tag", "value": "low", "tookEffect": True, "by": None, "sentence": "add the tag “low”"},
            ],
        }
    ]
    assert decision["nearest"] == {"rule": {"key": "app"}, "condition": "channel is App"}
    new = {"priority": "normal", "is_reopen": False, "accepted": False}
    assert found["facts"] == {"rating": 2, "channel": "web", **new}


async def test_what_comes_in_is_as_each_new_item_is_where_nothing_else_is_said(owners: Owners) -> None:
    when = {"all": [{"fact": "priority", "is": "equals", "value": "normal"}, {"fact": "is_reopen", "is": "exists"}]}
    fresh = {"key": "fresh", "title": {"zh-CN": "新的", "en": "Fresh"}, "when": when, "then": [{"add_tag": "fresh"}]}
    draft = await owners.draft({**rules("novel"), "rules": [fresh]})
    found = await simulated(owners, ruleSet=draft["id"], facts={"rating": 2})
    assert (found["decision"]["decision"]["tags"], found["facts"]["priority"]) == (["fresh"], "normal")
    urgent = await simulated(owners, ruleSet=draft["id"], facts={"priority": "urgent"})
    assert (urgent["decision"]["decision"]["tags"], urgent["facts"]["priority"]) == ([], "urgent")


async def test_what_was_given_goes_before_what_is_seen_in_the_text(owners: Owners) -> None:
    found = await simulated(owners, text="扫地机冒烟了，打不开", facts={"type": "praise"})
    assert found["facts"]["type"] == "praise"


async def test_facts_that_no_item_can_have_are_told_one_by_one(owners: Owners) -> None:
    found = await simulated(owners, facts={"colour": "red", "rating": "five", "channel": "pigeon"})
    assert found["decision"] is None
    assert [problem["path"] for problem in found["problems"]] == ["facts.colour", "facts.rating", "facts.channel"]
    assert all(problem["message"] for problem in found["problems"])


async def test_a_draft_that_cannot_be_read_decides_nothing(owners: Owners) -> None:
    draft = await owners.must("createDraft", kind="RULE_SET", key="unread", body={"key": "unread", "rules": 5})
    found = await simulated(owners, ruleSet=draft["id"], facts={"rating": 2})
    assert (found["decision"], [problem["path"] for problem in found["problems"]]) == (None, ["rules"])


@pytest.mark.parametrize("by", ["li_na", "web"])
async def test_only_who_may_edit_documents_simulates(owners: Owners, by: str) -> None:
    assert await owners.api.fail(SIMULATE, by, text="x") == "FORBIDDEN"


async def test_a_simulation_leaves_nothing_but_itself(owners: Owners) -> None:
    await simulated(owners, text="只在这里", facts={"region": "nowhere"})
    async with owners.api.sessions.begin() as session:
        rows = (await session.execute(simulation.select())).mappings().all()
    assert any("只在这里" in json.dumps(row["request"], ensure_ascii=False) for row in rows)
    asked = '{ feedbacks(where: {region: {eq: "nowhere"}}) { totalCount } }'
    assert (await owners.api.ask(asked))["feedbacks"]["totalCount"] == 0
