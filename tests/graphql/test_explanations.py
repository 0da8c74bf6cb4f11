"""Why an item is as it is, read by whoever sees the item, in both languages."""

import pytest

from voxloop.domain.identity import global_id, new_id
from voxloop.store import customers
from voxloop.tests.graphql.api import Answer
from voxloop.tests.graphql.owners import Owners
from voxloop.tests.workflows.house import House, until

EXPLAIN = """query ($id: ID!, $last: Int, $language: Language) { explainDecision(id: $id, last: $last) {
  ruleSet { key version title } at version
  decision { priority route { team } engine overruled { rule action value by } because { action rule } }
  facts { fact value label(language: $language) text(language: $language) }
  fired { rule { key title(language: $language) sentence(language: $language) }
          effects { action value tookEffect by sentence(language: $language) } }
  nearest { failed condition(language: $language) rule { key sentence(language: $language) } } } }"""
DANGER = {
    "text": "漏电了，严重",
    "channel": "APP",
    "scenario": "defect",
    "rating": 1,
    "product": "robot_vacuum_x5",
    "customer": {"ref": "worthy"},
}


@pytest.fixture(scope="module")
async def item(owners: Owners, workshop: House) -> Answer:
    """An item about which several rules fire, once they have."""
    async with workshop.sessions.begin() as session:
        await customers.ensure(session, "worthy", {"value": 90_000.0, "health": 50, "segment": "hotels"})
    done = await owners.api.do("submitFeedback", "web", "id code", key=str(new_id()), **DANGER)
    found: Answer = done["feedback"]

    async def decided() -> bool:
        answer = await owners.api.ask("query ($id: ID) { feedback(id: $id) { decision { version } } }", id=found["id"])
        return answer["feedback"]["decision"] is not None

    await until(decided, "decided")
    return found


async def explained(owners: Owners, id_: str, language: str = "EN", by: str = "manager") -> Answer:
    [explanation] = (await owners.api.ask(EXPLAIN, by, id=id_, language=language))["explainDecision"]
    found: Answer = explanation
    return found


async def test_what_fired_what_counted_and_what_lost(owners: Owners, item: Answer) -> None:
    why = await explained(owners, item["code"])
    decision = why["decision"]
    assert (why["ruleSet"]["key"], decision["priority"], decision["route"]["team"]) == ("intake", "URGENT", "rd_bugfix")
    assert [fired["rule"]["key"] for fired in why["fired"]] == ["safety", "serious", "product_defect", "low_rating"]
    serious = {effect["action"]: effect for effect in why["fired"][1]["effects"]}
    assert (serious["set_priority"]["tookEffect"], serious["set_priority"]["by"]) == (False, "safety")
    assert serious["add_tag"]["tookEffect"]
    assert {"rule": "serious", "action": "set_priority", "value": "high", "by": "safety"} in decision["overruled"]
    assert {"action": "set_priority", "rule": "safety"} in decision["because"]
    assert [effect["by"] for effect in why["fired"][3]["effects"]] == ["safety", "serious"]


@pytest.mark.parametrize(("language", "level", "five"), [("EN", "rating", "1"), ("ZH_CN", "评分", "1")])
async def test_facts_and_the_nearest_rule_are_told_in_words(
    owners: Owners, item: Answer, language: str, level: str, five: str
) -> None:
    why = await explained(owners, item["id"], language)
    facts = {fact["fact"]: fact for fact in why["facts"]}
    assert (facts["rating"]["label"], facts["rating"]["text"], facts["rating"]["value"]) == (level, five, 1)
    assert "text" not in facts
    assert facts["type"]["text"] == {"EN": "Defect", "ZH_CN": "缺陷"}[language]
    nearest = why["nearest"]
    assert nearest["condition"] in nearest["rule"]["sentence"]
    assert nearest["failed"]["fact"]


async def test_whoever_sees_the_item_but_no_intake_token(owners: Owners, item: Answer) -> None:
    assert (await explained(owners, item["code"], by="zhou_ming"))["fired"]
    for by in ("li_na", "web"):
        assert await owners.api.ask(EXPLAIN, by, id=item["code"]) == {"explainDecision": None}
    unknown = global_id("Feedback", new_id())
    assert await owners.api.ask(EXPLAIN, "manager", id=unknown) == {"explainDecision": None}
    assert await owners.api.ask(EXPLAIN, "manager", id=item["code"], last=0) == {"explainDecision": []}


async def test_what_a_customer_is_worth_is_for_managers(owners: Owners, item: Answer) -> None:
    seen = {
        by: {fact["fact"] for fact in (await explained(owners, item["code"], by=by))["facts"]}
        for by in ("manager", "zhou_ming")
    }
    assert seen["manager"] - seen["zhou_ming"] == {"customer_value", "customer_health", "customer_segment"}
    assert "customer_level" in seen["zhou_ming"]
