"""How large a query is, measured before anything else is done with it, and what of that is too much.

Each fragment is looked into once, however often it is spread, so that a small document cannot make a large walk.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    TypeNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    value_from_ast_untyped,
)

from voxloop.graphql import bounds
from voxloop.graphql.connections import DEFAULT_PAGE
from voxloop.graphql.costs import NOTHING, Cost, leaf_cost, list_size, own_cost
from voxloop.graphql.errors import RequestRefused

_USUAL_LIST = 10
_MOST_TOLD = 1_000_000


@dataclass(frozen=True)
class Measure:
    """What selections expand to. ``row``: the cost of one entry, for what is selected of a page."""

    depth: int = 0
    top: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    cost: Cost = NOTHING
    row: Cost = NOTHING

    @classmethod
    def total(cls, measures: Iterable["Measure"]) -> "Measure":
        """Selections side by side."""
        all_ = list(measures)
        return cls(
            max((each.depth for each in all_), default=0),
            sum(each.top for each in all_),
            sum(each.fields for each in all_),
            sum(each.aliases for each in all_),
            sum(each.directives for each in all_),
            Cost.total(each.cost for each in all_),
            Cost.total(each.row for each in all_),
        )


class Walk:
    """One walk through a document. Types that the schema does not have cost nothing; validation refuses them."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, Measure] = {}

    def operation(self, node: OperationDefinitionNode) -> Measure:
        """The measure of an operation."""
        root = self._schema.get_root_type(node.operation)
        measure = self._selections(node.selection_set, root)
        return replace(measure, directives=measure.directives + len(node.directives or ()))

    def fragment(self, node: FragmentDefinitionNode) -> Measure:
        """The measure of a fragment, asked for once."""
        return self._selections(node.selection_set, self._type(node.type_condition))

    def _selections(self, node: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Measure:
        return Measure.total(self._selection(child, parent) for child in node.selections) if node else Measure()

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None) -> Measure:
        if isinstance(node, FieldNode):
            measure = self._field(node, parent)
        elif isinstance(node, FragmentSpreadNode):
            measure = self._spread(node.name.value)
        else:
            assert isinstance(node, InlineFragmentNode)
            measure = self._selections(node.selection_set, self._type(node.type_condition) or parent)
        return replace(measure, directives=measure.directives + len(node.directives or ()))

    def _spread(self, name: str) -> Measure:
        """A fragment within itself counts nothing: another rule refuses it."""
        if name not in self._known:
            self._known[name] = Measure()
            if name in self._fragments:
                self._known[name] = self.fragment(self._fragments[name])
        return self._known[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Measure:
        field = getattr(parent, "fields", {}).get(node.name.value)
        inner = self._selections(node.selection_set, get_named_type(field.type) if field else None)
        cost, row = _cost(node, field, inner, parent)
        return Measure(
            depth=0 if node.name.value.startswith("__") else 1 + inner.depth,
            top=1,
            fields=1 + inner.fields,
            aliases=(node.alias is not None) + inner.aliases,
            directives=inner.directives,
            cost=cost,
            row=row,
        )

    def _type(self, node: TypeNode | None) -> GraphQLNamedType | None:
        return self._schema.get_type(node.name.value) if node else None  # type: ignore[attr-defined]  # a name


def _cost(node: FieldNode, field: Any, inner: Measure, parent: GraphQLNamedType | None) -> tuple[Cost, Cost]:
    """What a field costs once, and for each entry of the page that it belongs to."""
    if field is None:
        return NOTHING, NOTHING
    if is_leaf_type(get_named_type(field.type)):
        return leaf_cost(node, field, parent), NOTHING
    own = Cost.total((own_cost(parent, node.name.value), inner.cost))
    type_ = field.type.of_type if is_non_null_type(field.type) else field.type
    if str(type_).endswith("Connection"):
        return Cost.total((own, inner.row.times(list_size(node, field, DEFAULT_PAGE)))), NOTHING
    if not is_list_type(type_):
        return own, NOTHING
    if str(parent).endswith("Connection"):
        return NOTHING, own
    return own.times(list_size(node, field, _USUAL_LIST)), NOTHING


@dataclass(frozen=True)
class Operation:
    """The cost of one operation, and what its variables are by default."""

    cost: Cost
    defaults: Mapping[str, Any]

    def cost_with(self, variables: Mapping[str, Any] | None) -> int:
        """What it costs with these variables."""
        return self.cost.of({**self.defaults, **(variables or {})})


@dataclass(frozen=True)
class Measured:
    """What a document is refused for, and the operations of one that is not, by their names."""

    refused: tuple[RequestRefused, ...]
    operations: Mapping[str | None, Operation]


def measure(document: DocumentNode, walk: Walk) -> Measured:
    """Measure a document by one walk."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    try:
        found = [(node, walk.operation(node)) for node in operations]
    except RecursionError:
        return Measured((_refused("nesting", bounds.MAX_TOKENS, bounds.MAX_DEPTH, None),), {})
    refused = tuple(error for node, measure in found for error in _excess(node, measure))
    named = {
        node.name.value if node.name else None: Operation(measure.cost, _defaults(node)) for node, measure in found
    }
    return Measured(refused, {} if refused else named)


def too_expensive(cost: int) -> RequestRefused | None:
    """What is said of a cost that is too high."""
    return _refused("cost", cost, bounds.MAX_COST, None) if cost > bounds.MAX_COST else None


def _excess(node: OperationDefinitionNode, measure: Measure) -> Iterator[RequestRefused]:
    changes = node.operation is OperationType.MUTATION
    for name, found, maximum in (
        ("depth", measure.depth, bounds.MAX_DEPTH),
        ("root_fields", measure.top, bounds.MAX_ROOT_FIELDS),
        ("mutations", measure.top if changes else 0, bounds.MAX_MUTATIONS),
        ("fields", measure.fields, bounds.MAX_FIELDS),
        ("aliases", measure.aliases, bounds.MAX_ALIASES),
        ("directives", measure.directives, bounds.MAX_DIRECTIVES),
    ):
        if found > maximum:
            yield _refused(name, found, maximum, node)


def _refused(name: str, found: int, maximum: int, node: OperationDefinitionNode | None) -> RequestRefused:
    told = {"limit": name, "requested": min(found, _MOST_TOLD), "maximum": maximum}
    return RequestRefused(
        f"limit.{name}", "QUERY_TOO_LARGE", node=node, told=told, found=told["requested"], maximum=maximum
    )


def _defaults(node: OperationDefinitionNode) -> dict[str, Any]:
    return {
        variable.variable.name.value: value_from_ast_untyped(variable.default_value)
        for variable in node.variable_definitions or ()
        if variable.default_value
    }
