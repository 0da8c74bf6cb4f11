"""Rules as data: a tree of conditions over facts, and the actions it leads to.

``RuleSet.rules`` are in the author's order, and position means something: the first rule that sets a value wins,
``stop`` ends the looking. Here is only the shape, made by ``rule_reader``; what the facts are is
``voxloop.rules.vocabulary``'s question.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from voxloop.domain.decision import Open, Reward, Route, Tell

INTAKE = "intake"  # the key of the set that decides when an item comes in
MOST_COUNTED = 1_000  # where counts of what came before stop: no rule tells more apart

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


Action = SetType | SetPriority | AddTag | Route | Tell | Open | Reward | HoldForReview | MarkSpam

# Effects that set one value, so that the first rule wins; all others add.
SETTINGS = ("set_type", "set_priority", "route.process", "route.team", "route.member")


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
class GoldenCase:
    """Facts, and what the set must decide of them; kept with the set and tried before it may be published.

    ``expect`` names parts of the decision (``case_reader.EXPECTED``), each with the value it must have.
    """

    title: str
    facts: Mapping[str, object]
    expect: Mapping[str, object]


@dataclass(frozen=True)
class RuleSet:
    """An ordered list of rules with keys of their own."""

    key: str
    on: str
    rules: tuple[Rule, ...]
    title: Mapping[str, str] = field(default_factory=dict)
    cases: tuple[GoldenCase, ...] = ()

    @cached_property
    def facts_asked(self) -> frozenset[str]:
        """The facts that its rules speak of."""
        return frozenset(leaf.fact for rule in self.rules for leaf in leaves(rule.when))


def effects(action: Action) -> Iterator[tuple[str, str]]:
    """What the action does, in the words of explanations: a word and a value, like ``route.team`` and ``rd_bugfix``."""
    match action:
        case SetType(value):
            yield "set_type", value
        case SetPriority(value):
            yield "set_priority", value
        case AddTag(value):
            yield "add_tag", value
        case Route():
            parts = {"process": action.process, "team": action.team, "member": action.member}
            yield from ((f"route.{part}", key) for part, key in parts.items() if key is not None)
        case Tell(via=via):
            ways = f" via {', '.join(via)}" if via else ""
            yield "cc" if action.copy else "tell", action.recipient + ways
        case Open(system, template):
            yield "open", f"{system}/{template}"
        case Reward(points):
            yield "reward", str(points)
        case HoldForReview():
            yield "hold_for_review", ""
        case MarkSpam():
            yield "mark_spam", ""


def mark(effect: str, value: str) -> str:
    """An effect as ``Explanation.because`` names it: what is set once by its word alone, what adds with its value."""
    return effect if effect in SETTINGS or not value else f"{effect} {value}"


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
