"""The engine decides what the reference decides; in child processes, because a wrong construct can hang or end one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from voxloop.domain.rules import All, AnyOf, Condition, HoldForReview, Leaf, Not, Rule, RuleSet
from voxloop.rules.compiler import compile_rule_set
from voxloop.rules.encoder import Encoder
from voxloop.rules.engine import Engine
from voxloop.rules.groups import GROUP_FIELDS, GROUP_RULES
from voxloop.rules.names import Names


@pytest.mark.parametrize("seed", [1, 2])
def test_engine_agrees_with_the_reference(seed: int) -> None:
    command = [sys.executable, str(Path(__file__).with_name("random_sets.py")), str(seed), "60", "40"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert child.returncode == 0, child.stderr.decode()
    seen = json.loads(child.stdout)
    assert (seen["decisions"], seen["different"]) == (2_400, [])
    assert seen["rules_fired"] > seen["decisions"]


@pytest.mark.parametrize("size", [0, 1, 50, 51, 64, 65, 300])
def test_all_rules_of_a_set_fire_at_once(size: int) -> None:
    either = AnyOf((Leaf("rating", "less", 3), Leaf("channel", "equals", "web")))
    rules = rule_set(*[either] * size)
    engine = Engine(rules)
    for _ in range(2):
        assert engine.fired({"rating": 1, "channel": "web"}) == [rule.key for rule in rules.rules]
        assert engine.fired({"rating": 5}) == []


@pytest.mark.parametrize(
    ("wide", "holding", "others"),
    [
        (
            All(tuple(AnyOf((Leaf("rating", "less", n + 3), Leaf("nps", "more", n - 9))) for n in range(8))),
            [{"rating": 1, "nps": 5}, {"rating": 2}, {"nps": -1}],
            [{}, {"rating": 3, "nps": -9}],
        ),
        (
            AnyOf(tuple(Leaf("rating", "between", (2 * n, 2 * n + 0.5)) for n in range(16))),
            [{"rating": 0}, {"rating": 30.25}],
            [{}, {"rating": 1}, {"rating": 31}],
        ),
        (
            Not(AnyOf(tuple(Leaf(f"fact{n}", "not_equals", "a") for n in range(16)))),
            [{}, {"fact3": "a", "fact4": 1}],
            [{"fact3": "b"}],
        ),
    ],
    ids=["ways", "brackets", "negations"],
)
def test_rule_that_is_too_wide_for_the_engine_is_decided_all_the_same(
    wide: Condition, holding: list[dict[str, object]], others: list[dict[str, object]]
) -> None:
    assert compile_rule_set(rule_set(wide)).late
    engine = Engine(rule_set(wide))
    assert [engine.fired(facts) for facts in holding] == [["rule_0"]] * len(holding)
    assert [engine.fired(facts) for facts in others] == [[]] * len(others)


def test_groups_hold_as_many_rules_as_are_safe() -> None:
    assert sizes([Leaf("rating", "less", n) for n in range(120)]) == [GROUP_RULES, GROUP_RULES, 20]


def test_groups_stay_within_the_alternatives_that_may_wait_at_once() -> None:
    assert sizes([AnyOf(tuple(Leaf("rating", "equals", 9 * n + m) for m in range(9))) for n in range(10)]) == [6, 4]
    assert sizes([AnyOf(tuple(Leaf("rating", "equals", m) for m in range(9)))] * 60) == [GROUP_RULES, 10]


def test_groups_stay_within_the_fields_that_the_engine_can_take() -> None:
    words = [[Leaf("text", "contains_any", (f"{n} {m}",)) for m in range(10)] for n in range(40)]
    compiled = compile_rule_set(rule_set(*(All(tuple(leaves)) for leaves in words)))
    assert [len(group.fields) for group in compiled.groups] == [GROUP_FIELDS, GROUP_FIELDS, 20]


def test_group_is_not_asked_when_no_word_of_it_occurs() -> None:
    words = [Leaf("text", "contains_any", (f"{n}号",)) for n in range(60)]
    encoder = Encoder(compile_rule_set(rule_set(*words, Leaf("rating", "less", 3))))
    assert [number for number, _ in encoder.told({"text": "3号"})] == [0, 1]
    assert [number for number, _ in encoder.told({"text": "号"})] == [1]


def test_names_differ_in_what_the_engine_knows_them_by() -> None:
    names = Names()
    given = [names.hit() for _ in range(3_000)] + names.fields(3_000)
    assert len({fnv(name) for name in [*given, "id", "sid", "$s", "always"]}) == 6_004


def fnv(name: str) -> int:
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) % 2**32
    return value


def sizes(conditions: list[Condition]) -> list[int]:
    return [len(group.conditions) for group in compile_rule_set(rule_set(*conditions)).groups]


def rule_set(*conditions: Condition) -> RuleSet:
    rules = (Rule(f"rule_{n}", {}, condition, (HoldForReview(),)) for n, condition in enumerate(conditions))
    return RuleSet("test", "received", tuple(rules))
