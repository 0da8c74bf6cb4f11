"""From a rule set to durable-rules documents that stay inside the engine's measured safe subset.

The engine only ever sees small integers in flat facts under names of ours, so none of its trouble with texts,
numbers, kinds and escapes can arise, and every comparison becomes exactly one of its own:

* A value is handed in as a *code* (``readings``). There is one field per fact and kind, so a number is never compared
  with a text.
* The field of an absent fact is left out, which makes its comparisons false. A negation is pushed down to the
  comparison, which is flipped and asked of a field that is always there, with a code below or above all others for
  an absent fact. So no comparison is ever true of the engine's own state.
* What is no such comparison (membership, words, patterns) is answered beforehand, once per item, and handed in as a
  *hit*: a field that is there when the condition holds, or, negated, one that is there when it does not.
* The engine fires a rule again for every way in which its alternatives are true, and takes only so many brackets. The
  alternatives of a rule with more than ``RULE_PATHS`` ways or ``RULE_BRACKETS`` brackets are answered beforehand too.
* A set of any size goes in, in groups (``groups``).

What is true least often is asked first.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voxloop.domain.rules import All, Condition, Leaf, Not, RuleSet, leaves
from voxloop.rules.evaluator import kind_of, values_of
from voxloop.rules.groups import Group, Node, grouped
from voxloop.rules.names import ALWAYS, HIT, Names
from voxloop.rules.plain import plain
from voxloop.rules.readings import Asked, Scale

RULE_PATHS = 64
RULE_BRACKETS = 15

_ALWAYS: Node = {ALWAYS: 1}
_NEVER: Node = {ALWAYS: 0}
_UNCODED = frozenset({"contains_any", "contains_all", "matches"})
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
class Compiled:
    """A rule set in the engine's terms.

    ``mentions`` are asked beforehand, by fact and number; fields of ``hits`` are there when the answer to that number
    is yes, those of ``misses`` when it is no. ``late`` are fields that are there when a condition holds, or does not.
    """

    asked: Mapping[str, Asked]
    mentions: Mapping[str, Mapping[int, Leaf]]
    hits: Mapping[str, int]
    misses: Mapping[str, int]
    late: Mapping[str, tuple[Condition, bool]]
    groups: tuple[Group, ...]


def compile_rule_set(rule_set: RuleSet) -> Compiled:
    """The engine's documents for a rule set of any size."""
    conditions = [plain(rule.when) for rule in rule_set.rules]
    of = _Translation(leaf for condition in conditions for leaf in leaves(condition))
    nodes = {place: of.rule(condition) for place, condition in enumerate(conditions)}
    groups = grouped({place: node for place, node in nodes.items() if node != _NEVER})
    return Compiled(of.asked, of.mentions, of.hits, of.misses, of.late, tuple(groups))


class _Translation:
    def __init__(self, asked: Iterable[Leaf]) -> None:
        self._names = Names()
        self.asked = _asked(asked, self._names)
        self.mentions: dict[str, dict[int, Leaf]] = {}
        self.hits: dict[str, int] = {}
        self.misses: dict[str, int] = {}
        self.late: dict[str, tuple[Condition, bool]] = {}
        self._numbers: dict[str, int] = {}
        self._fields: dict[tuple[str, bool], str] = {}

    def rule(self, when: Condition) -> Node:
        """The engine's condition of a rule, within what the engine can take of one."""
        node = self._node(when, True, alternatives=True)
        if _paths(node) <= RULE_PATHS and _brackets(node) <= RULE_BRACKETS:
            return node
        return self._node(when, True, alternatives=False)

    def _node(self, condition: Condition, wanted: bool, alternatives: bool) -> Node:
        match condition:
            case Not(part):
                return self._node(part, not wanted, alternatives)
            case Leaf(operator="not_equals") if not wanted and not alternatives:
                return self._answered_late(condition, wanted)
            case Leaf():
                return self._leaf(condition, wanted)
        every = isinstance(condition, All) is wanted
        if not every and not alternatives:
            return self._answered_late(condition, wanted)
        nodes = [self._node(part, wanted, alternatives) for part in condition.parts]
        if every:
            return _joined("$and", sorted(nodes, key=_rank), nothing=_ALWAYS, decisive=_NEVER)
        return _joined("$or", nodes, nothing=_NEVER, decisive=_ALWAYS)

    def _leaf(self, leaf: Leaf, wanted: bool) -> Node:
        asked = self.asked[leaf.fact]
        match leaf.operator:
            case "exists" | "missing":
                return {asked.known: int((leaf.operator == "exists") is wanted)}
            case "in":
                name = self._field(leaf, wanted, rare=False)
                asked.members[name] = frozenset((kind_of(value), value) for value in values_of(leaf.value)), wanted
                return {name: 1}
            case "contains_any" | "contains_all":
                return self._mentioned(leaf, wanted)
            case "matches":
                return self._answered_late(leaf, wanted)
        kind = kind_of(leaf.value)
        assert kind is not None
        return _compared(asked.scales[kind], leaf, wanted)

    def _mentioned(self, leaf: Leaf, wanted: bool) -> Node:
        number = self._numbers.setdefault(repr(leaf), len(self._numbers))
        self.mentions.setdefault(leaf.fact, {})[number] = leaf
        name = self._field(leaf, wanted, rare=wanted)
        (self.hits if wanted else self.misses)[name] = number
        return {name: 1}

    def _answered_late(self, condition: Condition, wanted: bool) -> Node:
        name = self._field(condition, wanted, rare=True)
        self.late[name] = condition, wanted
        return {name: 1}

    def _field(self, condition: Condition, wanted: bool, rare: bool) -> str:
        # By what is written, because Python holds 1, 1.0 and True for the same.
        asked = repr(condition), wanted
        if asked not in self._fields:
            self._fields[asked] = self._names.hit() if rare else self._names.field()
        return self._fields[asked]


def _asked(asked: Iterable[Leaf], names: Names) -> dict[str, Asked]:
    constants: dict[str, dict[type, set[Any]]] = {}
    for leaf in asked:
        of_fact = constants.setdefault(leaf.fact, {})
        for value in () if leaf.operator in _UNCODED else values_of(leaf.value):
            kind = kind_of(value)
            if kind is not None:
                of_fact.setdefault(kind, set()).add(value)
    return {
        fact: Asked(
            names.field(), {kind: Scale(tuple(sorted(values)), *names.fields(3)) for kind, values in of_fact.items()}
        )
        for fact, of_fact in constants.items()
    }


def _compared(scale: Scale, leaf: Leaf, wanted: bool) -> Node:
    code = scale.code(leaf.value)
    if wanted:
        return _comparison(leaf.operator, scale.plain, code)
    if leaf.operator == "not_equals":
        return {"$or": [{scale.plain: code}, {scale.low: 0}]}
    operator, end = _OPPOSITE[leaf.operator]
    return _comparison(operator, getattr(scale, end), code)


def _comparison(operator: str, name: str, code: int) -> Node:
    return {name: code} if operator == "equals" else {_WORDS[operator]: {name: code}}


def _rank(node: Node) -> int:
    """How often a node is true, roughly. Alternatives come last, so that what follows is not asked for each again."""
    (name, value), *_ = node.items()
    if name in ("$and", "$or"):
        return 4
    return 3 if name.startswith("$") else 0 if name.startswith(HIT) else 1 if value != 1 else 2


def _joined(word: str, nodes: list[Node], nothing: Node, decisive: Node) -> Node:
    flat = [part for node in nodes for part in node.get(word, [node])]
    distinct = list({repr(node): node for node in flat if node != nothing}.values())
    if decisive in distinct:
        return decisive
    return nothing if not distinct else distinct[0] if len(distinct) == 1 else {word: distinct}


def _brackets(node: Node) -> int:
    return sum(1 + sum(map(_brackets, parts)) for parts in node.values() if isinstance(parts, list))


def _paths(node: Node) -> int:
    if "$or" in node:
        return sum(map(_paths, node["$or"]))
    return math.prod(map(_paths, node.get("$and", ())))
