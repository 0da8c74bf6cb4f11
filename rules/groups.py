"""Which rules go into one engine set: as many as are safe, since each set that is asked about an item takes time.

The engine keeps a tree in which conditions that begin alike share the beginning. It goes through it depth first, and
fails when more than 64 conditions that hold wait at once to be followed further.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voxloop.rules.names import HIT

GROUP_RULES = 50
GROUP_FIELDS = 190
GROUP_WAITING = 60

Node = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """Conditions by place in the rule set, and the fields that they read; ``hits_only``: none holds without a hit."""

    conditions: Mapping[int, Node]
    fields: frozenset[str]
    hits_only: bool


def grouped(nodes: Mapping[int, Node]) -> Iterator[Group]:
    """Groups of conditions by place; those come first that can only hold when some hit is there."""
    needing = {place for place, node in nodes.items() if _needs_hit(node)}
    group, tree = Group({}, frozenset(), True), _Tree()
    for place in sorted(nodes, key=lambda place: place not in needing):
        node = nodes[place]
        tree.grow(node)
        fuller = _with(group, place, node, place in needing)
        if len(fuller.conditions) > GROUP_RULES or len(fuller.fields) > GROUP_FIELDS or tree.waiting() > GROUP_WAITING:
            yield group
            tree = _Tree()
            tree.grow(node)
            fuller = _with(Group({}, frozenset(), True), place, node, place in needing)
        group = fuller
    if group.conditions:
        yield group


class _Tree:
    """The tree that the engine makes of conditions."""

    def __init__(self) -> None:
        self._branches: dict[object, _Tree] = {}
        self._waiting: int | None = None

    def grow(self, node: Node) -> "_Tree":
        """Adds a condition; where it ends."""
        if "$and" in node:
            end = self
            for part in node["$and"]:
                end = end.grow(part)
            return end
        if "$or" in node:
            end = _Tree()
            for part in node["$or"]:
                self.grow(part)._branch(end, end)
            return end
        return self._branch(repr(node), _Tree())

    def waiting(self) -> int:
        """How many conditions wait at most at once when all of them hold."""
        if self._waiting is None:
            others = max(0, len(self._branches) - 1)
            self._waiting = others + max((1, *(branch.waiting() for branch in self._branches.values())))
        return self._waiting

    def _branch(self, to: object, tree: "_Tree") -> "_Tree":
        self._waiting = None
        return self._branches.setdefault(to, tree)


def _with(group: Group, place: int, node: Node, needs: bool) -> Group:
    fields = group.fields.union(fields_of(node))
    return Group({**group.conditions, place: node}, fields, group.hits_only and needs)


def _needs_hit(node: Node) -> bool:
    if "$and" in node:
        return any(map(_needs_hit, node["$and"]))
    if "$or" in node:
        return all(map(_needs_hit, node["$or"]))
    return any(name.startswith(HIT) for name in node)


def fields_of(node: Node) -> Iterator[str]:
    """Names of the fields that a condition reads."""
    for name, value in node.items():
        if isinstance(value, list):
            for part in value:
                yield from fields_of(part)
        elif isinstance(value, dict):
            yield from value
        else:
            yield name
