"""Execution by whichever transport: what it answers may be seen, and a stream ends when its reader's rights change."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionContext, ExecutionResult

from voxloop.graphql.context import Context
from voxloop.graphql.errors import RequestRefused, refusal_of, shown
from voxloop.graphql.inputs import make_ready
from voxloop.graphql.prepared import Documents


class Schema(strawberry.Schema):
    """Leaves the logging of errors to ``shown``, which knows which of them were unforeseen, and runs no extensions."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        make_ready(self._schema)

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> Documents:
        return Documents(execution_context, extensions)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        pass

    async def execute(self, *given: Any, **named: Any) -> ExecutionResult:
        """Execute once, given as Strawberry says.

        Raises:
            RequestRefused: there is nothing in it that may be executed.
        """
        try:
            return _presented(await super().execute(*given, **named), named["context_value"])
        except Exception as error:
            raise refusal_of(error) or error from error

    async def stream(self, *given: Any, **named: Any) -> StreamResult:
        """The results of an operation of any kind, given as Strawberry says."""
        return _stream(await super().stream(*given, **named), named["context_value"])


async def _stream(results: StreamResult, context: Context) -> AsyncGenerator[ExecutionResult]:
    fresh = True
    async with aclosing(results):
        async for result in results:
            if not fresh and await context.viewer_now() != context.viewer:
                yield _presented(ExecutionResult(None, [RequestRefused("rights_changed", "RIGHTS_CHANGED")]), context)
                return
            yield _presented(cast(ExecutionResult, result), context)
            fresh = False


def _presented(result: ExecutionResult, context: Context) -> ExecutionResult:
    if result.errors:
        result.errors = [shown(error, context.language) for error in result.errors]
    return result
