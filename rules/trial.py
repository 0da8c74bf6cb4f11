"""Trying a rule set on facts that are generated from what it asks for, the same ones for the same set.

The engine and the reference evaluator must agree on each. Only a judge's process does this, which may hang or crash.
"""

from collections.abc import Iterator
from random import Random

from voxloop.domain.problems import Problem
from voxloop.domain.rules import Leaf, RuleSet, leaves
from voxloop.rules.engine import Engine
from voxloop.rules.evaluator import fired, values_of
from voxloop.rules.patterns import MAX_TEXT

ITEMS = 200
_STRANGE: tuple[object, ...] = (
    None,
    "",
    " ",
    "退款\n\"'\\",
    "😀",
    "漏\0水",
    "\ud83d",
    0,
    -1,
    -0.0,
    10**18,
    10**400,
    1e-7,
    float("inf"),
    float("nan"),
    True,
    False,
    [],
    ["x", 1, None, ["x"], {}],
    {"x": 1},
)


def trial_problems(rule_set: RuleSet) -> list[Problem]:
    """What goes wrong when the set decides ``ITEMS`` generated items; a hang or a crash is the caller's."""
    for facts, decided, expected in disagreements(rule_set, ITEMS):
        differing = sorted(set(decided) ^ set(expected))
        return [Problem("rules", "rule.engine_disagrees", {"rules": ", ".join(differing), "facts": str(facts)[:500]})]
    return []


def disagreements(
    rule_set: RuleSet, items: int, seed: int = 0
) -> Iterator[tuple[dict[str, object], list[str], list[str]]]:
    """Facts on which the engine and the reference differ, with what each of the two fired."""
    engine = Engine(rule_set)
    for facts in generated_facts(rule_set, items, seed):
        decided, expected = engine.fired(facts), fired(rule_set, facts)
        if decided != expected:
            yield facts, decided, expected


def generated_facts(rule_set: RuleSet, items: int, seed: int = 0) -> Iterator[dict[str, object]]:
    """Facts at and around every value that the set compares with, and strange and absent ones."""
    random = Random(seed)
    asked: dict[str, list[Leaf]] = {}
    for rule in rule_set.rules:
        for leaf in leaves(rule.when):
            asked.setdefault(leaf.fact, []).append(leaf)
    for _ in range(items):
        facts = {name: _value(random, about) for name, about in asked.items() if random.random() > 0.15}
        yield facts


def _value(random: Random, about: list[Leaf]) -> object:
    if random.random() < 0.15:
        return random.choice(_STRANGE)
    leaf = random.choice(about)
    values = values_of(leaf.value)
    value = random.choice(values) if values else None
    if leaf.operator == "matches":
        return _provoking(random, str(value))
    if leaf.operator in ("contains_any", "contains_all"):
        words = [word for other in random.sample(about, min(3, len(about))) for word in values_of(other.value)]
        chosen = random.sample(words, random.randint(0, len(words)))
        if random.random() < 0.2:
            return chosen
        return random.choice((str, str.upper))(random.choice(("", "，", "我要")).join(map(str, chosen)))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value + random.choice((-1, 0, 0, 1) if abs(value) > 1 << 53 else (-1, -0.5, 0, 0, 0.5, 1))
    return value


def _provoking(random: Random, pattern: str) -> str:
    """A text of the pattern's own characters, the kind that drives a backtracking engine mad."""
    letters = [letter for letter in pattern if letter.isalnum()] or ["a"]
    return random.choice(letters) * random.choice((1, 30, MAX_TEXT)) + random.choice(("", "!", *letters))
