"""From a rule set to durable-rules documents that stay inside the engine's measured safe subset.

The engine only ever sees small integers in flat facts under names of ours, so none of its trouble with texts,
numbers, kinds and escapes can arise, and every comparison becomes exactly one of its own:

* A value is handed in as a *code*: its place among the constants that the set compares that fact with. There is one
  field per fact and kind, so a number is never compared with a text.
* The field of an absent fact is left out, which makes its comparisons false. A negation is pushed down to the
  comparison, which is flipped and asked of a field that is always there, with a code below or above all others for
  an absent fact. So no comparison is ever true of the engine's own state.
* Whatever is no such comparison (texts, lists, membership) is asked beforehand, once per item, and handed in as a
  *hit*, 0 or 1.
* The engine follows every way in which alternatives can be true as a *path* of its own and fails at 64 at once. So
  a rule with more than ``RULE_PATHS`` has its alternatives asked beforehand, which leaves it one, and rules go in
  groups of at most ``GROUP_PATHS`` paths and ``GROUP_FIELDS`` fields.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voxloop.domain.rules import All, Condition, Leaf, Not, RuleSet, leaves
from voxloop.rules.evaluator import Facts, holds, kind_of

RULE_PATHS = 8
GROUP_PATHS = 50
GROUP_FIELDS = 190

Node = dict[str, Any]

_ALWAYS: Node = {"always": 1}
_NEVER: Node = {"always": 0}
_COMPARED: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("equals", "not_equals"), (bool, float, str)),
    **dict.fromkeys(("less", "at_most", "more", "at_least"), (float,)),
}
_WORDS = {"not_equals": "$neq", "less": "$lt", "at_most": "$lte", "more": "$gt", "at_least": "$gte"}
# The opposite of each comparison, and the field to ask it of, so that it is true of an absent fact.
_OPPOSITE = {
    "equals": ("not_equals", "low"),
    "less": ("at_least", "high"),
    "at_most": ("more", "high"),
    "more": ("at_most", "low"),
    "at_least": ("less", "low"),
}


@dataclass(frozen=True)
class Scale:
    """The constants of one kind that a set compares a fact with, in order; codes are places among them, from 1."""

    name: str
    kind: type
    constants: tuple[Any, ...]

    def code(self, value: Any) -> int:
        """Even for a constant, odd for what lies between two of them; order is kept."""
        place = bisect_left(self.constants, value)
        return 2 * place + 1 + (place < len(self.constants) and self.constants[place] == value)

    def fields(self, value: object) -> dict[str, int]:
        """The fields that stand for a fact's value; one of another kind counts as absent."""
        low, high = f"{self.name}_low", f"{self.name}_high"
        if kind_of(value) is not self.kind:
            return {low: 0, high: 2 * len(self.constants) + 2}
        code = self.code(value)
        return {self.name: code, low: code, high: code}


Scales = Mapping[tuple[str, type], Scale]


@dataclass(frozen=True)
class Group:
    """Rules that go into one engine set: conditions by place in the rule set, and the fields that they read."""

    conditions: Mapping[int, Node]
    fields: frozenset[str]


@dataclass(frozen=True)
class Compiled:
    """A rule set in the engine's terms: the scales of facts, and what is asked beforehand, by field."""

    scales: Scales
    hits: Mapping[str, Condition]
    groups: tuple[Group, ...]

    def encode(self, facts: Facts) -> dict[str, int]:
        """The flat fact for the engine: only integers, 0 or more."""
        flat = {"always": 1}
        for (fact, _), scale in self.scales.items():
            flat |= scale.fields(facts.get(fact))
        for name, condition in self.hits.items():
            flat[name] = int(holds(condition, facts))
        return flat


def compile_rule_set(rule_set: RuleSet) -> Compiled:
    """The engine's documents for a rule set of any size."""
    translation = _Translation(_scales(leaf for rule in rule_set.rules for leaf in leaves(rule.when)))
    nodes = [translation.rule(rule.when) for rule in rule_set.rules]
    return Compiled(translation.scales, translation.hits, tuple(_groups(nodes)))


class _Translation:
    def __init__(self, scales: Scales) -> None:
        self.scales = scales
        self.hits: dict[str, Condition] = {}
        self._names: dict[str, str] = {}

    def rule(self, when: Condition) -> Node:
        """The engine's condition of a rule, within ``RULE_PATHS``."""
        node = self._node(when, True, alternatives=True)
        return node if _paths(node) <= RULE_PATHS else self._node(when, True, alternatives=False)

    def _node(self, condition: Condition, wanted: bool, alternatives: bool) -> Node:
        match condition:
            case Not(part):
                return self._node(part, not wanted, alternatives)
            case Leaf():
                return self._leaf(condition, wanted)
        every = isinstance(condition, All) is wanted
        if not every and not alternatives:
            return self._hit(condition, wanted)
        nodes = [self._node(part, wanted, alternatives) for part in condition.parts]
        if every:
            return _joined("$and", nodes, nothing=_ALWAYS, decisive=_NEVER)
        return _joined("$or", nodes, nothing=_NEVER, decisive=_ALWAYS)

    def _leaf(self, leaf: Leaf, wanted: bool) -> Node:
        if not _compares(leaf) or not (wanted or leaf.operator in _OPPOSITE):
            return self._hit(leaf, wanted)
        kind = kind_of(leaf.value)
        assert kind is not None
        scale = self.scales[leaf.fact, kind]
        operator, field = leaf.operator, scale.name
        if not wanted:
            operator, end = _OPPOSITE[operator]
            field = f"{field}_{end}"
        compared = {field: scale.code(leaf.value)}
        return compared if operator == "equals" else {_WORDS[operator]: compared}

    def _hit(self, condition: Condition, wanted: bool) -> Node:
        # By what is written, because Python holds 1, 1.0 and True for the same.
        name = self._names.setdefault(repr(condition), f"hit{len(self._names)}")
        self.hits[name] = condition
        return {name: int(wanted)}


def _compares(leaf: Leaf) -> bool:
    kind = kind_of(leaf.value)
    return kind in _COMPARED.get(leaf.operator, ())


def _scales(asked: Iterable[Leaf]) -> Scales:
    constants: dict[tuple[str, type], set[Any]] = {}
    for leaf in filter(_compares, asked):
        kind = kind_of(leaf.value)
        assert kind is not None
        constants.setdefault((leaf.fact, kind), set()).add(leaf.value)
    return {
        (fact, kind): Scale(f"fact{number}", kind, tuple(sorted(values)))
        for number, ((fact, kind), values) in enumerate(constants.items())
    }


def _joined(word: str, nodes: list[Node], nothing: Node, decisive: Node) -> Node:
    flat = [part for node in nodes for part in node.get(word, [node])]
    distinct = list({repr(node): node for node in flat if node != nothing}.values())
    if decisive in distinct:
        return decisive
    return nothing if not distinct else distinct[0] if len(distinct) == 1 else {word: distinct}


def _paths(node: Node) -> int:
    if "$or" in node:
        return sum(map(_paths, node["$or"]))
    return math.prod(map(_paths, node.get("$and", ())))


def _groups(nodes: list[Node]) -> Iterator[Group]:
    conditions: dict[int, Node] = {}
    fields: set[str] = set()
    paths = 0
    for place, node in enumerate(nodes):
        read = set(_fields(node))
        paths += _paths(node)
        if paths > GROUP_PATHS or len(fields | read) > GROUP_FIELDS:
            yield Group(conditions, frozenset(fields))
            conditions, fields, paths = {}, set(), _paths(node)
        conditions[place] = node
        fields |= read
    if conditions:
        yield Group(conditions, frozenset(fields))


def _fields(node: Node) -> Iterator[str]:
    for name, value in node.items():
        if isinstance(value, list):
            for part in value:
                yield from _fields(part)
        elif isinstance(value, dict):
            yield from value
        else:
            yield name
