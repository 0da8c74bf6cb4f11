"""What a worker carries out because somebody asked for it, and what became of each item, as the schema shows it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.operations import ItemState, RunState
from voxloop.domain.refusals import RefusalCode, Refused, refusal_sentence, told_params
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.connections import Ask, Connection, Keys, Rows, number
from voxloop.graphql.context import Info
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import resolver
from voxloop.graphql.lookahead import selection
from voxloop.graphql.nodes import Node, made
from voxloop.graphql.page import feedback_page
from voxloop.store import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice

InState = Annotated[ItemState | None, strawberry.argument(description="Only those that stand so.")]
BY_POSITION = Keys("POSITION", {"position": number})


@strawberry.type
class Run(Node):
    author: str = strawberry.field(description="Who asked for it: `member:<key>` or `integration:<name>`.")
    created_at: datetime = strawberry.field(description="When it began.")
    finished_at: datetime | None = strawberry.field(description="When it ended; empty while it goes on.")
    row: strawberry.Private[Row]


@strawberry.type
class Operation(Run):
    state: RunState = strawberry.field(description="How far it has come.")
    total: int = strawberry.field(description="How many items it is about; they are those of its beginning.")
    done: int = strawberry.field(description="How many of them are done with.")
    refused: int = strawberry.field(description="On how many of those nothing could be done.")


@strawberry.type
class OperationItem:
    code: str | None = strawberry.field(description="The item's code: FB-000123; empty when it is out of your sight.")
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


Item = TypeVar("Item", bound=OperationItem)
T = TypeVar("T")
Read = Callable[[Session, Slice], Awaitable[Sequence[Row]]]
Count = Callable[[Session], Awaitable[int]]


async def page_of_items(
    info: Info, ask: Ask, read: Read, count: Count, shown: Callable[[Row, Feedback | None], T]
) -> Connection[T]:
    """A page of what is kept of items, in the order in which it was found, as it is ``shown``."""
    slice_, chosen = BY_POSITION.slice(ask), selection(info)
    async with info.context.parts.sessions.connect() as session:
        page = Rows.of(await read(session, slice_), slice_)
        items = await items_below(info, session, page.rows)
        total = await count(session) if "totalCount" in chosen else None
    return page.connection(BY_POSITION, [shown(row, items.get(row["item"])) for row in page.rows], total, chosen)


def operation_item(type_: type[Item], row: Row, item: Feedback | None, **more: Any) -> Item:
    """What became of an item, from its row."""
    why = row["refusal"] or {"code": None, "params": {}}
    code = RefusalCode(why["code"]) if why["code"] else None
    params = JSON(told_params(code, why["params"]) if code else {})
    return made(type_, row, refusal_code=code, params=params, feedback=item, **more)


async def items_below(info: Info, session: Session, rows: Sequence[Row]) -> Mapping[UUID, Feedback]:
    """The items that rows of a page name, by their ids, if they are selected."""
    below = selection(info).at("nodes.feedback", "edges.node.feedback")
    if not any(True for _ in below):
        return {}
    found = await feedback.seen(session, info.context.viewer, {row["item"] for row in rows})
    return {item.row["id"]: item for item in await feedback_page(session, found, below)}
