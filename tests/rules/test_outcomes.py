"""What decisions come to, and what differs between two of them, with the rule that is the reason."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from voxloop.domain.decision import Decision, read_decision
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.studies import Field
from voxloop.rules.decide import REFERENCE, merge
from voxloop.rules.outcomes import Effect, Outcome, Places, changes, outcome, wanted

PLACES = Places(
    {"defect": "product_defect", "complaint": "complaint"}, {"product_defect": "rd", "complaint": "service"}
)
Rules = dict[str, list[dict[str, Any]]]


def decided(rules: Rules, **facts: object) -> Decision:
    """What these rules (actions by key) decide when all of them fire."""
    title = {"zh-CN": "标题", "en": "Title"}
    written = [{"key": key, "title": title, "when": {"all": []}, "then": then} for key, then in rules.items()]
    return merge(read_rule_set({"key": "test", "rules": written}), rules, facts, None, REFERENCE)


def after(rules: Rules) -> Outcome:
    return outcome(decided(rules), "defect", PLACES)


def test_what_no_rule_says_is_what_the_item_and_its_process_say() -> None:
    assert outcome(decided({}, priority="high"), "defect", PLACES).values == {
        Field.TYPE: "defect",
        Field.PRIORITY: "high",
        Field.PROCESS: "product_defect",
        Field.TEAM: "rd",
        Field.MEMBER: None,
        Field.TAGS: [],
        Field.MESSAGES: [],
        Field.LINKED_ITEMS: [],
        Field.REWARDS: 0,
        Field.HOLD: False,
        Field.SPAM: False,
    }


def test_what_rules_say() -> None:
    rules: Rules = {
        "one": [
            {"set_type": "complaint"},
            {"set_priority": "urgent"},
            {"add_tag": "b"},
            {"tell": {"to": {"role": "director"}, "via": ["sms", "email"]}},
            {"cc": {"to": "assignee"}},
            {"reward": {"points": 3, "template": "thanks"}},
        ],
        "two": [{"route": {"member": "li"}}, {"add_tag": "a"}, {"reward": {"points": 4}}, {"hold_for_review": True}],
        "three": [{"follow_up": {"template": "vip"}}],
    }
    assert after(rules).values == {
        Field.TYPE: "complaint",
        Field.PRIORITY: "urgent",
        Field.PROCESS: "complaint",
        Field.TEAM: "service",
        Field.MEMBER: "li",
        Field.TAGS: ["a", "b"],
        Field.MESSAGES: ["cc assignee", "tell role:director via sms, email"],
        Field.LINKED_ITEMS: ["crm/vip"],
        Field.REWARDS: 7,
        Field.HOLD: True,
        Field.SPAM: False,
    }


def test_spam_gets_no_team_and_no_reward() -> None:
    values = after({"one": [{"mark_spam": True}, {"route": {"member": "li"}}, {"reward": {"points": 3}}]}).values
    assert [values[field] for field in (Field.TEAM, Field.MEMBER, Field.REWARDS)] == [None, None, 0]


def test_a_type_without_a_process_has_no_team() -> None:
    values = outcome(decided({}), "other", PLACES).values
    assert (values[Field.PROCESS], values[Field.TEAM]) == (None, None)


HIGH: dict[str, Any] = {"set_priority": "high"}


@pytest.mark.parametrize(
    ("before", "then", "expected"),
    [
        ({}, {"one": [HIGH]}, [("priority", "normal", "high", "one")]),
        ({"one": [HIGH]}, {}, [("priority", "high", "normal", "one")]),
        ({"one": [HIGH]}, {"two": [{"set_priority": "low"}]}, [("priority", "high", "low", "two")]),
        ({"one": [HIGH]}, {"two": [HIGH]}, []),
        (
            {},
            {"one": [{"set_type": "complaint"}]},
            [
                ("type", "defect", "complaint", "one"),
                ("process", "product_defect", "complaint", "one"),
                ("team", "rd", "service", "one"),
            ],
        ),
        (
            {"one": [{"route": {"process": "complaint", "team": "quality"}}]},
            {"one": [{"route": {"process": "complaint"}}], "two": [{"set_type": "complaint"}]},
            [("type", "defect", "complaint", "two"), ("team", "quality", "service", "one")],
        ),
        (
            {"one": [{"add_tag": "a"}], "two": [{"add_tag": "b"}]},
            {"one": [{"add_tag": "a"}], "three": [{"add_tag": "c"}]},
            [("tags", ["a", "b"], ["a", "c"], "three")],
        ),
        (
            {"one": [{"tell": {"to": "assignee"}}]},
            {"one": [{"cc": {"to": "assignee"}}]},
            [("messages", ["tell assignee"], ["cc assignee"], "one")],
        ),
        (
            {"one": [{"open": {"system": "qms", "template": "case"}}]},
            {},
            [("linked_items", ["qms/case"], [], "one")],
        ),
        (
            {"two": [{"reward": {"points": 5}}]},
            {"one": [{"reward": {"points": 5}}], "two": [{"reward": {"points": 5}}]},
            [("rewards", 5, 10, "one")],
        ),
        (
            {"one": [{"hold_for_review": True}]},
            {"two": [{"mark_spam": True}]},
            [("team", "rd", None, "two"), ("hold", True, False, "one"), ("spam", False, True, "two")],
        ),
    ],
)
def test_what_differs_and_why(before: Rules, then: Rules, expected: list[tuple[Any, ...]]) -> None:
    found = changes(after(before), after(then))
    assert [tuple(each[name] for name in ("field", "before", "after", "rule")) for each in found] == expected
    assert json.loads(json.dumps(found)) == found


def test_every_field_has_a_source_that_rules_can_set() -> None:
    rules: Rules = {
        "all": [
            {"set_type": "complaint"},
            HIGH,
            {"route": {"team": "quality", "member": "li"}},
            {"add_tag": "a"},
            {"tell": {"to": "assignee"}},
            {"open": {"system": "qms", "template": "case"}},
            {"reward": {"points": 5}},
            {"hold_for_review": True},
        ]
    }
    found = changes(after({}), after(rules)) + changes(after({}), after({"all": [{"mark_spam": True}]}))
    assert {each["field"] for each in found} == set(Field)
    assert {each["rule"] for each in found} == {"all"}


def test_what_every_rule_wanted_and_whether_it_got_its_way() -> None:
    decision = decided(
        {
            "one": [HIGH, {"add_tag": "a"}, {"reward": {"points": 5}}],
            "two": [{"set_priority": "low"}, {"add_tag": "a"}, {"add_tag": "b"}, {"hold_for_review": True}],
        }
    )
    assert wanted(decision) == [
        Effect("one", "add_tag", "a"),
        Effect("one", "reward", "5"),
        Effect("one", "set_priority", "high"),
        Effect("two", "add_tag", "b"),
        Effect("two", "hold_for_review", ""),
        Effect("two", "set_priority", "low", by="one"),
    ]


def test_decisions_that_were_stored_before_are_read_with_what_they_tell() -> None:
    body = json.loads(json.dumps(asdict(decided({"one": [HIGH, {"tell": {"to": "assignee"}}]}))))
    del body["rewards"], body["explanation"]["because"], body["tells"][0]["copy"]
    old = outcome(read_decision(body), "defect", PLACES)
    assert old.values == after({"one": [HIGH, {"tell": {"to": "assignee"}}]}).values
    assert [each["rule"] for each in changes(old, after({}))] == [None, None]
