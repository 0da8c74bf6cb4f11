"""The smallest document for every problem; each problem points at its place and has a sentence in both languages."""

from collections.abc import Mapping
from typing import Any

import pytest

from voxloop.domain.problems import Known, Problem
from voxloop.domain.rule_reader import read_condition
from voxloop.domain.rules import Leaf, Not
from voxloop.domain.texts import LANGUAGES, say, texts
from voxloop.rules.checker import check_rule_set
from voxloop.rules.condition_checker import check_condition

KNOWN = Known(
    teams=frozenset({"rd"}),
    members=frozenset({"li"}),
    roles=frozenset({"director"}),
    processes=frozenset({"complaint"}),
    templates=frozenset({"bug", "notice_rule", "notice_copy"}),
    systems=frozenset({"pms", "crm"}),
)
TITLE = {"zh-CN": "标题", "en": "Title"}
ALWAYS: Mapping[str, object] = {"all": []}
LOW: Mapping[str, object] = {"fact": "rating", "is": "less", "value": 3}
UNHAPPY: Mapping[str, object] = {"fact": "nps", "is": "less", "value": 5}
DEEP: dict[str, Any] = {"not": {"not": {"not": {"not": {"not": LOW}}}}}
HOLD: Mapping[str, object] = {"hold_for_review": True}


def rule(key: str = "one", when: object = LOW, then: object = (HOLD,), **more: object) -> dict[str, object]:
    return {"key": key, "title": TITLE, "when": when, "then": then, **more}


def when(fact: str, operator: str, *value: object) -> list[dict[str, object]]:
    return [rule(when={"fact": fact, "is": operator} | ({"value": value[0]} if value else {}))]


def patterned(number: int) -> dict[str, object]:
    """A rule whose pattern is harmless, for one."""
    value = f"退.{{40}}我.{{{40 + number}}}款"
    return rule(f"r{number}", {"fact": "text", "is": "matches", "value": value}, [{"add_tag": str(number)}])


def turn(key: str, asked: str, made: str) -> dict[str, object]:
    return rule(key, {"fact": "type", "is": "equals", "value": asked}, [{"set_type": made}])


def then(**action: object) -> list[dict[str, object]]:
    return [rule(then=[action])]


def case(**more: object) -> dict[str, object]:
    return {"title": "a case", "facts": {"rating": 1}, "expect": {"hold": True}, **more}


CASES: list[tuple[str, str, list[dict[str, object]]]] = [
    ("duplicate", "rules[1].key", [rule("one"), rule("one", UNHAPPY)]),
    ("unreachable", "rules[1]", [rule("one", ALWAYS, stop=True), rule("two")]),
    ("never", "rules[0].when", [rule(when={"all": [LOW, {"any": []}]})]),
    ("idle", "rules[0].then", [rule(then=[])]),
    ("twice", "rules[0].then[1].set_type", [rule(then=[{"set_type": "praise"}, {"set_type": "other"}])]),
    ("duplicate_rule", "rules[1]", [rule("one"), rule("two")]),
    ("overshadowed", "rules[1].then[0]", [rule("one", ALWAYS), rule("two")]),
    ("circular", "rules[1]", [turn("one", "defect", "other"), turn("two", "other", "defect")]),
    ("does_not_see", "rules[1].when", [turn("one", "defect", "other"), turn("two", "other", "praise")]),
    ("too_early", "rules[0].when.fact", when("accepted", "equals", True)),
    ("unfilled_fact", "rules[0].when.fact", when("topic", "exists")),
    ("too_many_actions", "rules[0].then", [rule(then=[{"add_tag": str(n)} for n in range(21)])]),
    ("too_many_rules", "rules", [rule(f"rule_{n}") for n in range(2_001)]),
    ("too_many_facts", "rules", [rule(f"rule_{n}", {"fact": f"fact_{n}", "is": "exists"}) for n in range(201)]),
    ("too_many_conditions", "rules[0].when", [rule(when={"all": [LOW] * 17})]),
    ("too_deep", "rules[0].when.not.not.not.not.not", [rule(when=DEEP)]),
    ("not_a_value", "rules[0].when.value", when("rating", "less", {"a": 1})),
    ("one_action", "rules[0].then[0]", [rule(then=[{}])]),
    ("only_true", "rules[0].then[0].mark_spam", then(mark_spam="yes")),
    ("one_recipient", "rules[0].then[0].tell.to", then(tell={"to": {"role": "director", "team": "rd"}})),
    ("empty_route", "rules[0].then[0].route", then(route={})),
    ("unknown_process", "rules[0].then[0].route.process", then(route={"process": "x"})),
    ("unknown_team", "rules[0].then[0].route.team", then(route={"team": "x"})),
    ("unknown_member", "rules[0].then[0].route.member", then(route={"member": "x"})),
    ("unknown_role", "rules[0].then[0].cc.to.role", then(cc={"to": {"role": "x"}})),
    ("unknown_system", "rules[0].then[0].open.system", then(open={"system": "x", "template": "bug"})),
    ("unknown_template", "rules[0].then[0].follow_up.template", then(follow_up={"template": "x"})),
    ("unknown_template", "rules[0].then[0].reward.template", then(reward={"points": 1, "template": "x"})),
    ("unknown_way", "rules[0].then[0].tell.via", then(tell={"to": "assignee", "via": ["pigeon"]})),
    ("bad_tag", "rules[0].then[0].add_tag", then(add_tag="x" * 101)),
    ("unknown_fact", "rules[0].when.fact", when("weather", "exists")),
    ("unknown_operator", "rules[0].when.is", when("text", "less", 3)),
    ("unknown_value", "rules[0].when.value", when("channel", "equals", "telex")),
    ("no_value", "rules[0].when.value", when("rating", "exists", 3)),
    ("needs_one_value", "rules[0].when.value", when("rating", "less")),
    ("needs_range", "rules[0].when.value", when("rating", "between", 3)),
    ("empty_range", "rules[0].when.value", when("rating", "between", [3, 1])),
    ("needs_values", "rules[0].when.value", when("text", "contains_any", "退款")),
    ("too_many_values", "rules[0].when.value", when("form", "in", ["a"] * 201)),
    ("not_a_word", "rules[0].when.value[1]", when("version", "in", ["2.0", 2.1])),
    ("not_a_number", "rules[0].when.value", when("rating", "less", "3")),
    ("not_yes_or_no", "rules[0].when.value", when("follow_up", "equals", "yes")),
    ("number_too_large", "rules[0].when.value", when("rating", "less", float("inf"))),
    ("below_least", "rules[0].when.value", when("nps", "less", 0)),
    ("above_most", "rules[0].when.value", when("customer_count_7d", "more", 2_000)),
    ("not_whole", "rules[0].when.value", when("rating", "equals", 3.5)),
    ("blank_value", "rules[0].when.value[0]", when("text", "contains_any", [" "])),
    ("value_too_long", "rules[0].when.value[0]", when("text", "contains_any", ["退" * 201])),
    ("pattern_invalid", "rules[0].when.value", when("text", "matches", "(")),
    ("pattern_refused", "rules[0].when.value", when("text", "matches", "a(?!b)")),
    ("pattern_too_costly", "rules[0].when.value", when("text", "matches", ".{0,900}[^x]{0,900}")),
    ("patterns_too_costly", "rules", [patterned(number) for number in range(20)]),
    ("not_points", "rules[0].then[0].reward.points", then(reward={"points": 0})),
]
OF_CASES: list[tuple[str, str, list[dict[str, object]]]] = [
    ("too_many_cases", "cases", [case()] * 501),
    ("duplicate_case", "cases[1].title", [case(), case()]),
    ("expects_nothing", "cases[0].expect", [case(expect={})]),
    ("not_a_count", "cases[0].expect.points", [case(expect={"points": -1})]),
    ("unknown_fact", "cases[0].facts.weather", [case(facts={"weather": "fine"})]),
    ("not_a_number", "cases[0].facts.rating", [case(facts={"rating": "1"})]),
    ("above_most", "cases[0].facts.rating", [case(facts={"rating": 6})]),
    ("unknown_value", "cases[0].facts.channel", [case(facts={"channel": "telex"})]),
]


@pytest.mark.parametrize(("code", "path", "rules"), CASES, ids=[code for code, *_ in CASES])
def test_problem(code: str, path: str, rules: list[dict[str, object]]) -> None:
    problems = check_rule_set({"key": "test", "rules": rules}, KNOWN)
    assert [(problem.code, problem.path) for problem in problems] == [(f"rule.{code}", path)]
    assert problems[0].warning is (code in WARNINGS)
    for language in LANGUAGES:
        assert say(language, f"problem.{problems[0].code}", **problems[0].params)


@pytest.mark.parametrize(("code", "path", "cases"), OF_CASES, ids=[code for code, *_ in OF_CASES])
def test_problem_of_a_case(code: str, path: str, cases: list[dict[str, object]]) -> None:
    problems = check_rule_set({"key": "test", "rules": [rule()], "cases": cases}, KNOWN)
    assert [(problem.code, problem.path) for problem in problems] == [(f"rule.{code}", path)]
    for language in LANGUAGES:
        assert say(language, f"problem.{problems[0].code}", **problems[0].params)


@pytest.mark.parametrize(
    ("code", "path", "body"),
    [
        ("too_late", "rules[0].then[0]", {"key": "test", "on": "reopened", "rules": [rule()]}),
        ("intake_is_first", "on", {"key": "intake", "on": "reopened", "rules": []}),
    ],
)
def test_problem_of_an_occasion(code: str, path: str, body: dict[str, object]) -> None:
    problems = check_rule_set(body, KNOWN)
    assert [(problem.code, problem.path) for problem in problems] == [(f"rule.{code}", path)]
    assert problems[0].warning is (code == "too_late")


WARNINGS = {
    *("duplicate_rule", "overshadowed", "circular", "does_not_see", "too_early", "unfilled_fact", "unknown_way"),
}


def test_every_problem_has_a_case() -> None:
    written = {key.removeprefix("problem.rule.") for key in texts("en") if key.startswith("problem.rule.")}
    told_elsewhere = {"engine_disagrees", "case_differs", "too_late", "intake_is_first", "never_asked"}
    assert written == {code for code, *_ in (*CASES, *OF_CASES)} | told_elsewhere


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


@pytest.mark.parametrize("pattern", [r"\d{4}-\d{2}", "(ab)?c", "[^)*]+", r"\(x\)", "漏水|渗水", "a.*b.*c", "(a+)+$"])
def test_harmless_patterns_pass(pattern: str) -> None:
    assert check_rule_set({"key": "test", "rules": when("text", "matches", pattern)}, KNOWN) == []


@pytest.mark.parametrize("pattern", ["(?=a)", "(?<!a)b", r"(a)\1", r"(?P<n>a)(?P=n)", "(?>a)b", "(?(1)a|b)"])
def test_patterns_without_a_bound_are_refused(pattern: str) -> None:
    problems = check_rule_set({"key": "test", "rules": when("text", "matches", pattern)}, KNOWN)
    assert [problem.code for problem in problems] == ["rule.pattern_refused"]
