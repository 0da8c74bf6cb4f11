"""Golden cases: what of a decision differs from what the author expects, part by part."""

from collections.abc import Mapping
from typing import Any

import pytest

from voxloop.domain.case_reader import EXPECTED
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.texts import LANGUAGES, say
from voxloop.rules.cases import DECIDED, failing_cases

TITLE = {"zh-CN": "标题", "en": "Title"}
RULES: list[dict[str, Any]] = [
    {
        "key": "low",
        "title": TITLE,
        "when": {"fact": "rating", "is": "less", "value": 3},
        "then": [
            {"set_type": "complaint"},
            {"set_priority": "high"},
            {"route": {"process": "complaint", "team": "service", "member": "li"}},
            {"add_tag": "b"},
            {"add_tag": "a"},
            {"tell": {"to": {"role": "director"}, "via": ["sms"]}},
            {"tell": {"to": {"role": "director"}, "via": ["email"]}},
            {"cc": {"to": "account_owner"}},
            {"open": {"system": "qms", "template": "quality_case"}},
            {"follow_up": {"template": "vip"}},
            {"reward": {"points": 5}},
            {"hold_for_review": True},
            {"mark_spam": True},
        ],
    },
    {
        "key": "always",
        "title": TITLE,
        "when": {"all": []},
        "then": [{"set_priority": "low"}, {"reward": {"points": 2}}],
    },
]
LOW: Mapping[str, object] = {
    "fired": ["low", "always"],
    "type": "complaint",
    "priority": "high",
    "process": "complaint",
    "team": "service",
    "member": "li",
    "tags": ["a", "b"],
    "told": ["role:director"],
    "copied": ["account_owner"],
    "opened": ["qms/quality_case", "crm/vip"],
    "points": 7,
    "hold": True,
    "spam": True,
}
HIGH: Mapping[str, object] = {"fired": ["always"], "tags": [], "told": [], "points": 2, "hold": False}


def failing(rating: int, expect: Mapping[str, object]) -> list[tuple[str, str, str]]:
    case = {"title": "a case", "facts": {"rating": rating}, "expect": expect}
    problems = failing_cases(read_rule_set({"key": "test", "rules": RULES, "cases": [case]}))
    for problem in problems:
        assert all(say(language, f"problem.{problem.code}", **problem.params) for language in LANGUAGES)
    return [(problem.path, problem.params["expected"], problem.params["decided"]) for problem in problems]


def test_a_case_speaks_of_every_part_that_can_be_compared() -> None:
    assert LOW.keys() == EXPECTED.keys() == DECIDED.keys()


@pytest.mark.parametrize(("rating", "expect"), [(1, LOW), (5, HIGH)])
def test_what_is_decided_as_expected_is_fine(rating: int, expect: Mapping[str, object]) -> None:
    assert failing(rating, expect) == []


@pytest.mark.parametrize("part", LOW)
def test_each_part_is_compared(part: str) -> None:
    assert [path for path, *_ in failing(5, {part: LOW[part]})] == [f"cases[0].expect.{part}"]


def test_the_order_of_rules_counts_and_that_of_tags_does_not() -> None:
    assert failing(1, {"tags": ["b", "a", "b"]}) == []
    assert failing(1, {"fired": ["always", "low"]}) == [("cases[0].expect.fired", "always, low", "low, always")]


def test_the_sentence_says_what_was_expected_and_what_was_decided() -> None:
    expect = {"type": "praise", "tags": ["a"], "hold": True}
    assert failing(5, expect) == [
        ("cases[0].expect.type", "praise", "–"),
        ("cases[0].expect.tags", "a", "–"),
        ("cases[0].expect.hold", "true", "false"),
    ]


def test_that_nothing_is_decided_can_be_expected_too() -> None:
    assert failing(5, {"type": None, "process": None}) == []
    assert [path for path, *_ in failing(1, {"type": None})] == ["cases[0].expect.type"]


@pytest.mark.parametrize(("on", "fired"), [("received", ["usual"]), ("overdue", [])])
def test_what_comes_in_is_as_each_new_item_is_where_a_case_says_nothing(on: str, fired: list[str]) -> None:
    when = {"fact": "priority", "is": "equals", "value": "normal"}
    usual = {"key": "usual", "title": TITLE, "when": when, "then": [{"add_tag": "usual"}]}
    case = {"title": "a case", "facts": {"rating": 1}, "expect": {"fired": fired}}
    assert failing_cases(read_rule_set({"key": "test", "on": on, "rules": [usual], "cases": [case]})) == []
