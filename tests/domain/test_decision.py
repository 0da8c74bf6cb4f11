"""A decision is stored as plain values, and made of them again."""

import json
from dataclasses import asdict

from voxloop.domain.decision import (
    Correctable,
    Decision,
    Explanation,
    Nearest,
    Open,
    Overruled,
    Reward,
    Route,
    Tell,
    read_decision,
)

DECISION = Decision(
    type=None,
    priority="high",
    route=Route(team="quality"),
    tags=("bad",),
    tells=(Tell("assignee"), Tell({"role": "director"}, ("sms", "email"), copy=True)),
    opens=(Open("qms", "quality_case"),),
    hold=True,
    spam=False,
    explanation=Explanation(
        facts={"rating": 1, "tags": ["a"]},
        fired=("low",),
        overruled=(Overruled("later", "set_priority", "low", "low"),),
        nearest=Nearest("vip", {"fact": "customer_level", "is": "equals", "value": "vip"}),
        engine="reference",
        because={"set_priority": "low", "route.team": "low"},
    ),
    rewards=(("low", Reward(30, "thanks")), ("low", Reward(5))),
)


def test_what_is_stored_is_read_back() -> None:
    assert read_decision(json.loads(json.dumps(asdict(DECISION)))) == DECISION


def test_what_was_stored_with_fewer_values_is_read_too() -> None:
    body = asdict(DECISION)
    del body["rewards"], body["explanation"]["because"], body["tells"][0]["copy"]
    read = read_decision(body)
    assert (read.rewards, read.explanation.because, read.tells) == ((), {}, DECISION.tells)


def test_each_field_has_the_action_that_sets_it() -> None:
    assert [field.action for field in Correctable] == ["set_type", "set_priority", "route.team"]
