"""What can be and what follows from what, against every combination of a few values of each fact."""

from collections.abc import Iterator
from itertools import product
from random import Random

import pytest
import yaml

from voxloop.domain.rule_reader import read_condition
from voxloop.domain.rules import All, AnyOf, Condition, Leaf, Not
from voxloop.rules.evaluator import holds
from voxloop.rules.possible import MAX_STEPS, Search, is_possible

VALUES: dict[str, tuple[object, ...]] = {
    "rating": (None, 1, 2, 3, 4, 5),
    "sentiment_strength": (None, -1, -0.7, -0.5, -0.2, 0, 0.3, 0.5, 1),
    "urgency": (None, "high", "normal"),
    "batch": (None, "A", "B", "another"),
    "follow_up": (None, False, True),
}
NAMED = {
    **VALUES,
    "rating": (None, 0, 2, 2.5, 4, 7),
    "sentiment_strength": (None, -0.5, 0, 0.5),
    "batch": (None, "A", "B"),
}


def leaf(random: Random) -> Leaf:
    fact = random.choice(list(NAMED))
    operators = ["equals", "not_equals", "exists", "missing"]
    if fact in ("rating", "sentiment_strength"):
        operators += ["less", "at_most", "more", "at_least", "between"]
    operator, values = random.choice(operators), NAMED[fact][1:]
    if operator in ("exists", "missing"):
        return Leaf(fact, operator)
    if operator == "between":
        return Leaf(fact, operator, tuple(sorted(random.sample(values, 2))))  # type: ignore[arg-type]
    if fact != "follow_up" and random.random() < 0.3:
        operator = {"equals": "in", "not_equals": "not_in"}.get(operator, operator)
    value = random.choice(values)
    return Leaf(fact, operator, (value,) if operator in ("in", "not_in") else value)  # type: ignore[arg-type]


def condition(random: Random, depth: int) -> Condition:
    kind = random.random()
    if depth == 0 or kind < 0.2:
        return leaf(random)
    if kind < 0.35:
        return Not(condition(random, depth - 1))
    parts = tuple(condition(random, depth - 1) for _ in range(random.choice((0, 1, 2, 2, 3))))
    return random.choice((All, AnyOf))(parts)


def items() -> Iterator[dict[str, object]]:
    for values in product(*VALUES.values()):
        yield dict(zip(VALUES, values, strict=True))


@pytest.mark.parametrize("seed", range(8))
def test_it_knows_what_can_be(seed: int) -> None:
    random, every = Random(seed), list(items())
    for _ in range(30):
        asked = condition(random, 3)
        assert is_possible(asked) is any(holds(asked, facts) for facts in every), asked
        assert is_possible(Not(asked)) is not all(holds(asked, facts) for facts in every), asked


@pytest.mark.parametrize("seed", range(4))
def test_it_knows_what_follows(seed: int) -> None:
    random, every = Random(seed), list(items())
    conditions = [condition(random, 2) for _ in range(20)]
    search = Search(conditions, 1_000_000)
    true = [{number for number, facts in enumerate(every) if holds(each, facts)} for each in conditions]
    for one, of_one in zip(conditions, true, strict=True):
        for other, of_other in zip(conditions, true, strict=True):
            assert search.implies(one, other) is (of_one <= of_other), (one, other)


def read(text: str) -> Condition:
    found = read_condition(yaml.safe_load(text), "")
    assert not isinstance(found, list)
    return found


A, B, AB = (f"{{fact: text, is: contains_any, value: {words}}}" for words in ("[a]", "[b]", "[a, b]"))


@pytest.mark.parametrize(
    "text",
    [
        "{all: [{fact: sentiment_strength, is: more, value: 0.2}, {fact: sentiment_strength, is: less, value: 0.3}]}",
        "{all: [{fact: batch, is: not_equals, value: A}, {fact: batch, is: exists}]}",
        f"{{all: [{A}, {{not: {B}}}]}}",
        f"{{all: [{AB}, {{not: {A}}}]}}",
        f"{{all: [{{not: {AB}}}, {{fact: text, is: exists}}]}}",
        r"{all: [{fact: text, is: matches, value: '\d'}, {not: {fact: text, is: matches, value: '\D'}}]}",
    ],
)
def test_what_can_be(text: str) -> None:
    assert is_possible(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "{any: []}",
        "{all: [{fact: rating, is: more, value: 2}, {fact: rating, is: less, value: 3}]}",
        "{all: [{fact: customer_count_7d, is: more, value: 1000}]}",
        "{fact: customer_level, is: not_in, value: [strategic, vip, regular]}",
        "{all: [{fact: text, is: missing}, {fact: text, is: contains_any, value: [a]}]}",
        f"{{all: [{A}, {{not: {AB}}}]}}",
        "{all: [{fact: text, is: contains_all, value: [a, B]}, {not: {fact: text, is: contains_any, value: [b]}}]}",
        f"{{all: [{A}, {B}, {{not: {{fact: text, is: contains_all, value: [a, b]}}}}]}}",
        "{all: [{fact: text, is: matches, value: 'a+'}, {not: {fact: text, is: matches, value: 'a+'}}]}",
    ],
)
def test_what_can_never_be(text: str) -> None:
    assert not is_possible(read(text))


def test_where_the_search_would_take_too_long_it_is_left_open() -> None:
    known = Leaf("batch", "exists")
    contradiction = AnyOf((Leaf("batch", "missing"), Leaf("batch", "missing")))
    detours = tuple(AnyOf((known, Leaf("rating", "exists"))) for _ in range(MAX_STEPS.bit_length()))
    assert not is_possible(All((known, contradiction)))
    assert is_possible(All((known, *detours, contradiction)))
