"""Rules that expect to see what another rule of their set sets. None does: rules see the facts as they were before.

Only type and priority are facts that rules set.
"""

from collections.abc import Iterable, Iterator, Mapping

from voxloop.domain.problems import Problem
from voxloop.domain.rules import Action, Condition, Leaf, Not, Rule, SetPriority, SetType
from voxloop.rules.evaluator import values_of

_Value = tuple[str, str]  # a fact, and a value that is asked for or set
_Ways = dict[_Value, dict[_Value, str]]  # from what a rule asks for to what it sets: its key


def chain_problems(rules: Mapping[str, Rule]) -> Iterator[Problem]:
    """Warnings about rules, by the path at which each stands: those that undo each other, and what one does not see."""
    ways: _Ways = {}
    undoing: set[str] = set()
    setters: dict[_Value, list[str]] = {}
    for path, rule in rules.items():
        asked, made = sorted(_asked(rule.when)), list(_set_by(rule.then))
        pairs = [(start, end) for start in asked for end in made if start != end]
        circle = next(filter(None, (_trail(ways, end, start) for start, end in pairs)), None)
        if circle:
            yield Problem(path, "rule.circular", {"rule": rule.key, "by": ", ".join(circle)}, warning=True)
            undoing |= {rule.key, *circle}
        for start, end in pairs:
            ways.setdefault(start, {}).setdefault(end, rule.key)
        for value in made:
            setters.setdefault(value, []).append(rule.key)
    for path, rule in rules.items():
        if rule.key not in undoing:
            yield from _unseen(path, rule, setters)


def _set_by(then: Iterable[Action]) -> Iterator[_Value]:
    for action in then:
        match action:
            case SetType(value):
                yield "type", value
            case SetPriority(value):
                yield "priority", value


def _asked(condition: Condition, wanted: bool = True) -> set[_Value]:
    """The values of type and priority of which the condition, or its contrary, holds by name."""
    match condition:
        case Not(part):
            return _asked(part, not wanted)
        case Leaf(fact, operator):
            by_name = operator in (("equals", "in") if wanted else ("not_equals", "not_in"))
            values = values_of(condition.value) if by_name and fact in ("type", "priority") else ()
            return {(fact, str(value)) for value in values}
    return {value for part in condition.parts for value in _asked(part, wanted)}


def _trail(ways: _Ways, start: _Value, end: _Value) -> list[str]:
    """The rules that lead from one value to another, one after the other; empty when none do."""
    trails: dict[_Value, list[str]] = {start: []}
    waiting = [start]
    while waiting and end not in trails:
        here = waiting.pop(0)
        for there, rule in ways.get(here, {}).items():
            if there not in trails:
                trails[there] = [*trails[here], rule]
                waiting.append(there)
    return trails.get(end, [])


def _unseen(path: str, rule: Rule, setters: Mapping[_Value, list[str]]) -> Iterator[Problem]:
    """What the rule asks for and others set; one warning is enough to say how it is."""
    for fact, value in sorted(_asked(rule.when)):
        others = [key for key in setters.get((fact, value), ()) if key != rule.key]
        if others:
            params = {"rule": rule.key, "by": others[0], "fact": fact, "value": value}
            yield Problem(f"{path}.when", "rule.does_not_see", params, warning=True)
            return
