"""Run in a child process: random rule sets on which engine and reference must agree. Prints one JSON line of what was
seen.

Usage: random_sets.py SEED SETS ITEMS
"""

import json
import sys
from collections.abc import Sequence
from random import Random

from voxloop.domain.rules import (
    MAX_CONDITIONS,
    All,
    AnyOf,
    Condition,
    HoldForReview,
    Leaf,
    Not,
    Rule,
    RuleSet,
    Scalar,
    leaves,
)
from voxloop.rules.trial import disagreements

SIZES = (0, 1, 2, 5, 20, 50, 51, 64, 65, 120, 300)
WORDS = ("退款", "漏水", "甲乙甲", "乙甲", "refund", "Straße", "", "😀", 'quo"te', "back\\slash", "%", "a", "aa", "1")
NUMBERS = (0, 1, 2, 3, 2.5, -1, 1e16, 1e-7, 2**53, 2**53 + 1, -0.0, 1e300, float("inf"), True, False)
FACTS = tuple(f"fact{number}" for number in range(12))
COMPARISONS = ("equals", "not_equals", "less", "at_most", "more", "at_least")


def leaf(random: Random) -> Leaf:
    fact, kind = random.choice(FACTS), random.random()
    if kind < 0.45:
        return Leaf(fact, random.choice(COMPARISONS), scalar(random))
    if kind < 0.6:
        count = random.choice((0, 1, 2, 3, 40))
        return Leaf(fact, random.choice(("in", "not_in")), tuple(scalar(random) for _ in range(count)))
    if kind < 0.7:
        return Leaf(fact, "between", (scalar(random), scalar(random)))
    if kind < 0.85:
        words = tuple(random.choice(WORDS) for _ in range(random.randint(0, 4)))
        return Leaf(fact, random.choice(("contains_any", "contains_all")), words)
    if kind < 0.92:
        return Leaf(fact, "matches", random.choice(("a+", "退.款", "^漏", "(甲|乙)甲", "[0-9]{1,3}", "(")))
    return Leaf(fact, random.choice(("exists", "missing")))


def scalar(random: Random) -> Scalar:
    return random.choice((*NUMBERS, *WORDS))


def condition(random: Random, depth: int) -> Condition:
    kind = random.random()
    if depth == 0 or kind < 0.3:
        return leaf(random)
    if kind < 0.5:
        return Not(condition(random, depth - 1))
    parts = tuple(condition(random, depth - 1) for _ in range(random.choice((0, 1, 2, 2, 3))))
    return random.choice((All, AnyOf))(parts)


def bounded(random: Random, depth: int) -> Condition:
    while True:
        candidate = condition(random, depth)
        if sum(1 for _ in leaves(candidate)) <= MAX_CONDITIONS:
            return candidate


def rule_set(random: Random, size: int) -> RuleSet:
    stops = random.choice((0.0, 0.0, 0.02))
    depth = random.choice((1, 2, 4))
    return RuleSet(
        "random",
        "received",
        tuple(
            Rule(f"rule_{place}", {}, bounded(random, depth), (HoldForReview(),), random.random() < stops)
            for place in range(size)
        ),
    )


def main(arguments: Sequence[str]) -> None:
    seed, sets, items = map(int, arguments)
    different = []
    for number in range(sets):
        random = Random(seed * 1_000_000 + number)
        size = SIZES[number % len(SIZES)]
        for facts, decided, expected in disagreements(rule_set(random, size), items, number):
            different.append({"set": number, "facts": repr(facts), "engine": decided, "reference": expected})
    print(json.dumps({"decisions": sets * items, "different": different[:3]}, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
