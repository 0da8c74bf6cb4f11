"""What a query selects below a field, so that everything a list needs is fetched before its resolvers run.

Each fragment is looked into once per selection set, so that a small document cannot make a large walk.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from graphql import FieldNode, FragmentSpreadNode, GraphQLResolveInfo, SelectionNode
from strawberry.types.nodes import convert_arguments

from voxloop.graphql.context import Info


class Selection:
    """The fields that are selected below some field nodes, by their names in the schema."""

    def __init__(self, info: GraphQLResolveInfo[Any], nodes: Iterable[FieldNode]) -> None:
        self._info, self._nodes = info, tuple(nodes)
        self._known: dict[str, Selection] = {}

    def __iter__(self) -> Iterator[str]:
        """The names of the fields that are selected."""
        return iter(self._fields)

    def __contains__(self, path: str) -> bool:
        """Whether something is selected at a path like ``edges.node``."""
        name, _, rest = path.partition(".")
        return name in self._fields and (not rest or rest in self._below(name))

    def at(self, *paths: str) -> "Selection":
        """What is selected below these paths, taken together."""
        found: list[FieldNode] = []
        for path in paths:
            selection = self
            for name in path.split("."):
                selection = selection._below(name)
            found += selection._nodes
        return Selection(self._info, found)

    def most(self, argument: str, default: int) -> int:
        """The greatest value that the fields give to an argument; ``default`` where one gives none."""
        given = [convert_arguments(self._info, node.arguments).get(argument) for node in self._nodes]
        return max((default if value is None else int(value) for value in given), default=default)

    def _below(self, name: str) -> "Selection":
        if name not in self._known:
            self._known[name] = Selection(self._info, self._fields.get(name, ()))
        return self._known[name]

    @cached_property
    def _fields(self) -> dict[str, list[FieldNode]]:
        fields: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        waiting: list[SelectionNode] = [
            child for node in self._nodes if node.selection_set for child in node.selection_set.selections
        ]
        for node in waiting:  # grows while it is read
            if isinstance(node, FieldNode):
                fields.setdefault(node.name.value, []).append(node)
            else:
                waiting += self._inside(node, seen)
        return fields

    def _inside(self, node: SelectionNode, seen: set[str]) -> Iterable[SelectionNode]:
        fragment: Any = node
        if isinstance(node, FragmentSpreadNode):
            if node.name.value in seen:
                return ()
            seen.add(node.name.value)
            fragment = self._info.fragments[node.name.value]
        return tuple(fragment.selection_set.selections)


def selection(info: Info) -> Selection:
    """What is selected below the field that is being resolved."""
    raw = info._raw_info
    return Selection(raw, raw.field_nodes)
