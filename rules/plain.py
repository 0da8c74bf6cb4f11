"""Conditions in fewer words: what can be said by other operators is, and what can never hold is said to.

What is left are comparisons with one value (``equals``, ``not_equals`` and the four of numbers), ``exists``,
``missing``, ``in``, ``contains_any``, ``contains_all`` and ``matches``, each with a value for which it can hold.
"""

from voxloop.domain.rules import All, AnyOf, Condition, Leaf, Not
from voxloop.rules.evaluator import kind_of, values_of
from voxloop.rules.patterns import compiled

_NEVER = AnyOf(())
_NUMERIC = frozenset({"less", "at_most", "more", "at_least"})


def plain(condition: Condition) -> Condition:
    """The condition in plain words; it holds for the same facts."""
    match condition:
        case Leaf():
            return _leaf(condition)
        case Not(part):
            return Not(plain(part))
        case All(parts):
            return All(tuple(map(plain, parts)))
        case AnyOf(parts):
            return AnyOf(tuple(map(plain, parts)))


def _leaf(leaf: Leaf) -> Condition:
    kind, values = kind_of(leaf.value), values_of(leaf.value)
    match leaf.operator:
        case "between" if kind is tuple and len(values) == 2:
            low, high = values
            return All((_leaf(Leaf(leaf.fact, "at_least", low)), _leaf(Leaf(leaf.fact, "at_most", high))))
        case "not_in" if len({kind_of(value) for value in values}) == 1:
            # Only a value of that kind differs from the first.
            return All((_leaf(Leaf(leaf.fact, "not_equals", values[0])), Not(Leaf(leaf.fact, "in", values))))
        case operator if operator in _NUMERIC:
            return leaf if kind is float else _NEVER
        case "equals" | "not_equals":
            return leaf if kind in (bool, float, str) else _NEVER
        case "in" | "contains_any" | "contains_all":
            return leaf if values else _NEVER
        case "matches":
            return leaf if isinstance(leaf.value, str) and compiled(leaf.value) is not None else _NEVER
        case "exists" | "missing":
            return leaf
    return _NEVER
