"""Decisions: merged by position, the same from engine and reference."""

import json
from collections.abc import Mapping
from dataclasses import asdict

import pytest

from voxloop.domain.decision import Decision, Open, Overruled, Route, Tell
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import RuleSet
from voxloop.rules.decider import SAMPLE, Decider
from voxloop.rules.engine import Engine, EngineSet
from voxloop.rules.evaluator import Facts

LOW = {"fact": "rating", "is": "less", "value": 3}
ALWAYS: Mapping[str, object] = {"all": []}


def test_first_setting_wins_and_losers_are_listed() -> None:
    rules = rule_set(
        rule("low", LOW, {"set_priority": "high"}, {"route": {"team": "customer_service"}}),
        rule("rest", ALWAYS, {"set_priority": "normal"}, {"route": {"process": "complaint", "team": "rd"}}),
        rule("same", ALWAYS, {"set_priority": "high"}, {"set_type": "complaint"}),
    )
    decision = decided(rules, {"rating": 1})
    assert (decision.type, decision.priority) == ("complaint", "high")
    assert decision.route == Route("complaint", "customer_service", None)
    assert decision.explanation.overruled == (
        Overruled("rest", "set_priority", "normal", "low"),
        Overruled("rest", "route.team", "rd", "low"),
    )
    assert decision.explanation.fired == ("low", "rest", "same")
    assert decision.explanation.engine == "durable-rules"


def test_adding_actions_accumulate_without_repetition() -> None:
    tell = {"tell": {"to": {"role": "director"}, "via": ["sms"]}}
    rules = rule_set(
        rule("one", ALWAYS, {"add_tag": "安全"}, tell, {"follow_up": {"template": "vip"}}),
        rule("two", ALWAYS, {"add_tag": "安全"}, {"add_tag": "vip"}, tell, {"tell": {"to": "assignee"}}),
        rule("three", ALWAYS, {"open": {"system": "crm", "template": "vip"}}, {"hold_for_review": True}),
    )
    decision = decided(rules, {})
    assert decision.tags == ("安全", "vip")
    assert decision.tells == (Tell({"role": "director"}, ("sms",)), Tell("assignee"))
    assert decision.opens == (Open("crm", "vip"),)
    assert (decision.hold, decision.spam) == (True, False)


def test_nothing_fires_and_the_explanation_says_what_was_near() -> None:
    decision = decided(rule_set(rule("low", LOW, {"mark_spam": True})), {"rating": 4, "text": "很好"})
    assert (decision.type, decision.priority, decision.route, decision.spam) == (None, None, Route(), False)
    assert decision.explanation.nearest is not None
    assert decision.explanation.nearest.failed == LOW
    assert decision.explanation.facts == {"rating": 4}
    assert json.loads(json.dumps(asdict(decision)))["explanation"]["nearest"]["rule"] == "low"


def test_on_is_read_though_yaml_takes_it_for_a_boolean() -> None:
    body: dict[object, object] = {"key": "test", True: "reopened", "rules": []}
    assert read_rule_set(body).on == "reopened"  # type: ignore[arg-type]


def test_reference_decides_when_the_engine_cannot_be_loaded() -> None:
    rules = rule_set(rule("low", LOW, {"set_priority": "high"}))
    for _ in range(2):
        decision = decided(rules, {"rating": 1}, Decider(refused_by_the_engine))
        assert (decision.priority, decision.explanation.engine) == ("high", "reference")


def test_an_engine_that_differs_from_the_reference_is_found_out_and_decides_no_more() -> None:
    """One decision of a hundred is made by both; which one depends on the facts alone."""
    rules = rule_set(rule("low", LOW, {"set_priority": "high"}))
    decider = Decider(Wrong)
    decider.load("v1", rules)
    engines = [decider.decide("v1", {"rating": 1, "nps": n}).explanation.engine for n in range(20 * SAMPLE)]
    found = engines.index("reference")
    assert found < 20 * SAMPLE - 1
    assert set(engines[:found]) <= {"durable-rules"}
    assert set(engines[found:]) == {"reference"}


def test_engine_is_right_again_after_a_fact_that_it_cannot_take() -> None:
    engine_set = EngineSet({place: {"$or": [{"always": 1}, {"other": place}]} for place in range(70)})
    with pytest.raises(Exception, match="303"):
        engine_set.matching('{"always":1,"id":"f"}')
    assert engine_set.matching('{"other":3,"id":"f"}') == [3]


class Wrong(Engine):
    """Fires nothing, whatever the rules say."""

    def fired(self, facts: Facts) -> list[str]:
        return []


def decided(rules: RuleSet, facts: Facts, decider: Decider | None = None) -> Decision:
    """The decision, by an engine of its own."""
    decider = decider or Decider()
    decider.load("v1", rules)
    return decider.decide("v1", facts)


def refused_by_the_engine(rules: RuleSet) -> Engine:
    EngineSet({0: {"$and": [{"$or": [{"a": n}, {"b": n}]} for n in range(20)]}})
    return Engine(rules)


def rule(key: str, when: Mapping[str, object], *then: Mapping[str, object]) -> dict[str, object]:
    return {"key": key, "title": {"zh-CN": key, "en": key}, "when": when, "then": list(then)}


def rule_set(*rules: Mapping[str, object]) -> RuleSet:
    return read_rule_set({"key": "test", "rules": list(rules)})
