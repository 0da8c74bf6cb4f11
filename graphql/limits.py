"""How large a query may be. One static class for each rule: the cache of checked documents depends on it.

Each fragment is looked into once, so that a small document cannot make a large walk.
"""

from collections.abc import Callable
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
)

MAX_DEPTH = 12
MAX_ALIASES = 30
MAX_TOKENS = 2000

_Fragments = dict[str, FragmentDefinitionNode]


class DepthLimit(ASTValidationRule):
    """Fields lie at most ``MAX_DEPTH`` deep. Introspection is deeper by nature, and reads only the schema."""

    def enter_document(self, node: DocumentNode, *_: Any) -> None:
        fragments = _fragments(node)
        depths: dict[str, int] = {}
        for operation in node.definitions:
            if isinstance(operation, OperationDefinitionNode):
                depth = _depth(operation.selection_set, fragments, depths)
                if depth > MAX_DEPTH:
                    message = f"The query is {depth} levels deep; at most {MAX_DEPTH} are possible."
                    self.report_error(GraphQLError(message, operation))


class AliasLimit(ASTValidationRule):
    """A document has at most ``MAX_ALIASES`` aliases, each counted as often as its fragment is spread."""

    def enter_document(self, node: DocumentNode, *_: Any) -> None:
        fragments = _fragments(node)
        counts: dict[str, int] = {}
        for operation in node.definitions:
            if isinstance(operation, OperationDefinitionNode):
                count = _aliases(operation.selection_set, fragments, counts)
                if count > MAX_ALIASES:
                    message = f"The query has {count} aliases; at most {MAX_ALIASES} are possible."
                    self.report_error(GraphQLError(message, operation))


def _fragments(document: DocumentNode) -> _Fragments:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def _depth(selections: SelectionSetNode | None, fragments: _Fragments, known: dict[str, int]) -> int:
    def of(node: Node) -> int:
        if isinstance(node, FieldNode):
            hidden = node.name.value.startswith("__")
            return 0 if hidden else 1 + _depth(node.selection_set, fragments, known)
        return _inside(node, fragments, known, _depth)

    return max(map(of, selections.selections), default=0) if selections else 0


def _aliases(selections: SelectionSetNode | None, fragments: _Fragments, known: dict[str, int]) -> int:
    def of(node: Node) -> int:
        if isinstance(node, FieldNode):
            return (node.alias is not None) + _aliases(node.selection_set, fragments, known)
        return _inside(node, fragments, known, _aliases)

    return sum(map(of, selections.selections)) if selections else 0


def _inside(node: Any, fragments: _Fragments, known: dict[str, int], measure: Callable[..., int]) -> int:
    """The measure of a fragment, taken once; a fragment within itself counts nothing, and another rule refuses it."""
    if not isinstance(node, FragmentSpreadNode):
        return measure(node.selection_set, fragments, known)
    name = node.name.value
    if name not in known:
        known[name] = 0
        fragment = fragments.get(name)
        known[name] = measure(fragment.selection_set, fragments, known) if fragment else 0
    return known[name]
