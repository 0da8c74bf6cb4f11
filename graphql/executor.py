"""graphql-core's executor without incremental delivery, which asks the plans of its document first."""

from functools import lru_cache
from typing import Any

from graphql import GraphQLObjectType
from graphql.execution import Executor as CoreExecutor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from voxloop.graphql.bounds import LONGEST_KEPT, MOST_KEPT
from voxloop.graphql.plans import Group, Plan, Plans, Run


class Executor(CoreExecutor[Any]):
    """Executes one operation of a document, by its plans if it has some."""

    # What Strawberry adds for its resolvers: the operation's extensions, and variables as a plain dictionary.
    build_resolve_info = StrawberryGraphQLCoreExecutionContext.build_resolve_info

    def __init__(self, *given: Any, operation_extensions: dict[str, Any] | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self.operation_extensions = operation_extensions
        if self.middleware_manager is not None and not self.middleware_manager.middlewares:
            self.middleware_manager = None
        self._plans: Plans | None = None
        if self.middleware_manager is None and self.operation.loc is not None:
            self._plans = plans_of(self.operation.loc.source.body)
        self._runs: dict[Plan, Run] = {}

    def complete_object_value(self, return_type: GraphQLObjectType, field_details_list: Group, *given: Any) -> Any:
        if self._plans is not None:
            source = given[2]
            try:
                plan = self._plans.of(self, return_type, field_details_list)
                if plan is not None:
                    if plan not in self._runs:
                        self._runs[plan] = plan.run(self)
                    return plan.complete(source, self._runs[plan])
            except Exception:
                self._plans.dropped += 1
                self._plans = None  # what is wrong is found and told below
        return super().complete_object_value(return_type, field_details_list, *given)


def plans_of(document: str) -> Plans | None:
    """The plans of a document; None for one that is too long to be kept."""
    return _plans_of(document) if len(document) <= LONGEST_KEPT else None


@lru_cache(maxsize=MOST_KEPT)
def _plans_of(document: str) -> Plans:
    return Plans()
