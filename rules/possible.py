"""Whether some item could make a condition hold, as far as a bounded search can tell.

A comparison tells values apart only at the values that it names, so a few for each fact stand for all: those named,
what lies between and beyond them, another word, nothing at all. What a text may contain is left open.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from voxloop.domain.rules import All, Condition, Leaf, Not, Scalar, leaves
from voxloop.rules.evaluator import leaf_holds, values_of
from voxloop.rules.vocabulary import FACTS, FactType

MAX_TRIES = 5_000
_OTHER_WORD = "\0"  # no value of a document can be this
_Known = Mapping[str, object]


def is_possible(condition: Condition) -> bool:
    """False only when no item can make it hold; True also when too many cases would have to be tried."""
    named: dict[str, list[Scalar]] = {}
    for leaf in leaves(condition):
        named.setdefault(leaf.fact, []).extend(values_of(leaf.value))
    candidates = {fact: _candidates(fact, values) for fact, values in named.items()}
    waiting: list[dict[str, object]] = [{}]
    for _ in range(MAX_TRIES):
        if not waiting:
            return False
        known = waiting.pop()
        holds = _holds(condition, known)
        if holds or (holds is None and len(known) == len(candidates)):
            return True
        if holds is None:
            fact = next(fact for fact in candidates if fact not in known)
            waiting += [{**known, fact: value} for value in candidates[fact]]
    return True


def _candidates(fact: str, named: Iterable[Scalar]) -> Sequence[object]:
    definition = FACTS.get(fact)
    if definition is None or definition.type in (FactType.TEXT, FactType.LIST):
        return (None, ...)  # absent, or anything
    if definition.type is FactType.BOOL:
        return (None, False, True)
    if definition.type is FactType.KEYWORD:
        words: Sequence[object] = definition.allowed or (*dict.fromkeys(named), _OTHER_WORD)
        return (None, *words)
    numbers = sorted({value for value in named if isinstance(value, int | float)}) or [0]
    between = [(low + high) / 2 for low, high in pairwise(numbers)]
    return (None, *numbers, *between, numbers[0] - 1, numbers[-1] + 1)


def _holds(condition: Condition, known: _Known) -> bool | None:
    """Whether it holds of facts that are not all known yet; None when that depends on the others."""
    match condition:
        case Leaf(fact, operator):
            if fact not in known or (known[fact] is ... and operator not in ("exists", "missing")):
                return None
            return leaf_holds(condition, {fact: "" if known[fact] is ... else known[fact]})
        case Not(part):
            held = _holds(part, known)
            return None if held is None else not held
    every = isinstance(condition, All)
    parts = {_holds(part, known) for part in condition.parts}
    if (not every) in parts:
        return not every
    return None if None in parts else every
