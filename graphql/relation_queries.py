"""Reading what ties items to each other and to people: probable duplicates, and where one is mentioned."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import strawberry

from voxloop.analysis.likeness import ALIKE, shingles, similarity
from voxloop.domain.viewer import Role
from voxloop.graphql.connections import LARGEST_PAGE, Ask, Connection, Keys, Rows, instant, number, paged
from voxloop.graphql.context import Info
from voxloop.graphql.errors import bad_input, forbidden
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import resolver
from voxloop.graphql.lookahead import selection
from voxloop.graphql.messages import Message, message
from voxloop.graphql.nodes import wanted_uuid
from voxloop.graphql.page import feedback_page
from voxloop.store import feedback, mentions
from voxloop.store import similarity as near
from voxloop.store.sessions import Row

_WINDOW = timedelta(days=30)
_BY_TIME = Keys("MENTIONED_AT", {"at": instant, "message": number})


@strawberry.type(description="An item that is probably about the same as another one.")
class Duplicate:
    similarity: float = strawberry.field(description="The share of both texts that they have in common: 0 to 1.")
    item: Feedback = strawberry.field(description="The item.")


@strawberry.type(description="A note in which you are mentioned.")
class Mention:
    message: Message = strawberry.field(description="The note.")
    feedback: Feedback = strawberry.field(description="The item that it is about.")


@strawberry.type
class RelationQueries:
    @resolver(
        "Items that are probably duplicates of one: received up to 30 days before or after it, alike in their texts, "
        "not merged and not finished. The most alike come first. Not for intake tokens."
    )
    async def duplicates(
        self,
        info: Info,
        of: Annotated[strawberry.ID, strawberry.argument(description="Global id of the item.")],
        first: Annotated[int, strawberry.argument(description="How many: 0 to 100.")] = 10,
    ) -> list[Duplicate]:
        if not 0 <= first <= LARGEST_PAGE:
            raise bad_input("first", "range", least=0, most=LARGEST_PAGE)
        return await _duplicates(info, wanted_uuid("Feedback", of, "of"), first)

    @paged("Notes in which you are mentioned, of items that you see, the newest first.")
    async def my_mentions(self, info: Info, ask: Ask) -> Connection[Mention]:
        slice_, viewer, chosen = _BY_TIME.slice(ask, descending=True), info.context.viewer, selection(info)
        async with info.context.parts.sessions.connect() as session:
            page = Rows.of(await mentions.page(session, viewer, slice_), slice_)
            found = await feedback.seen(session, viewer, {row["item"] for row in page.rows})
            below = chosen.at("nodes.feedback", "edges.node.feedback")
            items = {item.row["id"]: item for item in await feedback_page(session, found, below)}
            total = await mentions.count(session, viewer) if "totalCount" in chosen else None
        nodes = [Mention(message=message(row), feedback=items[row["item"]]) for row in page.rows]
        return page.connection(_BY_TIME, nodes, total, chosen)


async def _duplicates(info: Info, item: UUID, first: int) -> list[Duplicate]:
    viewer = info.context.viewer
    if viewer.role is Role.INTAKE:
        raise forbidden()
    async with info.context.parts.sessions.connect() as session:
        row = await feedback.get(session, viewer, item)
        if row is None or row["similar_keys"] is None:
            return []
        candidates = await near.near(session, viewer, row, _WINDOW)
        alike = (await asyncio.to_thread(_alike, row, candidates))[:first]
        items = await feedback_page(session, [each for _, each in alike], selection(info).at("item"))
    return [Duplicate(similarity=share, item=each) for (share, _), each in zip(alike, items, strict=True)]


def _alike(item: Row, others: Sequence[Row]) -> list[tuple[float, Row]]:
    mine = shingles(item["text"])
    compared = [(similarity(mine, shingles(other["text"])), other) for other in others]
    return sorted((pair for pair in compared if pair[0] >= ALIKE), key=lambda pair: -pair[0])
