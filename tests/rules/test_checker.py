"""The smallest document for every problem; each problem points at its place and has a sentence in both languages."""

from collections.abc import Mapping
from typing import Any

import pytest

from voxloop.domain.problems import Known, Problem
from voxloop.domain.rules import Leaf, Not, read_condition
from voxloop.domain.texts import LANGUAGES, say, texts
from voxloop.rules.checker import check_condition, check_rule_set

KNOWN = Known(
    teams=frozenset({"rd"}),
    members=frozenset({"li"}),
    roles=frozenset({"director"}),
    processes=frozenset({"complaint"}),
    templates=frozenset({"bug"}),
    systems=frozenset({"pms", "crm"}),
)
TITLE = {"zh-CN": "标题", "en": "Title"}
ALWAYS: Mapping[str, object] = {"all": []}
LOW: Mapping[str, object] = {"fact": "rating", "is": "less", "value": 3}
DEEP: dict[str, Any] = {"not": {"not": {"not": {"not": {"not": LOW}}}}}
HOLD: Mapping[str, object] = {"hold_for_review": True}


def rule(key: str = "one", when: object = LOW, then: object = (HOLD,), **more: object) -> dict[str, object]:
    return {"key": key, "title": TITLE, "when": when, "then": then, **more}


def when(fact: str, operator: str, *value: object) -> list[dict[str, object]]:
    return [rule(when={"fact": fact, "is": operator} | ({"value": value[0]} if value else {}))]


def then(**action: object) -> list[dict[str, object]]:
    return [rule(then=[action])]


CASES: list[tuple[str, str, list[dict[str, object]]]] = [
    ("duplicate", "rules[1].key", [rule("one"), rule("one")]),
    ("unreachable", "rules[1]", [rule("one", ALWAYS, stop=True), rule("two")]),
    ("never", "rules[0].when", [rule(when={"all": [LOW, {"any": []}]})]),
    ("idle", "rules[0].then", [rule(then=[])]),
    ("too_many_rules", "rules", [rule(f"rule_{n}") for n in range(2_001)]),
    ("too_many_conditions", "rules[0].when", [rule(when={"all": [LOW] * 17})]),
    ("too_deep", "rules[0].when.not.not.not.not.not", [rule(when=DEEP)]),
    ("not_a_value", "rules[0].when.value", when("rating", "less", {"a": 1})),
    ("not_a_flag", "rules[0].stop", [rule(stop="yes")]),
    ("one_action", "rules[0].then[0]", [rule(then=[{}])]),
    ("only_true", "rules[0].then[0].mark_spam", then(mark_spam="yes")),
    ("one_recipient", "rules[0].then[0].tell.to", then(tell={"to": {"role": "director", "team": "rd"}})),
    ("empty_route", "rules[0].then[0].route", then(route={})),
    ("unknown_process", "rules[0].then[0]", then(route={"process": "x"})),
    ("unknown_team", "rules[0].then[0]", then(route={"team": "x"})),
    ("unknown_member", "rules[0].then[0]", then(route={"member": "x"})),
    ("unknown_role", "rules[0].then[0]", then(tell={"to": {"role": "x"}})),
    ("unknown_system", "rules[0].then[0]", then(open={"system": "x", "template": "bug"})),
    ("unknown_template", "rules[0].then[0]", then(follow_up={"template": "x"})),
    ("unknown_fact", "rules[0].when.fact", when("weather", "exists")),
    ("unknown_operator", "rules[0].when.is", when("text", "less", 3)),
    ("unknown_value", "rules[0].when.value", when("channel", "equals", "telex")),
    ("no_value", "rules[0].when.value", when("rating", "exists", 3)),
    ("needs_one_value", "rules[0].when.value", when("rating", "less")),
    ("needs_range", "rules[0].when.value", when("rating", "between", 3)),
    ("empty_range", "rules[0].when.value", when("rating", "between", [3, 1])),
    ("needs_values", "rules[0].when.value", when("text", "contains_any", "退款")),
    ("too_many_values", "rules[0].when.value", when("form", "in", ["a"] * 201)),
    ("wrong_type", "rules[0].when.value", when("rating", "less", "3")),
    ("blank_value", "rules[0].when.value[0]", when("text", "contains_any", [" "])),
    ("value_too_long", "rules[0].when.value[0]", when("text", "contains_any", ["退" * 201])),
    ("pattern_invalid", "rules[0].when.value", when("text", "matches", "(")),
    ("pattern_refused", "rules[0].when.value", when("text", "matches", "(a|b)*")),
    ("pattern_too_costly", "rules[0].when.value", when("text", "matches", "a.*b.*c")),
]


@pytest.mark.parametrize(("code", "path", "rules"), CASES, ids=[code for code, *_ in CASES])
def test_problem(code: str, path: str, rules: list[dict[str, object]]) -> None:
    problems = check_rule_set({"key": "test", "rules": rules}, KNOWN)
    assert [(problem.code, problem.path) for problem in problems] == [(f"rule.{code}", path)]
    for language in LANGUAGES:
        assert say(language, f"problem.{problems[0].code}", **problems[0].params)


def test_every_problem_has_a_case() -> None:
    written = {key.removeprefix("problem.rule.") for key in texts("en") if key.startswith("problem.rule.")}
    of_trial = {"engine_timeout", "engine_crashed", "engine_disagrees"}
    assert written == {code for code, *_ in CASES} | of_trial


def test_good_set_has_no_problems() -> None:
    actions = [
        {"set_type": "complaint"},
        {"route": {"process": "complaint", "team": "rd", "member": "li"}},
        {"tell": {"to": "account_owner", "via": ["sms"]}},
        {"open": {"system": "pms", "template": "bug"}},
    ]
    rules = [
        rule(when={"any": [LOW, {"not": {"fact": "text", "is": "matches", "value": "漏.{0,20}水"}}]}, then=actions)
    ]
    assert check_rule_set({"key": "test", "rules": rules}, KNOWN) == []


def test_impossible_value_beside_a_possible_one_is_a_warning() -> None:
    rules = when("channel", "in", ["internal", "test"])
    problems = check_rule_set({"key": "test", "rules": rules}, KNOWN)
    assert [(problem.path, problem.warning) for problem in problems] == [("rules[0].when.value[1]", True)]


def test_condition_of_a_process_is_read_and_checked_alone() -> None:
    condition = read_condition({"not": {"fact": "acepted", "is": "equals", "value": False}}, "escalate[0].if")
    assert condition == Not(Leaf("acepted", "equals", False))
    assert [problem.path for problem in check_condition(condition, "escalate[0].if")] == ["escalate[0].if.not.fact"]
    problems = read_condition({"fact": "accepted"}, "escalate[0].if")
    assert problems == [Problem("escalate[0].if.is", "document.missing")]


def test_condition_that_contains_itself_is_refused() -> None:
    endless: dict[str, object] = {}
    endless["all"] = [endless, endless]
    problems = check_rule_set({"key": "test", "rules": [rule(when=endless)]}, KNOWN)
    assert [problem.code for problem in problems] == ["rule.too_many_conditions"]


@pytest.mark.parametrize("pattern", [r"\d{4}-\d{2}", "a?b", "(ab)?c", "[^)*]+", r"\(x\)", "漏水|渗水", "x{3}", "a.*b"])
def test_harmless_patterns_pass(pattern: str) -> None:
    assert check_rule_set({"key": "test", "rules": when("text", "matches", pattern)}, KNOWN) == []


@pytest.mark.parametrize("pattern", ["(a+)+", "(?=a)", r"(a)\1", "(?P<n>a)", "(?i)a", "(a{2}){3}", "(?:a|b)+"])
def test_dangerous_patterns_are_refused(pattern: str) -> None:
    problems = check_rule_set({"key": "test", "rules": when("text", "matches", pattern)}, KNOWN)
    assert [problem.code for problem in problems] == ["rule.pattern_refused"]
