"""What is different in another version, as its owner reads it."""

from random import Random
from typing import Any

import pytest
import yaml

from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import RuleSet
from voxloop.domain.texts import LANGUAGES, say
from voxloop.rules.differences import differences, document_differences

LOW = {"fact": "rating", "is": "less", "value": 3}


def rule(key: str, when: object = LOW, *then: object, stop: bool = False) -> dict[str, Any]:
    title = {"zh-CN": f"规则{key}", "en": f"Rule {key}"}
    return {"key": key, "title": title, "when": when, "then": then or [{"add_tag": key}], "stop": stop}


def rule_set(*rules: object, **more: object) -> RuleSet:
    return read_rule_set({"key": "test", "rules": rules, **more})


def said(before: RuleSet | None, after: RuleSet) -> list[str]:
    assert len(differences(before, after, "zh-CN")) == len(differences(before, after, "en"))
    return differences(before, after, "en")


def test_the_same_is_not_different() -> None:
    assert said(rule_set(rule("a"), rule("b")), rule_set(rule("a"), rule("b"))) == []


def test_of_a_first_version_all_is_new() -> None:
    assert said(None, rule_set(rule("a"))) == [
        "New in place 1: the rule “Rule a” (a). If rating is less than 3, then add the tag “a”."
    ]


def test_rules_come_go_and_move() -> None:
    assert said(rule_set(*map(rule, "abcd")), rule_set(*map(rule, "dabx"))) == [
        "The rule “Rule d” (d) moved from place 4 to place 1.",
        "New in place 4: the rule “Rule x” (x). If rating is less than 3, then add the tag “x”.",
        "Gone from place 3: the rule “Rule c” (c). If rating is less than 3, then add the tag “c”.",
    ]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (rule("a", {"all": []}), "The rule “Rule a” (a) now fires when: anything. Before: rating is less than 3."),
        (
            rule("a", LOW, {"add_tag": "a"}, {"add_tag": "b"}),
            "The rule “Rule a” (a) now does this too: add the tag “b”.",
        ),
        (rule("a", stop=True), "After the rule “Rule a” (a), later rules are no longer looked at."),
        (
            rule("a") | {"title": {"zh-CN": "规则a", "en": "Other"}},
            "The rule “Other” (a) was called “Rule a” (English) before; now “Other”.",
        ),
    ],
)
def test_a_rule_changes(after: object, expected: str) -> None:
    assert said(rule_set(rule("a")), rule_set(after)) == [expected]


def test_actions_are_exchanged_and_reordered() -> None:
    high, low, spam = {"set_priority": "high"}, {"set_priority": "low"}, {"mark_spam": True}
    before = rule_set(rule("a", LOW, high, spam), rule("b", LOW, high, spam, stop=True))
    after = rule_set(rule("a", LOW, spam, low), rule("b", LOW, spam, high))
    assert said(before, after) == [
        "The rule “Rule a” (a) now does this too: set the priority to Low.",
        "The rule “Rule a” (a) no longer does this: set the priority to High.",
        "The rule “Rule b” (b) does the same in another order: mark it as spam, set the priority to High.",
        "After the rule “Rule b” (b), later rules are looked at again.",
    ]


def test_the_set_itself_changes() -> None:
    before = rule_set(title={"zh-CN": "受理", "en": "Intake"})
    assert said(before, rule_set(title={"zh-CN": "重开", "en": "Intake"}, on="reopened")) == [
        "The set is now called “重开” (Chinese); before: “受理”.",
        "The set now decides when an item is reopened; before, it decided when feedback comes in.",
    ]


def test_cases_come_go_and_change() -> None:
    def case(title: str, priority: str) -> dict[str, Any]:
        return {"title": title, "facts": {"rating": 1}, "expect": {"priority": priority, "tags": ["a", "b"]}}

    before = rule_set(cases=[case("one", "high"), case("two", "high")])
    assert said(before, rule_set(cases=[case("one", "low"), case("three", "low")])) == [
        "The golden case “one” is now: rating: 1 must give priority: low, tags: [a, b]."
        " Before: rating: 1 must give priority: high, tags: [a, b].",
        "New golden case “three”: rating: 1 must give priority: low, tags: [a, b].",
        "The golden case “two” is gone: rating: 1 must give priority: high, tags: [a, b].",
    ]


PROCESS = """
key: defect
handles: [defect]
steps:
  - {key: repair, kind: task, limit: {high: 8h, normal: 24h}, escalate: [{at: 75%}, {at: 100%, raise: priority}]}
  - {key: reply, kind: reply, require: [solution]}
  - {key: confirm, kind: customer, wait: 7d}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("high: 8h", "high: 4h", ["steps.repair.limit.high: now 4h; before: 8h"]),
        (", normal: 24h", "", ["steps.repair.limit.normal: gone: 24h"]),
        (
            "[{at: 75%}, ",
            "[{at: 50%, if: {all: []}}, {at: 75%}, ",
            ["steps.repair.escalate[0]: new: at: 50%, if: {all: []}"],
        ),
        ("raise: priority", "raise: yes", ["steps.repair.escalate[1].raise: now true; before: priority"]),
        ("[solution]", "[cause, solution]", ["steps.reply.require[0]: new: cause"]),
        (
            "  - {key: reply, kind: reply, require: [solution]}\n",
            "",
            ["steps.reply: gone: key: reply, kind: reply, require: [solution]"],
        ),
        (
            "key: confirm",
            "key: ask",
            [
                "steps.confirm: gone: key: confirm, kind: customer, wait: 7d",
                "steps.ask: new: key: ask, kind: customer, wait: 7d",
            ],
        ),
        ("handles: [defect]", "handles: defect", ["handles: now defect; before: defect"]),
        ("", "", []),
    ],
)
def test_a_document_of_any_kind(old: str, new: str, expected: list[str]) -> None:
    before, after = yaml.safe_load(PROCESS), yaml.safe_load(PROCESS.replace(old, new))
    assert document_differences(before, after, "en") == expected


def test_entries_with_keys_may_change_their_order() -> None:
    before, after = yaml.safe_load(PROCESS), yaml.safe_load(PROCESS)
    after["steps"].reverse()
    for language in LANGUAGES:
        [difference] = document_differences(before, after, language)
        assert "confirm, reply, repair" in difference


def test_documents_with_nothing_in_common_are_told_apart_at_once() -> None:
    random = Random(5)
    before, after = (
        {f"list_{name}": [random.randrange(3) for _ in range(400)] for name in range(500)} for _ in range(2)
    )
    for language in LANGUAGES:
        told = document_differences(before, after, language)
        assert (len(told), told[-1]) == (1_001, say(language, "difference.more"))


def test_long_lists_are_compared_by_place() -> None:
    before = {"tags": [str(number) for number in range(5_000)]}
    after = {"tags": ["new", *before["tags"][1:]]}
    assert document_differences(before, after, "en") == ["tags[0]: now new; before: 0"]
