"""Whether a condition asks only what can be asked: facts that there are, operators they know, values they can have.

A rule and a process are both checked by this, and so are the facts of a golden case.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import cast

from voxloop.domain.problems import Problem
from voxloop.domain.reading import shown
from voxloop.domain.rules import All, AnyOf, Condition, Leaf, Not, Scalar
from voxloop.rules.evaluator import kind_of, values_of
from voxloop.rules.patterns import pattern_problem
from voxloop.rules.possible import is_possible
from voxloop.rules.vocabulary import FACTS, OPERATORS, OPERATORS_OF, FactType, Shape

_KINDS: Mapping[FactType, tuple[type, str]] = {
    FactType.TEXT: (str, "rule.not_a_word"),
    FactType.KEYWORD: (str, "rule.not_a_word"),
    FactType.NUMBER: (float, "rule.not_a_number"),
    FactType.BOOL: (bool, "rule.not_yes_or_no"),
}


def check_condition(condition: Condition, path: str) -> list[Problem]:
    """What is wrong with a condition that stands at ``path``, of a rule or of a process."""
    return [problem for place, leaf in placed_leaves(condition, path) for problem in _leaf_problems(place, leaf)]


def placed_leaves(condition: Condition, path: str) -> Iterator[tuple[str, Leaf]]:
    """Every comparison in the tree, with its place in the document."""
    match condition:
        case Leaf():
            yield path, condition
        case Not(part):
            yield from placed_leaves(part, f"{path}.not")
        case All(parts) | AnyOf(parts):
            word = "all" if isinstance(condition, All) else "any"
            for place, part in enumerate(parts):
                yield from placed_leaves(part, f"{path}.{word}[{place}]")


def fact_problems(facts: Mapping[str, object], path: str) -> Iterator[Problem]:
    """Of facts that stand at ``path``, those that no item can have."""
    for name, value in facts.items():
        place = f"{path}.{name}"
        problem = _fact_problem(place, value, name) if name in FACTS else _unknown_fact(place, name)
        if problem is not None:
            yield problem


def _unknown_fact(path: str, name: str) -> Problem:
    """There is no such fact."""
    return Problem(path, "rule.unknown_fact", {"value": name, "known": ", ".join(FACTS)})


def _fact_problem(path: str, value: object, name: str) -> Problem | None:
    """Why the fact of this name never has that value; None when it can."""
    fact = FACTS[name]
    kind, code = _KINDS[fact.type]
    if kind_of(value) is not kind:
        return Problem(path, code, {"fact": name, "value": shown(value)})
    if isinstance(value, str) and not value.strip():
        return Problem(path, "rule.blank_value", {"fact": name})
    if not isinstance(value, Scalar) or fact.can_be(value):
        return None
    if fact.allowed is not None:
        params = {"fact": name, "value": shown(value), "known": ", ".join(fact.allowed)}
        return Problem(path, "rule.unknown_value", params)
    return _beyond(path, cast(float, value), name)


def _beyond(path: str, value: float, name: str) -> Problem:
    least, most = FACTS[name].least, FACTS[name].most
    if least is not None and value < least:
        return Problem(path, "rule.below_least", {"fact": name, "least": f"{least:g}"})
    if most is not None and value > most:
        return Problem(path, "rule.above_most", {"fact": name, "most": f"{most:g}"})
    return Problem(path, "rule.not_whole", {"fact": name, "value": f"{value:g}"})


def _leaf_problems(path: str, leaf: Leaf) -> Iterator[Problem]:
    fact = FACTS.get(leaf.fact)
    if fact is None:
        yield _unknown_fact(f"{path}.fact", leaf.fact)
        return
    if fact.producer is None:
        yield Problem(f"{path}.fact", "rule.unfilled_fact", {"fact": leaf.fact}, warning=True)
    known = OPERATORS_OF[fact.type]
    if leaf.operator not in known:
        params = {"value": leaf.operator, "fact": leaf.fact, "known": ", ".join(known)}
        yield Problem(f"{path}.is", "rule.unknown_operator", params)
    else:
        yield from _SHAPES[OPERATORS[leaf.operator].shape](f"{path}.value", leaf)


def _no_value(path: str, leaf: Leaf) -> Iterator[Problem]:
    if leaf.value is not None:
        yield Problem(path, "rule.no_value", {"operator": leaf.operator})


def _one_value(path: str, leaf: Leaf) -> Iterator[Problem]:
    if not isinstance(leaf.value, Scalar):
        yield Problem(path, "rule.needs_one_value", {"operator": leaf.operator})
        return
    problems = list(_value_problems([path], leaf))
    yield from problems
    if not problems and not is_possible(leaf):
        yield _beyond(path, -inf if leaf.operator == "less" else inf, leaf.fact)


def _range(path: str, leaf: Leaf) -> Iterator[Problem]:
    if not isinstance(leaf.value, tuple) or len(leaf.value) != 2:
        yield Problem(path, "rule.needs_range", {"operator": leaf.operator})
        return
    problems = list(_value_problems([path, path], leaf))
    yield from problems
    low, high = leaf.value
    if not problems and isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        yield Problem(path, "rule.empty_range", {"low": str(low), "high": str(high)})


def _several_values(path: str, leaf: Leaf) -> Iterator[Problem]:
    if not isinstance(leaf.value, tuple) or not leaf.value:
        yield Problem(path, "rule.needs_values", {"operator": leaf.operator})
    else:
        yield from _value_problems([f"{path}[{place}]" for place in range(len(leaf.value))], leaf)


def _pattern(path: str, leaf: Leaf) -> Iterator[Problem]:
    code = pattern_problem(leaf.value) if isinstance(leaf.value, str) else "rule.needs_one_value"
    if code is not None:
        yield Problem(path, code, {"value": str(leaf.value), "operator": leaf.operator})


def _value_problems(places: Sequence[str], leaf: Leaf) -> Iterator[Problem]:
    found = [_fact_problem(place, value, leaf.fact) for place, value in zip(places, values_of(leaf.value), strict=True)]
    problems = [problem for problem in found if problem is not None]
    impossible = [problem for problem in problems if problem.code in _IMPOSSIBLE]
    # Beside a value that can be, or as an end beyond those that can, it changes nothing; alone it makes the rule dead.
    harmless = None in found or (len(impossible) == len(problems) and leaf.operator in _ORDER and is_possible(leaf))
    for problem in problems:
        yield replace(problem, warning=harmless and problem in impossible)


_IMPOSSIBLE = ("rule.unknown_value", "rule.below_least", "rule.above_most", "rule.not_whole")
_ORDER = ("less", "at_most", "more", "at_least", "between")
_SHAPES: Mapping[Shape, Callable[[str, Leaf], Iterator[Problem]]] = {
    Shape.NOTHING: _no_value,
    Shape.ONE: _one_value,
    Shape.RANGE: _range,
    Shape.SEVERAL: _several_values,
    Shape.PATTERN: _pattern,
}
