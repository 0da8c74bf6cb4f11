"""Rules as sentences, in both languages."""

import pytest

from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import Leaf, Rule
from voxloop.domain.texts import LANGUAGES, texts
from voxloop.rules.sentences import condition_sentence, sentence
from voxloop.rules.vocabulary import OPERATORS

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
            " then set the type to Complaint, tell the team lead by SMS, WeCom; later rules are not looked at.",
        ),
        (
            "zh-CN",
            "如果（评分小于 3，并且类型为缺陷），或者并非（处理人已接受为是），"
            "则将类型设为投诉，通知团队负责人（经由短信、企业微信）；不再看后面的规则。",
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
        {"cc": {"to": {"member": "wang"}, "via": ["pigeon"]}},
        {"open": {"system": "pms", "template": "bug"}},
        {"reward": {"points": 77, "template": "thanks"}},
        {"follow_up": {"template": "vip"}},
        {"hold_for_review": True},
        {"mark_spam": True},
    ]
    said = sentence(read({"key": "all", "title": TITLE, "when": {"all": []}, "then": actions}), language)
    for word in ("标签甲", "complaint", "rd", "li", "director", "wang", "pigeon", "pms", "bug", "77", "crm", "vip"):
        assert word in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operator_has_a_clause(language: str) -> None:
    for operator in OPERATORS:
        value = (1, 2) if operator == "between" else 7
        assert texts(language)["fact.rating"] in condition_sentence(Leaf("rating", operator, value), language)


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (Leaf("rating", "between", 3), "rating between 3"),
        (Leaf("mood", "resembles", ("a", "b")), "mood resembles a, b"),
        (Leaf("rating", "less"), "rating is less than "),
    ],
)
def test_what_cannot_be_asked_is_said_as_it_is_written(leaf: Leaf, expected: str) -> None:
    assert condition_sentence(leaf, "en") == expected


def test_only_values_of_ours_have_labels() -> None:
    assert condition_sentence(Leaf("channel", "equals", "web"), "en") == "channel is Web form"
    assert "form.title" in texts("en")
    assert condition_sentence(Leaf("form", "equals", "title"), "en") == "form is title"


def read(rule: dict[str, object]) -> Rule:
    return read_rule_set({"key": "test", "rules": [rule]}).rules[0]
