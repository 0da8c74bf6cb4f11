"""What rules of one set do to each other, beyond the smallest cases of ``test_checker``."""

from collections.abc import Mapping

import pytest

from voxloop.domain.problems import Known, Problem
from voxloop.rules import relations
from voxloop.rules.checker import check_rule_set

TITLE = {"zh-CN": "标题", "en": "Title"}
ALWAYS: Mapping[str, object] = {"all": []}


def leaf(fact: str, operator: str, *value: object) -> dict[str, object]:
    return {"fact": fact, "is": operator} | ({"value": value[0]} if value else {})


def rule(key: str, when: object, *then: object, stop: bool = False) -> dict[str, object]:
    return {"key": key, "title": TITLE, "when": when, "then": then or [{"add_tag": key}], "stop": stop}


def found(*rules: object) -> list[Problem]:
    return check_rule_set({"key": "test", "rules": rules}, Known(teams=frozenset({"rd"})))


def codes(*rules: object) -> list[tuple[str, str, str]]:
    return [(problem.path, problem.code, problem.params["by"]) for problem in found(*rules)]


LOW, LOWER = leaf("rating", "less", 3), leaf("rating", "equals", 1)
WEB = leaf("channel", "equals", "web")
UNREACHABLE = [("rules[1]", "rule.unreachable", "one")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (LOW, LOWER),
        (LOW, {"all": [WEB, LOWER]}),
        ({"any": [LOW, WEB]}, WEB),
        ({"not": WEB}, leaf("channel", "in", ["app", "email"])),
        ({"not": WEB}, leaf("channel", "missing")),
        (leaf("channel", "exists"), WEB),
        (leaf("text", "contains_any", ["退款", "Refund"]), leaf("text", "contains_any", ["refund"])),
        (leaf("text", "contains_any", ["退款"]), leaf("text", "contains_all", ["漏水", "退款"])),
        ({"any": [leaf("follow_up", "equals", True), {"not": leaf("follow_up", "equals", True)}]}, WEB),
    ],
)
def test_what_an_earlier_stop_takes_away_is_unreachable(first: object, second: object) -> None:
    assert codes(rule("one", first, stop=True), rule("two", second)) == UNREACHABLE


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (LOWER, LOW),
        ({"all": [WEB, LOW]}, LOW),
        ({"not": WEB}, leaf("channel", "in", ["web", "app"])),
        (leaf("text", "contains_any", ["refund"]), leaf("text", "contains_any", ["refund", "退款"])),
        (leaf("text", "matches", "a+"), leaf("text", "contains_any", ["aa"])),
    ],
)
def test_what_it_leaves_over_is_reached(first: object, second: object) -> None:
    assert codes(rule("one", first, stop=True), rule("two", second)) == []


def test_a_rule_that_is_never_reached_takes_nothing_away() -> None:
    never = {"all": [LOW, leaf("rating", "more", 3)]}
    problems = found(rule("one", never, stop=True), rule("two", never), rule("three", LOW))
    assert [(problem.path, problem.code) for problem in problems] == [
        ("rules[0].when", "rule.never"),
        ("rules[1].when", "rule.never"),
    ]


def test_only_what_an_earlier_rule_always_sets_is_overshadowed() -> None:
    first = rule("one", LOW, {"set_priority": "high"}, {"add_tag": "a"}, {"reward": {"points": 1}})
    second = rule(
        "two", LOWER, {"set_priority": "urgent"}, {"add_tag": "a"}, {"add_tag": "b"}, {"reward": {"points": 1}}
    )
    overshadowed = "rule.overshadowed"
    assert codes(first, second) == [
        ("rules[1].then[0]", overshadowed, "one"),
        ("rules[1].then[1]", overshadowed, "one"),
    ]
    assert codes(second, first) == []


def test_a_route_is_overshadowed_when_all_its_parts_are() -> None:
    process = rule("one", LOW, {"route": {"process": "complaint"}})
    team = rule("two", leaf("rating", "less", 2), {"route": {"team": "rd"}})
    both = rule("three", LOWER, {"route": {"process": "complaint", "team": "rd"}})
    known = Known(teams=frozenset({"rd"}), processes=frozenset({"complaint"}))
    problems = check_rule_set({"key": "test", "rules": [process, team, both]}, known)
    assert [(problem.path, problem.params["by"]) for problem in problems] == [("rules[2].then[0]", "one, two")]
    assert check_rule_set({"key": "test", "rules": [process, both]}, known) == []


def turn(key: str, asked: str, made: str) -> dict[str, object]:
    return rule(key, leaf("type", "equals", asked), {"set_type": made})


def test_a_circle_may_be_long() -> None:
    rules = turn("one", "defect", "praise"), turn("two", "praise", "other"), turn("three", "other", "defect")
    assert codes(*rules) == [("rules[2]", "rule.circular", "one, two")]


def test_a_rule_sees_what_it_asks_for_to_leave_it_so() -> None:
    complaint = rule("one", leaf("type", "in", ["complaint", "other"]), {"set_type": "complaint"})
    assert codes(complaint) == []
    excluding = rule("two", {"not": leaf("type", "equals", "complaint")}, {"add_tag": "calm"})
    assert codes(complaint, excluding) == []
    asking = rule("two", {"not": leaf("type", "not_equals", "complaint")}, {"add_tag": "angry"})
    assert codes(complaint, asking) == [("rules[1].when", "rule.does_not_see", "one")]


def test_what_there_is_no_time_to_compare_counts_as_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [rule(f"r{number}", LOW, stop=True) for number in range(50)]
    assert len(found(*rules)) == 49
    monkeypatch.setattr(relations, "MAX_STEPS", 20)
    assert len(found(*rules)) < 10
