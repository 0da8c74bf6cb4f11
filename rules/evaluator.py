"""The reference: what a rule set means, in plain Python.

It explains decisions, guards publishing and stands in for the engine. An absent fact (no key, ``None``,
not-a-number) or one of another kind than the value makes a comparison false and is never an error; ``not`` is plain
boolean, so the ``not`` of that false comparison is true.
"""

import operator
from collections.abc import Callable, Mapping
from typing import cast

from voxloop.domain.decision import Nearest
from voxloop.domain.rules import All, AnyOf, Condition, Leaf, Not, RuleSet, Scalar, as_document, leaves
from voxloop.rules.patterns import search

Facts = Mapping[str, object]


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether the condition is true of these facts."""
    match condition:
        case Leaf():
            return leaf_holds(condition, facts)
        case All(parts):
            return all(holds(part, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, facts) for part in parts)
        case Not(part):
            return not holds(part, facts)


def fired(rule_set: RuleSet, facts: Facts) -> list[str]:
    """Keys of the rules that fire, in order, up to and with the first that stops."""
    keys = []
    for rule in rule_set.rules:
        if holds(rule.when, facts):
            keys.append(rule.key)
            if rule.stop:
                break
    return keys


def nearest_miss(rule_set: RuleSet, facts: Facts) -> Nearest | None:
    """Of the rules that were looked at and did not fire, the one with the fewest failing comparisons.

    Among equals the one of which more comparisons held, then the earlier one. None when every rule fired.
    """
    candidates = []
    for position, rule in enumerate(rule_set.rules):
        failing = _shortfall(rule.when, facts, True)
        if failing:
            held = sum(1 for _ in leaves(rule.when)) - len(failing)
            candidates.append((len(failing), -held, position, failing[0]))
        elif failing == () and rule.stop:
            break
    if not candidates:
        return None
    *_, position, failed = min(candidates, key=lambda candidate: candidate[:3])
    return Nearest(rule_set.rules[position].key, as_document(failed))


def kind_of(value: object) -> type | None:
    """``bool``, ``float`` (any number), ``str``, ``tuple`` (any list) or None for what counts as absent."""
    if isinstance(value, bool):
        return bool
    if isinstance(value, int | float):
        return None if value != value else float
    if isinstance(value, str):
        return str
    return tuple if isinstance(value, list | tuple | set | frozenset) else None


def leaf_holds(leaf: Leaf, facts: Facts) -> bool:
    """Whether one comparison is true of these facts."""
    fact = facts.get(leaf.fact)
    if leaf.operator == "missing":
        return kind_of(fact) is None
    compare = _OPERATORS.get(leaf.operator)
    return compare is not None and kind_of(fact) is not None and compare(fact, leaf.value)


def values_of(value: object) -> tuple[Scalar, ...]:
    """The value of a list operator as a tuple; a lone one is a list of one."""
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, Scalar) else ()


def _equals(fact: object, value: object) -> bool:
    return _comparable(fact, value) and fact == value


def _not_equals(fact: object, value: object) -> bool:
    return _comparable(fact, value) and fact != value


def _comparable(fact: object, value: object) -> bool:
    return kind_of(fact) == kind_of(value) and isinstance(value, Scalar)


def _numbers(test: Callable[[float, float], bool]) -> Callable[[object, object], bool]:
    def compare(fact: object, value: object) -> bool:
        if kind_of(fact) is not float or kind_of(value) is not float:
            return False
        return test(cast(float, fact), cast(float, value))

    return compare


_at_least = _numbers(operator.ge)
_at_most = _numbers(operator.le)


def _between(fact: object, value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and _at_least(fact, value[0]) and _at_most(fact, value[1])


def _contained(fact: object) -> Callable[[object], bool]:
    """Whether a word is contained in the fact."""
    if isinstance(fact, str):
        text = fact.casefold()
        return lambda word: isinstance(word, str) and word.casefold() in text
    items = fact if isinstance(fact, list | tuple | set | frozenset) else ()
    return lambda word: any(_equals(item, word) for item in items)


def _matches(fact: object, pattern: object) -> bool:
    return isinstance(fact, str) and isinstance(pattern, str) and search(pattern, fact)


_OPERATORS: Mapping[str, Callable[[object, object], bool]] = {
    "equals": _equals,
    "not_equals": _not_equals,
    "in": lambda fact, value: any(_equals(fact, item) for item in values_of(value)),
    "not_in": lambda fact, value: bool(values_of(value)) and all(_not_equals(fact, item) for item in values_of(value)),
    "less": _numbers(operator.lt),
    "at_most": _at_most,
    "more": _numbers(operator.gt),
    "at_least": _at_least,
    "between": _between,
    "contains_any": lambda fact, value: any(map(_contained(fact), values_of(value))),
    "contains_all": lambda fact, value: bool(values_of(value)) and all(map(_contained(fact), values_of(value))),
    "matches": _matches,
    "exists": lambda fact, value: True,
}


def _shortfall(condition: Condition, facts: Facts, wanted: bool) -> tuple[Condition, ...] | None:
    """The fewest comparisons that would have to turn out differently for the condition to be ``wanted``.

    Empty when it is so already, None when it can never be.
    """
    match condition:
        case Not(part):
            return _shortfall(part, facts, not wanted)
        case Leaf():
            failed = condition if wanted else Not(condition)
            return () if leaf_holds(condition, facts) is wanted else (failed,)
    failing = [_shortfall(part, facts, wanted) for part in condition.parts]
    possible = [part for part in failing if part is not None]
    if isinstance(condition, All) is not wanted:
        return min(possible, key=len, default=None)
    return None if len(possible) < len(failing) else tuple(leaf for part in possible for leaf in part)
