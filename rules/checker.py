"""Whether a rule set that can be read makes sense: asks only what can be asked, and refers only to what exists.

Publishing asks this. Every problem has the path of the place in the document and a sentence in both languages.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from voxloop.domain.decision import RECIPIENT_KINDS, Open, Route, Tell
from voxloop.domain.problems import InvalidDocument, Known, Problem
from voxloop.domain.rules import Action, All, AnyOf, Condition, Leaf, Not, RuleSet, Scalar, read_rule_set
from voxloop.rules.evaluator import kind_of, values_of
from voxloop.rules.patterns import pattern_problem
from voxloop.rules.vocabulary import FACTS, OPERATORS, OPERATORS_OF, Fact, FactType, Shape

MAX_VALUES = 200
MAX_VALUE_LENGTH = 200
_KINDS: Mapping[FactType, type] = {
    FactType.TEXT: str,
    FactType.KEYWORD: str,
    FactType.NUMBER: float,
    FactType.BOOL: bool,
    FactType.LIST: str,
}


def check_rule_set(body: Mapping[str, object], known: Known) -> list[Problem]:
    """Everything that is wrong with a rule set document; what cannot be read hides the rest."""
    try:
        rule_set = read_rule_set(body)
    except InvalidDocument as invalid:
        return list(invalid.problems)
    return [*_order_problems(rule_set), *_rule_problems(rule_set, known)]


def check_condition(condition: Condition, path: str) -> list[Problem]:
    """What is wrong with a condition that stands at ``path``, of a rule or of a process."""
    return [problem for place, leaf in _leaves(condition, path) for problem in _leaf_problems(place, leaf)]


def _order_problems(rule_set: RuleSet) -> Iterator[Problem]:
    first: dict[str, int] = {}
    end: str | None = None
    for place, rule in enumerate(rule_set.rules):
        if first.setdefault(rule.key, place) != place:
            yield Problem(f"rules[{place}].key", "rule.duplicate", {"rule": rule.key})
        if end is not None:
            yield Problem(f"rules[{place}]", "rule.unreachable", {"rule": rule.key, "by": end})
        elif rule.stop and _settled(rule.when) is True:
            end = rule.key
        if _settled(rule.when) is False:
            yield Problem(f"rules[{place}].when", "rule.never", {"rule": rule.key})


def _settled(condition: Condition) -> bool | None:
    """Whether the condition holds whatever the facts are: True always, False never, None when it depends."""
    match condition:
        case Leaf():
            return None
        case Not(part):
            settled = _settled(part)
            return None if settled is None else not settled
    every = isinstance(condition, All)
    parts = {_settled(part) for part in condition.parts}
    if (not every) in parts:
        return not every
    return None if None in parts else every


def _rule_problems(rule_set: RuleSet, known: Known) -> Iterator[Problem]:
    for place, rule in enumerate(rule_set.rules):
        path = f"rules[{place}]"
        yield from check_condition(rule.when, f"{path}.when")
        if not rule.then and not rule.stop:
            yield Problem(f"{path}.then", "rule.idle", {"rule": rule.key})
        for number, action in enumerate(rule.then):
            yield from _action_problems(f"{path}.then[{number}]", action, known)


def _action_problems(path: str, action: Action, known: Known) -> Iterator[Problem]:
    match action:
        case Route(process, team, member):
            yield from _unknown(path, "process", process, known.processes)
            yield from _unknown(path, "team", team, known.teams)
            yield from _unknown(path, "member", member, known.members)
        case Tell(dict() as to):
            for noun, keys in zip(RECIPIENT_KINDS, (known.roles, known.teams, known.members), strict=True):
                yield from _unknown(path, noun, to.get(noun), keys)
        case Open(system, template):
            yield from _unknown(path, "system", system, known.systems)
            yield from _unknown(path, "template", template, known.templates)


def _unknown(path: str, noun: str, key: str | None, known: Iterable[str]) -> Iterator[Problem]:
    if key is not None and key not in known:
        yield Problem(path, f"rule.unknown_{noun}", {"value": key, "known": ", ".join(sorted(known))})


def _leaves(condition: Condition, path: str) -> Iterator[tuple[str, Leaf]]:
    match condition:
        case Leaf():
            yield path, condition
        case Not(part):
            yield from _leaves(part, f"{path}.not")
        case All(parts) | AnyOf(parts):
            word = "all" if isinstance(condition, All) else "any"
            for place, part in enumerate(parts):
                yield from _leaves(part, f"{path}.{word}[{place}]")


def _leaf_problems(path: str, leaf: Leaf) -> Iterator[Problem]:
    fact = FACTS.get(leaf.fact)
    if fact is None:
        yield Problem(f"{path}.fact", "rule.unknown_fact", {"value": leaf.fact, "known": ", ".join(FACTS)})
    elif leaf.operator not in OPERATORS_OF[fact.type]:
        known = ", ".join(OPERATORS_OF[fact.type])
        yield Problem(
            f"{path}.is", "rule.unknown_operator", {"value": leaf.operator, "fact": leaf.fact, "known": known}
        )
    else:
        yield from _SHAPES[OPERATORS[leaf.operator]](f"{path}.value", leaf, fact)


def _no_value(path: str, leaf: Leaf, fact: Fact) -> Iterator[Problem]:
    if leaf.value is not None:
        yield Problem(path, "rule.no_value", {"operator": leaf.operator})


def _one_value(path: str, leaf: Leaf, fact: Fact) -> Iterator[Problem]:
    if isinstance(leaf.value, Scalar):
        yield from _value_problems(path, leaf.value, leaf, fact)
    else:
        yield Problem(path, "rule.needs_one_value", {"operator": leaf.operator})


def _range(path: str, leaf: Leaf, fact: Fact) -> Iterator[Problem]:
    if not isinstance(leaf.value, tuple) or len(leaf.value) != 2:
        yield Problem(path, "rule.needs_range", {"operator": leaf.operator})
        return
    problems = [problem for value in leaf.value for problem in _value_problems(path, value, leaf, fact)]
    yield from problems
    low, high = leaf.value
    if not problems and isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        yield Problem(path, "rule.empty_range", {"low": str(low), "high": str(high)})


def _several_values(path: str, leaf: Leaf, fact: Fact) -> Iterator[Problem]:
    values = values_of(leaf.value)
    if not isinstance(leaf.value, tuple) or not values:
        yield Problem(path, "rule.needs_values", {"operator": leaf.operator})
    elif len(values) > MAX_VALUES:
        yield Problem(path, "rule.too_many_values", {"limit": str(MAX_VALUES), "count": str(len(values))})
    else:
        for place, value in enumerate(values):
            yield from _value_problems(f"{path}[{place}]", value, leaf, fact)


def _pattern(path: str, leaf: Leaf, fact: Fact) -> Iterator[Problem]:
    code = pattern_problem(leaf.value) if isinstance(leaf.value, str) else "rule.needs_one_value"
    if code is not None:
        yield Problem(path, code, {"value": str(leaf.value), "operator": leaf.operator})


def _value_problems(path: str, value: Scalar, leaf: Leaf, fact: Fact) -> Iterator[Problem]:
    if kind_of(value) is not _KINDS[fact.type]:
        yield Problem(path, "rule.wrong_type", {"value": str(value), "fact": leaf.fact, "type": fact.type})
    elif isinstance(value, str) and not value.strip():
        yield Problem(path, "rule.blank_value", {"fact": leaf.fact})
    elif isinstance(value, str) and len(value) > MAX_VALUE_LENGTH:
        yield Problem(path, "rule.value_too_long", {"limit": str(MAX_VALUE_LENGTH)})
    elif fact.allowed is not None and value not in fact.allowed:
        params = {"value": str(value), "fact": leaf.fact, "known": ", ".join(fact.allowed)}
        # Beside a value that can be, one that cannot changes nothing; alone it makes the rule dead.
        yield Problem(
            path, "rule.unknown_value", params, warning=any(item in fact.allowed for item in values_of(leaf.value))
        )


_SHAPES: Mapping[Shape, Callable[[str, Leaf, Fact], Iterator[Problem]]] = {
    Shape.NOTHING: _no_value,
    Shape.ONE: _one_value,
    Shape.RANGE: _range,
    Shape.SEVERAL: _several_values,
    Shape.PATTERN: _pattern,
}
