"""The engine decides what the reference decides; in child processes, because a wrong construct can hang or end one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from voxloop.domain.rules import All, AnyOf, HoldForReview, Leaf, Rule, RuleSet
from voxloop.rules.compiler import GROUP_PATHS, compile_rule_set
from voxloop.rules.engine import Engine


@pytest.mark.parametrize("seed", [1, 2])
def test_engine_agrees_with_the_reference(seed: int) -> None:
    command = [sys.executable, str(Path(__file__).with_name("random_sets.py")), str(seed), "110", "40"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert child.returncode == 0, child.stderr.decode()
    assert json.loads(child.stdout) == {"decisions": 4_400, "different": []}


@pytest.mark.parametrize("size", [1, 50, 51, 64, 65, 300])
def test_all_rules_of_a_set_fire_at_once(size: int) -> None:
    either = AnyOf((Leaf("rating", "less", 3), Leaf("channel", "equals", "web")))
    rules = tuple(Rule(f"rule_{n}", {}, either, (HoldForReview(),)) for n in range(size))
    engine = Engine(RuleSet("test", "received", rules))
    for _ in range(2):
        assert engine.fired({"rating": 1, "channel": "web"}) == [rule.key for rule in rules]
        assert engine.fired({"rating": 5}) == []


def test_alternatives_that_would_multiply_are_asked_beforehand() -> None:
    pair = tuple(AnyOf((Leaf("rating", "less", n), Leaf("nps", "more", n))) for n in range(8))
    compiled = compile_rule_set(RuleSet("test", "received", (Rule("many", {}, All(pair), ()),)))
    assert len(compiled.hits) == 8
    assert compiled.encode({"rating": 4}) == compiled.encode({"rating": 4}) | {"hit4": 0, "hit5": 1}


def test_groups_stay_within_the_paths_that_the_engine_can_follow() -> None:
    either = AnyOf(tuple(Leaf("rating", "equals", n) for n in range(5)))
    rules = tuple(Rule(f"rule_{n}", {}, either, ()) for n in range(40))
    groups = compile_rule_set(RuleSet("test", "received", rules)).groups
    assert [len(group.conditions) for group in groups] == [GROUP_PATHS // 5] * 4
