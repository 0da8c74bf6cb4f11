"""What can be watched. A subscription tells the present state first, then each newer one; what changes while its reader
is busy is told once, as it stands then.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import strawberry

from voxloop.domain.identity import CODE, uuid_of
from voxloop.graphql.context import Context, Info
from voxloop.graphql.errors import RequestRefused, bad_input, unauthenticated
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.feeds import Subscriber
from voxloop.graphql.fields import subscription
from voxloop.graphql.filters import FeedbackWhere, read_where
from voxloop.graphql.lookahead import selection
from voxloop.graphql.nodes import global_id
from voxloop.graphql.page import Needs, load_page, needs, on_page
from voxloop.graphql.work import Work, work_of
from voxloop.store import feedback, health, listing
from voxloop.store.listing import Order, Wanted, Where
from voxloop.store.slices import Slice

_MOST_AT_FIRST = 100
_MOST_AT_ONCE = 25  # or requests wait while a message is made
_STILL_SECONDS = 60
_AGAIN_SECONDS = 1

T = TypeVar("T")


@strawberry.type(description="What has changed among the items that are watched.")
class FeedbackChanges:
    initial: bool = strawberry.field(
        description="Whether this is the beginning: `changed` are then the newest items that there are."
    )
    changed: list[Feedback] = strawberry.field(
        description="Items that are new among them or have changed, as they stand now; up to 100 at once."
    )
    removed: list[strawberry.ID] = strawberry.field(
        description="Global ids of items that no longer belong to them or have left your sight. Forget those you hold."
    )
    has_more: bool = strawberry.field(
        description="At the beginning: whether there are more, which `feedbacks` or `myWork` list in pages."
    )


@strawberry.type(description="Everything that can be watched.")
class Subscription:
    @subscription(
        "One item: as it stands, then at each change. It completes when the item is finished, "
        "and with a last null when it leaves your sight."
    )
    async def feedback_changed(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id or its code: FB-000123.")],
    ) -> AsyncGenerator[Feedback | None, None]:
        return _one(info.context, await _find(info.context, id), needs(selection(info)))

    @subscription("Items: those that there are, then what changes among them.")
    async def feedbacks_changed(
        self,
        info: Info,
        where: Annotated[FeedbackWhere | None, strawberry.argument(description="Only such items.")] = None,
    ) -> AsyncGenerator[FeedbackChanges, None]:
        return _many(info.context, read_where(where), Order.RECEIVED_AT, needs(selection(info).at("changed")))

    @subscription("Your work: what there is, the next due first, then what changes of it.")
    async def my_work_changed(
        self,
        info: Info,
        of: Annotated[Work | None, strawberry.argument(description="Whose work.")] = Work.BOTH,
    ) -> AsyncGenerator[FeedbackChanges, None]:
        where = work_of(info.context.viewer, of or Work.BOTH)
        return _many(info.context, where, Order.DUE_AT, needs(selection(info).at("changed")))


async def _find(context: Context, id_: str) -> UUID:
    code, item = CODE.fullmatch(id_), uuid_of("Feedback", id_)
    if code is None and item is None:
        raise bad_input("id", "no_item")
    async with context.hub.reading() as session:
        row = await feedback.get(session, context.viewer, item, None if item else id_)
    if row is None:
        raise RequestRefused("no_item", "NOT_FOUND", 404)
    found: UUID = row["id"]
    return found


async def _one(context: Context, item: UUID, needed: Needs) -> AsyncGenerator[Feedback | None, None]:
    hub = context.hub
    async with hub.watching(context.viewer, Where(), item) as subscriber:
        with subscriber.feed.reading([item]):
            async with hub.turns:
                found = (await _patiently(lambda: hub.read([item], needed))).get(item)
        while True:
            if found is None or not subscriber.feed.lets_through(found.row):
                yield None
                return
            yield found
            if found.finished_at is not None:
                return
            await _news(context, subscriber)
            async with hub.turns:
                subscriber.take(1)
                found = (await _patiently(lambda: hub.states([item], needed))).get(item)


async def _many(context: Context, where: Where, order: Order, needed: Needs) -> AsyncGenerator[FeedbackChanges, None]:
    hub = context.hub
    async with hub.watching(context.viewer, where) as subscriber:
        shown: list[UUID] = []
        with subscriber.feed.reading(shown):
            beginning = await _beginning(context, where, order, needed)
            shown += (state.row["id"] for state in beginning.changed)
        yield beginning
        while True:
            await _news(context, subscriber)
            async with hub.turns:
                items = subscriber.take(_MOST_AT_ONCE)
                states = await _patiently(lambda items=items: hub.states(items, needed))  # type: ignore[misc]
            changed = [state for state in states.values() if subscriber.feed.lets_through(state.row)]
            kept = {state.row["id"] for state in changed}
            removed = [global_id("Feedback", item) for item in items if item not in kept]
            yield FeedbackChanges(initial=False, changed=changed, removed=removed, has_more=False)


async def _beginning(context: Context, where: Where, order: Order, needed: Needs) -> FeedbackChanges:
    slice_ = Slice(_MOST_AT_FIRST, descending=order is Order.RECEIVED_AT)
    async with context.hub.turns, context.hub.reading() as session:
        found = await listing.page(context.viewer, Wanted(where), order, slice_).rows(session)
        rows = found[:_MOST_AT_FIRST]
        page = await load_page(session, rows, needed)
    items = [on_page(row, page) for row in rows]
    return FeedbackChanges(initial=True, changed=items, removed=[], has_more=len(found) > len(rows))


async def _news(context: Context, subscriber: Subscriber) -> None:
    """Wait until something is new. Now and then it asks whether the token is still what it was.

    Raises:
        RequestRefused: it is not.
    """
    while True:
        try:
            async with asyncio.timeout(_STILL_SECONDS):
                await subscriber.news()
        except TimeoutError:
            if await _patiently(context.viewer_now) != context.viewer:
                raise unauthenticated() from None
        else:
            context.directory = await _patiently(context.hub.directory)
            return


async def _patiently(read: Callable[[], Awaitable[T]]) -> T:
    """What ``read`` answers, as soon as the database is there."""
    while True:
        try:
            return await read()
        except Exception as error:
            if not health.is_away(error):
                raise
            await asyncio.sleep(_AGAIN_SECONDS)
