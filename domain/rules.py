"""Rules as data: a tree of conditions over facts, and the actions it leads to.

``RuleSet.rules`` are in the author's order, and position means something: the first rule that sets a value wins,
``stop`` ends the looking. Here is only the shape and its limits; what the facts are is
``voxloop.rules.vocabulary``'s question.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from voxloop.domain.decision import Open, Route, Tell, read_tell
from voxloop.domain.feedback import FeedbackType, Priority
from voxloop.domain.problems import InvalidDocument, Problem
from voxloop.domain.reading import Place
from voxloop.domain.texts import LANGUAGES

MAX_RULES = 2_000
MAX_CONDITIONS = 16
MAX_DEPTH = 5
MAX_NODES = 4 * MAX_CONDITIONS
CRM = "crm"

Scalar = str | int | float | bool
Value = Scalar | tuple[Scalar, ...] | None


@dataclass(frozen=True)
class Leaf:
    """One comparison of a fact; ``value`` is None for operators that need none."""

    fact: str
    operator: str
    value: Value = None


@dataclass(frozen=True)
class All:
    """Holds when every part holds; without parts: always."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """Holds when some part holds; without parts: never."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """Holds when its part does not."""

    part: "Condition"


Condition = Leaf | All | AnyOf | Not


@dataclass(frozen=True)
class SetType:
    value: str


@dataclass(frozen=True)
class SetPriority:
    value: str


@dataclass(frozen=True)
class AddTag:
    value: str


@dataclass(frozen=True)
class HoldForReview:
    """A person looks at the item before anything else happens."""


@dataclass(frozen=True)
class MarkSpam:
    """The item is advertising or noise."""


Action = SetType | SetPriority | AddTag | Route | Tell | Open | HoldForReview | MarkSpam


class Occasion(StrEnum):
    """When a rule set is looked at."""

    RECEIVED = "received"
    CUSTOMER_REPLIED = "customer_replied"
    REOPENED = "reopened"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Rule:
    """``title`` by language. After a rule with ``stop`` that fires, later rules are not looked at."""

    key: str
    title: Mapping[str, str]
    when: Condition
    then: tuple[Action, ...]
    stop: bool = False


@dataclass(frozen=True)
class RuleSet:
    """An ordered list of rules with keys of their own."""

    key: str
    on: str
    rules: tuple[Rule, ...]


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every comparison in the tree, in reading order."""
    match condition:
        case Leaf():
            yield condition
        case Not(part):
            yield from leaves(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)


def as_document(condition: Condition) -> dict[str, object]:
    """The condition as an author would write it; ``read_condition`` reads it back."""
    match condition:
        case Leaf(fact, operator, value):
            written: dict[str, object] = {"fact": fact, "is": operator}
            return written if value is None else written | {"value": list(value) if isinstance(value, tuple) else value}
        case Not(part):
            return {"not": as_document(part)}
        case All(parts):
            return {"all": [as_document(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [as_document(part) for part in parts]}


def read_rule_set(body: Mapping[str, object]) -> RuleSet:
    """The rule set of a document.

    Raises:
        InvalidDocument: everything that cannot be read, each with its path.
    """
    problems: list[Problem] = []
    # YAML 1.1 readers take the key ``on`` for a boolean.
    table = {"on" if str(name) == "True" else name: value for name, value in body.items()}
    fields = Place(table, "", problems).fields(("key", "rules"), ("on",))
    key, rules = fields["key"].key(), fields["rules"].items()
    if len(rules) > MAX_RULES:
        fields["rules"].wrong("rule.too_many_rules", limit=str(MAX_RULES))
        raise InvalidDocument(problems)
    occasion = fields["on"].word(Occasion) or Occasion.RECEIVED
    rule_set = RuleSet(key, occasion.value, tuple(_rule(place) for place in rules))
    if problems:
        raise InvalidDocument(problems)
    return rule_set


def read_condition(value: object, path: str) -> Condition | list[Problem]:
    """The condition written at ``path`` of a document, or everything that is wrong with it (never an empty list)."""
    problems: list[Problem] = []
    condition = _bounded_condition(Place(value, path, problems))
    return problems or condition


def _rule(place: Place) -> Rule:
    fields = place.fields(("key", "title", "when", "then"), ("stop",))
    title = {language: text.text() for language, text in fields["title"].fields(LANGUAGES).items()}
    when = _bounded_condition(fields["when"])
    then = [action for item in fields["then"].items() for action in _action(item)]
    return Rule(fields["key"].key(), title, when, tuple(then), _flag(fields["stop"]))


def _bounded_condition(place: Place) -> Condition:
    nodes = written = 0
    waiting = [place.value]
    while waiting:
        node = waiting.pop()
        nodes += isinstance(node, list | tuple | Mapping)
        if isinstance(node, list | tuple):
            waiting += node[: MAX_NODES + 1]
        elif isinstance(node, Mapping):
            written += "fact" in node
            waiting += [node[name] for name in ("all", "any", "not") if name in node]
        if written > MAX_CONDITIONS or nodes > MAX_NODES:
            place.wrong("rule.too_many_conditions", limit=str(MAX_CONDITIONS))
            return AnyOf(())
    return _condition(place, MAX_DEPTH)


def _condition(place: Place, depth: int) -> Condition:
    table = place.value if isinstance(place.value, Mapping) else {}
    if depth == 0:
        place.wrong("rule.too_deep", limit=str(MAX_DEPTH))
    elif "all" in table:
        return All(_parts(place.fields(("all",))["all"], depth - 1))
    elif "any" in table:
        return AnyOf(_parts(place.fields(("any",))["any"], depth - 1))
    elif "not" in table:
        return Not(_condition(place.fields(("not",))["not"], depth - 1))
    elif place.value is not None:
        return _leaf(place)
    return AnyOf(())


def _parts(place: Place, depth: int) -> tuple[Condition, ...]:
    return tuple(_condition(part, depth) for part in place.items())


def _leaf(place: Place) -> Leaf:
    fields = place.fields(("fact", "is"), ("value",))
    return Leaf(fields["fact"].text(), fields["is"].text(), _value(fields["value"]))


def _value(place: Place) -> Value:
    if place.value is None or isinstance(place.value, Scalar):
        return place.value
    if isinstance(place.value, list | tuple):
        values = [_scalar(part) for part in place.items()]
        return tuple(value for value in values if value is not None)
    place.wrong("rule.not_a_value")
    return None


def _scalar(place: Place) -> Scalar | None:
    if isinstance(place.value, Scalar):
        return place.value
    place.wrong("rule.not_a_value")
    return None


def _action(place: Place) -> Iterator[Action]:
    table = place.value if isinstance(place.value, Mapping) else {}
    if len(table) != 1:
        place.wrong("rule.one_action", known=", ".join(_ACTIONS))
        return
    for name, inner in place.fields((), tuple(_ACTIONS)).items():
        if name in table:
            inner.needed()
            yield _ACTIONS[name](inner)


def _flag(place: Place) -> bool:
    if place.value is not None and not isinstance(place.value, bool):
        place.wrong("rule.not_a_flag")
    return place.value is True


def _set_type(place: Place) -> SetType:
    return SetType(place.word(FeedbackType) or "")


def _set_priority(place: Place) -> SetPriority:
    return SetPriority(place.word(Priority) or "")


def _route(place: Place) -> Route:
    parts = place.fields((), ("process", "team", "member"))
    if isinstance(place.value, Mapping) and all(part.value is None for part in parts.values()):
        place.wrong("rule.empty_route")
    return Route(**{name: part.key() for name, part in parts.items() if part.value is not None})


def _open(place: Place) -> Open:
    fields = place.fields(("system", "template"))
    return Open(fields["system"].key(), fields["template"].key())


def _follow_up(place: Place) -> Open:
    return Open(CRM, place.fields(("template",))["template"].key())


def _bare(action: Action) -> Callable[[Place], Action]:
    def read(place: Place) -> Action:
        if place.value is not True:
            place.wrong("rule.only_true")
        return action

    return read


_ACTIONS: Mapping[str, Callable[[Place], Action]] = {
    "set_type": _set_type,
    "set_priority": _set_priority,
    "add_tag": lambda place: AddTag(place.text()),
    "route": _route,
    "tell": read_tell,
    "open": _open,
    "follow_up": _follow_up,
    "hold_for_review": _bare(HoldForReview()),
    "mark_spam": _bare(MarkSpam()),
}
