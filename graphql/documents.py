"""Parsing and checking a query once: what came of it is kept, the errors too, for the texts that come again."""

from collections.abc import Iterator
from functools import lru_cache

from graphql import ASTValidationRule, DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from voxloop.graphql.limits import MAX_TOKENS, AliasLimit, DepthLimit

_KEPT = 256
_LONGEST_KEPT = 20_000
_RULES: tuple[type[ASTValidationRule], ...] = (DepthLimit, AliasLimit, *specified_rules)
Prepared = tuple[DocumentNode | None, tuple[GraphQLError, ...]]


class Documents(SchemaExtension):
    """Puts the prepared document into the execution, so that Strawberry neither parses nor checks it again."""

    def on_parse(self) -> Iterator[None]:
        """Prepare the document. One that cannot be parsed is left to Strawberry, whose parser then says why."""
        execution = self.execution_context
        execution.parse_options["max_tokens"] = MAX_TOKENS
        query = execution.query or ""
        prepare = _prepare if len(query) <= _LONGEST_KEPT else _prepare.__wrapped__
        execution.graphql_document, self._errors = prepare(execution.schema._schema, query)
        yield

    def on_validate(self) -> Iterator[None]:
        """Hand over what is wrong with it."""
        self.execution_context.pre_execution_errors = list(self._errors)
        yield


@lru_cache(maxsize=_KEPT)
def _prepare(schema: GraphQLSchema, query: str) -> Prepared:
    try:
        document = parse(query, max_tokens=MAX_TOKENS)
        return document, tuple(map(_coded, validate_document(schema, document, _RULES)))
    except GraphQLError:
        return None, ()


def _coded(error: GraphQLError) -> GraphQLError:
    error.extensions = {**(error.extensions or {}), "code": "GRAPHQL_VALIDATION_FAILED"}
    return error
