"""Acts on many items at once, as the schema shows them: the run, and what became of each item."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.operations import ItemState, RunState
from voxloop.domain.refusals import RefusalCode, Refused, refusal_sentence
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.connections import Ask, Connection, Keys, Rows, number
from voxloop.graphql.context import Info
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import resolver
from voxloop.graphql.lookahead import selection
from voxloop.graphql.nodes import Node, global_id, made, wanted_uuid
from voxloop.graphql.studies import items_below
from voxloop.store import bulks
from voxloop.store.sessions import Row

_BY_POSITION = Keys("POSITION", {"position": number})


@strawberry.type(description="What became of one item of a run over many.")
class BulkResult:
    code: str | None = strawberry.field(description="The item's code: FB-000123; empty when it has left your sight.")
    state: ItemState = strawberry.field(description="What became of it.")
    version: int | None = strawberry.field(description="The version of the item that was written.")
    refusal_code: RefusalCode | None = strawberry.field(description="Why nothing was done, for programs.")
    params: JSON = strawberry.field(description="The values in the message.")
    feedback: Feedback | None = strawberry.field(description="The item as it stands now.")

    @resolver("Why nothing was done, for people.")
    def message(self, info: Info, language: InLanguage = None) -> str | None:
        if self.refusal_code is None:
            return None
        refused = Refused(self.refusal_code, **self.params)  # type: ignore[arg-type]
        return refusal_sentence(language or info.context.language, refused)


@strawberry.type(description="One act on many items.")
class BulkRun(Node):
    state: RunState = strawberry.field(description="How far it has come.")
    total: int = strawberry.field(description="How many items it is about; they are those of its beginning.")
    done: int = strawberry.field(description="How many of them are done with.")
    refused: int = strawberry.field(description="On how many of those nothing could be done.")
    author: str = strawberry.field(description="Who asked for it: `member:<key>` or `integration:<name>`.")
    created_at: datetime = strawberry.field(description="When it began.")
    finished_at: datetime | None = strawberry.field(description="When it ended; empty while it goes on.")
    row: strawberry.Private[Row]

    @resolver("What became of each item, in the order of their reception.")
    async def results(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description="How many: 0 to 100, else 25.")] = None,
        after: Annotated[str | None, strawberry.argument(description="Only results behind this cursor.")] = None,
        state: Annotated[ItemState | None, strawberry.argument(description="Only such.")] = None,
    ) -> Connection[BulkResult]:
        slice_, chosen = _BY_POSITION.slice(Ask(first, after)), selection(info)
        async with info.context.parts.sessions.connect() as session:
            found = await bulks.results(session, info.context.viewer, self.row["id"], state, slice_)
            page = Rows.of(found, slice_)
            items = await items_below(info, session, page.rows)
            total = await bulks.count_results(session, self.row["id"], state) if "totalCount" in chosen else None
        nodes = [_result(row, items.get(row["item"])) for row in page.rows]
        return page.connection(_BY_POSITION, nodes, total, chosen)


def _result(row: Row, item: Feedback | None) -> BulkResult:
    why = row["refusal"] or {"code": None, "params": {}}
    code = RefusalCode(why["code"]) if why["code"] else None
    return made(BulkResult, row, refusal_code=code, params=JSON(why["params"]), feedback=item)


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
