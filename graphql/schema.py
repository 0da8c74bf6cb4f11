"""The schema: queries and mutations put together. ``schema.graphql`` beside it is the contract with frontends."""

from datetime import UTC, datetime

import strawberry
from graphql import GraphQLError, lexicographic_sort_schema, print_schema
from strawberry.schema.config import StrawberryConfig

from voxloop.graphql.backtest_mutations import BacktestMutations
from voxloop.graphql.bulk_mutations import BulkMutations
from voxloop.graphql.customers import Customer
from voxloop.graphql.document_mutations import DocumentMutations
from voxloop.graphql.execution import Schema
from voxloop.graphql.executor import Executor
from voxloop.graphql.item_mutations import ItemMutations
from voxloop.graphql.linked_items import LinkedItem
from voxloop.graphql.migration_mutations import MigrationMutations
from voxloop.graphql.queries import Query
from voxloop.graphql.register import RegisterMutations
from voxloop.graphql.relation_mutations import RelationMutations
from voxloop.graphql.staffing import StaffingMutations
from voxloop.graphql.submissions import SubmissionMutations
from voxloop.graphql.subscriptions import Subscription
from voxloop.graphql.view_mutations import ViewMutations
from voxloop.graphql.what_if_mutations import WhatIfMutations


@strawberry.type(description="Everything that can be done. A refusal is an answer: see `userErrors`.")
class Mutation(
    SubmissionMutations,
    ItemMutations,
    RegisterMutations,
    DocumentMutations,
    BacktestMutations,
    StaffingMutations,
    RelationMutations,
    BulkMutations,
    MigrationMutations,
    WhatIfMutations,
    ViewMutations,
):
    pass


def _read_instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise GraphQLError("an instant is a text like 2026-10-01T08:00:00Z")
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise GraphQLError(f"“{value}” is no instant; one looks like 2026-10-01T08:00:00Z") from error
    if instant.tzinfo is None:
        raise GraphQLError(f"“{value}” says no offset from UTC; write 2026-10-01T08:00:00Z or +08:00")
    return instant.astimezone(UTC)


def _write_instant(value: datetime) -> str:
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat().removesuffix("+00:00") + "Z"


_INSTANT = strawberry.scalar(
    name="DateTime",
    description="An instant with its offset from UTC, as RFC 3339 writes it; answers are in UTC.",
    specified_by_url="https://scalars.graphql.org/andimarek/date-time",
    serialize=_write_instant,
    parse_value=_read_instant,
)

schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Customer, LinkedItem],
    execution_context_class=Executor,
    config=StrawberryConfig(scalar_map={datetime: _INSTANT}),
)


def sdl() -> str:
    """The schema as text, its parts in order of their names."""
    return print_schema(lexicographic_sort_schema(schema._schema)) + "\n"
