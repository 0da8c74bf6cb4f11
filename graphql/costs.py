"""What a query costs: the objects that its answer can hold, worked out from the document and its variables alone.

The cost of a document is compiled once; only the sizes that variables give are worked out for each request. A
fragment's cost is shared by its spreads, so that compiling takes as long as the document is, whatever it expands to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, IntValueNode, ListValueNode, ValueNode, VariableNode

_SIZES = ("first", "last", "ids", "days")
_HEAVY = {
    "Query.statistics": 2_500,
    "Query.figure": 2_500,
    "Query.simulateRules": 5_000,
    "Query.calendarDue": 500,  # counts through as much as ten years
    "Query.calendarElapsed": 500,
    "Query.explainDecision": 100,  # each reads a rule set
    "Query.migrationPreview": 5_000,
    "Query.processTraffic": 100,  # for each day
    "View.count": 1_000,  # a statement each
    "Document.body": 1_000,
    "Document.drawing": 1_000,
    "Document.differences": 1_000,
    "DocumentDiff.differences": 1_000,
}
_FOR_EACH_DAY = {"Document.drawing": _HEAVY["Query.processTraffic"]}


@dataclass(frozen=True)
class Size:
    """How many entries a list has: the most that these variables say, ``otherwise`` where they say nothing."""

    names: tuple[str, ...]
    otherwise: int

    def of(self, variables: Mapping[str, Any]) -> int:
        """The size with these variables, which may be of any type still."""
        given = [variables.get(name) for name in self.names]
        sizes = [len(value) if isinstance(value, list) else value for value in given]
        return max((max(size, 0) for size in sizes if isinstance(size, int)), default=self.otherwise)


@dataclass(frozen=True)
class Cost:
    """``constant``, and parts that cost as often as their size says."""

    constant: int = 0
    parts: tuple[tuple[Size | int, "Cost"], ...] = ()

    def of(self, variables: Mapping[str, Any]) -> int:
        """The cost with these variables."""
        return self.constant + sum(
            (size if isinstance(size, int) else size.of(variables)) * cost.of(variables) for size, cost in self.parts
        )

    def times(self, size: Size | int) -> "Cost":
        """The cost of so many."""
        if isinstance(size, int) and not self.parts:
            return Cost(size * self.constant)
        return Cost(0, ((size, self),))

    @classmethod
    def total(cls, costs: Iterable["Cost"]) -> "Cost":
        """The costs together; those that depend on variables stay shared."""
        listed = list(costs)
        fixed = sum(cost.constant for cost in listed if not cost.parts)
        return cls(fixed, tuple((1, cost) for cost in listed if cost.parts))


NOTHING = Cost()


def own_cost(parent: object, name: str, usual: int = 1) -> Cost:
    """What a field of ``parent`` costs that answers with an object: one, or more where much is read for it."""
    return Cost(_HEAVY.get(f"{parent}.{name}", usual))


def leaf_cost(node: FieldNode, field: GraphQLField, parent: object) -> Cost:
    """What a field costs that answers with a value: nothing, unless much is read for it, by days maybe."""
    own, each = own_cost(parent, node.name.value, usual=0), _FOR_EACH_DAY.get(f"{parent}.{node.name.value}")
    return own if each is None else Cost.total((own, Cost(each).times(list_size(node, field, 0))))


def list_size(node: FieldNode, field: GraphQLField, usual: int) -> Size | int:
    """How many entries a list field has at most: as its arguments say, else as they say by default, else ``usual``."""
    given = [argument.value for argument in node.arguments or () if argument.name.value in _SIZES]
    defaults = [field.args[name].default_value for name in _SIZES if name in field.args]
    otherwise = next((value for value in defaults if isinstance(value, int)), usual)
    names = tuple(value.name.value for value in given if isinstance(value, VariableNode))
    written = max((size for size in map(_written, given) if size is not None), default=otherwise)
    return Size(names, written) if names else written


def _written(value: ValueNode) -> int | None:
    if isinstance(value, ListValueNode):
        return len(value.values)
    return max(int(value.value), 0) if isinstance(value, IntValueNode) else None
