"""graphql-core's executor without incremental delivery, which asks the plans of a stored operation first, or of a
subscription, which is one operation executed many times.
"""

from functools import lru_cache
from typing import Any

from graphql import GraphQLObjectType, OperationType
from graphql.execution import Executor as CoreExecutor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from voxloop.graphql.plans import Complete, Group, Plan, Plans, Run, leaf_of


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
            document = self.operation.loc.source.body
            streams = self.operation.operation is OperationType.SUBSCRIPTION
            self._plans = _plans_of_stream(document) if streams else self.context_value.operations.plans(document)
        self._runs: dict[Plan, Run] = {}
        self._leaves: dict[int, tuple[object, list[tuple[str, Complete]]]] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: dict[str, Group],
        *given: Any,
    ) -> Any:
        leaves = self._leaves_of(parent_type, grouped_field_set)
        if leaves:
            try:
                return {name: leaf(source_value, ()) for name, leaf in leaves}
            except Exception:  # what is wrong is found once more, and told
                leaves.clear()
        return super().execute_fields(parent_type, source_value, path, grouped_field_set, *given)

    def _leaves_of(self, parent: GraphQLObjectType, fields: dict[str, Group]) -> list[tuple[str, Complete]]:
        """How the fields are answered if all are leaves, else nothing."""
        if id(fields) not in self._leaves:
            found = [(name, leaf_of(parent, group[0].node.name.value)) for name, group in fields.items()]
            leaves = [(name, leaf) for name, leaf in found if leaf is not None]
            whole = self.middleware_manager is None and len(leaves) == len(found)
            self._leaves[id(fields)] = fields, leaves if whole else []
        return self._leaves[id(fields)][1]

    def execute_field(self, parent_type: GraphQLObjectType, source: Any, field_details_list: Group, *given: Any) -> Any:
        leaf = leaf_of(parent_type, field_details_list[0].node.name.value)
        if leaf is None or self.middleware_manager is not None:
            return super().execute_field(parent_type, source, field_details_list, *given)
        try:
            return leaf(source, ())
        except Exception:  # what is wrong is found once more, and told
            return super().execute_field(parent_type, source, field_details_list, *given)

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


@lru_cache(maxsize=256)
def _plans_of_stream(document: str) -> Plans:
    return Plans()
