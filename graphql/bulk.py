"""Acts on many items at once, as the schema shows them."""

from functools import partial
from typing import Annotated

import strawberry

from voxloop.graphql.connections import Ask, Connection, paged
from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import global_id, made, wanted_uuid
from voxloop.graphql.runs import InState, Operation, OperationItem, operation_item, page_of_items
from voxloop.store import bulks
from voxloop.store.sessions import Row


@strawberry.type(description="What became of one item of a bulk update.")
class BulkItem(OperationItem):
    pass


@strawberry.type(description="One act on many items.")
class BulkRun(Operation):
    @paged("What became of its items, in the order of their reception.")
    async def items(self, info: Info, ask: Ask, state: InState = None) -> Connection[BulkItem]:
        id_, viewer = self.row["id"], info.context.viewer
        return await page_of_items(
            info,
            ask,
            lambda session, slice_: bulks.items(session, viewer, id_, state, slice_),
            lambda session: bulks.count_items(session, id_, state),
            partial(operation_item, BulkItem),
        )


def bulk_run(row: Row) -> BulkRun:
    """A run from its row."""
    return made(BulkRun, row, id=global_id("BulkRun", row["id"]), row=row)


@strawberry.type
class BulkQueries:
    @resolver("An act on many items; your own, or any for managers and admins.")
    async def bulk_run(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]
    ) -> BulkRun | None:
        async with info.context.parts.sessions.connect() as session:
            rows = await bulks.seen(session, info.context.viewer, [wanted_uuid("BulkRun", id, "id")])
        return bulk_run(rows[0]) if rows else None
