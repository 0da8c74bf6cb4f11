"""Rules as sentences, in both languages."""

import pytest

from voxloop.domain.rules import Leaf, Rule, read_rule_set
from voxloop.domain.texts import LANGUAGES, texts
from voxloop.rules.sentences import condition_sentence, sentence
from voxloop.rules.vocabulary import FACTS, OPERATORS

TITLE = {"zh-CN": "低分", "en": "Low"}
LOW = {
    "key": "low",
    "title": TITLE,
    "when": {
        "any": [
            {
                "all": [
                    {"fact": "rating", "is": "less", "value": 3},
                    {"fact": "type", "is": "equals", "value": "defect"},
                ]
            },
            {"not": {"fact": "accepted", "is": "equals", "value": True}},
        ]
    },
    "then": [{"set_type": "complaint"}, {"tell": {"to": "team_lead", "via": ["sms", "wecom"]}}],
    "stop": True,
}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            "If (rating is less than 3 and type is Defect) or it is not so that (accepted by a handler is yes),"
            " then set the type to Complaint, tell the team lead by sms, wecom; later rules are not looked at.",
        ),
        (
            "zh-CN",
            "如果（评分小于 3，并且类型为缺陷），或者并非（处理人已接受为是），"
            "则将类型设为投诉，通知团队负责人（经由 sms、wecom）；不再看后面的规则。",
        ),
    ],
)
def test_sentence(language: str, expected: str) -> None:
    assert sentence(read(LOW), language) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_has_words(language: str) -> None:
    actions: list[dict[str, object]] = [
        {"set_priority": "high"},
        {"add_tag": "标签甲"},
        {"route": {"process": "complaint", "team": "rd", "member": "li"}},
        {"tell": {"to": {"role": "director"}}},
        {"open": {"system": "pms", "template": "bug"}},
        {"follow_up": {"template": "vip"}},
        {"hold_for_review": True},
        {"mark_spam": True},
    ]
    said = sentence(read({"key": "all", "title": TITLE, "when": {"all": []}, "then": actions}), language)
    for word in ("标签甲", "complaint", "rd", "li", "director", "pms", "bug", "crm", "vip"):
        assert word in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_and_operator_has_a_name_and_a_clause(language: str) -> None:
    for name in FACTS:
        assert f"fact.{name}" in texts(language)
    for operator in OPERATORS:
        assert f"operator.{operator}" in texts(language)
        value = (1, 2) if operator == "between" else 7
        assert texts(language)["fact.rating"] in condition_sentence(Leaf("rating", operator, value), language)


def read(rule: dict[str, object]) -> Rule:
    return read_rule_set({"key": "test", "rules": [rule]}).rules[0]
