"""Run in a child process: random rule sets on which engine and reference must agree. Prints one JSON line of what was
seen.

Usage: random_sets.py SEED SETS ITEMS
"""

import json
import sys
from collections.abc import Sequence
from random import Random

from voxloop.domain.rule_reader import MAX_CONDITIONS, MAX_FACTS
from voxloop.domain.rules import All, AnyOf, Condition, HoldForReview, Leaf, Not, Rule, RuleSet, Scalar, leaves
from voxloop.rules.engine import Engine
from voxloop.rules.evaluator import fired
from voxloop.rules.trial import generated_facts

SIZES = (0, 1, 2, 5, 20, 50, 51, 64, 65, 120)
# In place of the others, of each hundred sets.
LARGE = {33: 300, 66: 500, 99: 2_000}
WORDS = (
    *("退款", "漏水", "甲乙甲", "乙甲", "refund", "Straße", "", "😀", 'quo"te', "back\\slash", "%", "a", "aa", "1"),
    *("漏\0水", "\ud83d", "İ", "ﬃ", "line\nbreak", "退" * 200),
)
PATTERNS = ("a+", "退.款", "^漏", "(甲|乙)甲$", "[0-9]{1,3}", "(", "(a+)+$", "(?=a)", "\0", "", r"\d+ ?天", "REFUND")
NUMBERS = (
    *(0, 1, 2, 3, 2.5, -1, 1e16, 1e-7, 2**53, 2**53 + 1, -0.0, 1e300, 5e-324, 10**400, -(10**400)),
    *(float("inf"), -float("inf"), float("nan"), True, False),
)
COMPARISONS = ("equals", "not_equals", "less", "at_most", "more", "at_least")


class Sets:
    """Random rule sets that speak of ``facts`` facts."""

    def __init__(self, random: Random, facts: int) -> None:
        self._random = random
        self._facts = [f"fact{number}" for number in range(facts)]

    def rule_set(self, size: int) -> RuleSet:
        stops, depth = self._random.choice((0.0, 0.0, 0.02)), self._random.choice((1, 2, 4))
        rules = (
            Rule(f"rule_{place}", {}, self._bounded(depth), (HoldForReview(),), self._random.random() < stops)
            for place in range(size)
        )
        return RuleSet("random", "received", tuple(rules))

    def _bounded(self, depth: int) -> Condition:
        while True:
            candidate = self._wide() if self._random.random() < 0.05 else self._condition(depth)
            if sum(1 for _ in leaves(candidate)) <= MAX_CONDITIONS:
                return candidate

    def _wide(self) -> Condition:
        """More alternatives, or brackets, than the engine can take of a rule."""
        if self._random.random() < 0.5:
            wide: Condition = All(tuple(AnyOf((self._number(), self._number())) for _ in range(8)))
        else:
            wide = AnyOf(tuple(Leaf(self._fact(), "between", (n, n + 1)) for n in range(MAX_CONDITIONS)))
        return self._random.choice((wide, Not(wide)))

    def _number(self) -> Leaf:
        return Leaf(self._fact(), self._random.choice(COMPARISONS), self._random.randint(0, 3))

    def _fact(self) -> str:
        return self._random.choice(self._facts)

    def _condition(self, depth: int) -> Condition:
        kind = self._random.random()
        if depth == 0 or kind < 0.3:
            return self._leaf()
        if kind < 0.5:
            return Not(self._condition(depth - 1))
        parts = tuple(self._condition(depth - 1) for _ in range(self._random.choice((0, 1, 2, 2, 3, 3, 4, 16))))
        return self._random.choice((All, AnyOf))(parts)

    def _leaf(self) -> Leaf:
        random, fact, kind = self._random, self._fact(), self._random.random()
        if kind < 0.45:
            return Leaf(fact, random.choice(COMPARISONS), self._scalar())
        if kind < 0.6:
            return Leaf(fact, random.choice(("in", "not_in")), self._scalars(random.choice((0, 1, 2, 3, 40))))
        if kind < 0.7:
            return Leaf(fact, "between", self._scalars(random.choice((1, 2, 2, 2, 3))))
        if kind < 0.85:
            words = self._scalars(1) if random.random() < 0.1 else ()
            words += tuple(random.choice(WORDS) for _ in range(random.randint(0, 4)))
            return Leaf(fact, random.choice(("contains_any", "contains_all")), words)
        if kind < 0.92:
            return Leaf(fact, "matches", random.choice(PATTERNS))
        return Leaf(fact, random.choice(("exists", "missing", "unheard_of")))

    def _scalars(self, count: int) -> tuple[Scalar, ...]:
        return tuple(self._scalar() for _ in range(count))

    def _scalar(self) -> Scalar:
        return self._random.choice((*NUMBERS, *WORDS))


def main(arguments: Sequence[str]) -> None:
    seed, sets, items = map(int, arguments)
    different: list[dict[str, object]] = []
    rules_fired = 0
    for number in range(sets):
        random = Random(seed * 1_000_000 + number)
        size = LARGE.get(number % 100, SIZES[number % len(SIZES)])
        rule_set = Sets(random, random.choice((1, 3, 12, 12, 60, MAX_FACTS))).rule_set(size)
        engine = Engine(rule_set)
        for facts in generated_facts(rule_set, items, number):
            decided, expected = engine.fired(facts), fired(rule_set, facts)
            rules_fired += len(expected)
            if decided != expected:
                different.append({"set": number, "facts": repr(facts), "engine": decided, "reference": expected})
    print(json.dumps({"decisions": sets * items, "rules_fired": rules_fired, "different": different[:3]}))


if __name__ == "__main__":
    main(sys.argv[1:])
