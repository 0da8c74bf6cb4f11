"""Parsing and checking a query once: what came of it is kept, the errors too, for the texts that come again."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules
from strawberry.extensions.context import (
    ExecutingContextManager,
    OperationContextManager,
    ParsingContextManager,
    StreamResultContextManager,
    ValidationContextManager,
)
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.schema import validate_document
from strawberry.types import ExecutionContext, StreamExecutionResult
from strawberry.types.graphql import OperationType

from voxloop.graphql.bounds import LONGEST_KEPT, MAX_COST, MAX_TOKENS, MOST_KEPT
from voxloop.graphql.errors import BAD_REQUEST, RequestRefused
from voxloop.graphql.limits import Measured, Walk, measure, too_expensive


@dataclass(frozen=True)
class Prepared:
    """A document that was parsed, what is wrong with it, and what its operations cost."""

    document: DocumentNode
    errors: tuple[GraphQLError, ...]
    measured: Measured


class _Phase(
    OperationContextManager,
    ParsingContextManager,
    ValidationContextManager,
    ExecutingContextManager,
    StreamResultContextManager,
):
    """Any phase of Strawberry's execution: nothing is done on entering and on leaving it."""

    def __init__(self) -> None:
        pass

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *_: object) -> None:
        pass


_PHASE = _Phase()


class Documents(SchemaExtensionsRunner):
    """Puts the prepared document into the execution, so that Strawberry neither parses nor checks it again.

    It stands where Strawberry would run extensions, of which there are none: running them would cost more than this.
    """

    _prepared: Prepared | None = None
    _cost: int | None = None

    def operation(self) -> OperationContextManager:
        return _PHASE

    def parsing(self) -> ParsingContextManager:
        """Prepare the document. One that cannot be parsed is left to Strawberry, whose parser then says why."""
        execution = self.execution_context
        execution.parse_options["max_tokens"] = MAX_TOKENS
        query = execution.query or ""
        prepare = _prepare if len(query) <= LONGEST_KEPT else _prepare.__wrapped__
        self._prepared = prepare(execution.schema._schema, query)
        execution.graphql_document = self._prepared.document if self._prepared else None
        return _PHASE

    def validation(self) -> ValidationContextManager:
        """Hand over what is wrong with it, or with what it costs."""
        assert self._prepared is not None
        self.execution_context.pre_execution_errors = list(self._prepared.errors or self._over_budget())
        return _PHASE

    def executing(self) -> ExecutingContextManager:
        return _PHASE

    def on_stream_result(self, result: StreamExecutionResult) -> StreamResultContextManager:
        return _PHASE

    async def get_extensions_results(self, ctx: ExecutionContext) -> dict[str, Any]:
        """What the operation costs, as Saleor says it."""
        if self._cost is None or ctx.operation_type is OperationType.SUBSCRIPTION:
            return {}
        return {"cost": {"requestedQueryCost": self._cost, "maximumAvailable": MAX_COST}}

    def _over_budget(self) -> Iterator[GraphQLError]:
        execution = self.execution_context
        operations = self._prepared.measured.operations if self._prepared else {}
        if len(operations) > 1 and execution._provided_operation_name is None:
            yield RequestRefused("no_operation", BAD_REQUEST)
            return
        self._cost = operations[execution.operation_name].cost_with(execution.variables)
        refused = too_expensive(self._cost)
        if refused is not None:
            yield refused


def problems(schema: GraphQLSchema, query: str) -> list[str]:
    """What is wrong with a document, as sentences; nothing when it can be executed."""
    prepared = _prepare(schema, query)
    if prepared is not None:
        return [error.message for error in prepared.errors]
    try:
        parse(query, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        return [error.message]
    raise AssertionError(query)


@lru_cache(maxsize=MOST_KEPT)
def _prepare(schema: GraphQLSchema, query: str) -> Prepared | None:
    try:
        document = parse(query, max_tokens=MAX_TOKENS)
    except GraphQLError:
        return None
    measured = measure(document, Walk(schema, document))
    errors = measured.refused or map(_coded, validate_document(schema, document, tuple(specified_rules)))
    return Prepared(document, tuple(errors), measured)


def _coded(error: GraphQLError) -> GraphQLError:
    error.extensions = {**(error.extensions or {}), "code": "GRAPHQL_VALIDATION_FAILED"}
    return error
