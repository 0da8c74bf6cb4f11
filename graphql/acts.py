"""What people do to an item: each mutation asks the item's loop, and answers once its row shows what happened."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry

from voxloop import acts
from voxloop.acts import Asked, Wish
from voxloop.domain.identity import uuid_of
from voxloop.domain.refusals import Refused, RefusedTogether
from voxloop.graphql.context import Info
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.lookahead import selection
from voxloop.graphql.page import feedback_page
from voxloop.graphql.refusals import UserError, demand_key, user_errors
from voxloop.store import feedback


@strawberry.type(description="What became of a mutation on an item.")
class FeedbackPayload:
    feedback: Feedback | None = strawberry.field(
        description="The item as it stands now; empty when the wish was refused, or when it has left your sight."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when all went well.")


@strawberry.input
class ItemNamed:
    id: strawberry.ID = strawberry.field(description="The item's global id or its code.")


@strawberry.input(description="What every act on an item names.")
class ItemInput(ItemNamed):
    key: str | None = strawberry.field(
        default=None,
        description="Idempotency key, up to 200 characters: the same key again does nothing twice. "
        "Needed here or as the header `Idempotency-Key`.",
    )
    expect: int | None = strawberry.field(
        default=None, description="The version that you saw; refused with CHANGED_MEANWHILE when it is another."
    )


async def answered(info: Info, work: Awaitable[Feedback | None]) -> FeedbackPayload:
    """The payload of a mutation that does ``work`` or is refused."""
    try:
        return FeedbackPayload(feedback=await work, user_errors=[])
    except (Refused, RefusedTogether) as refused:
        return FeedbackPayload(feedback=None, user_errors=user_errors(info.context, refused))


async def perform(info: Info, given: ItemInput, read: Callable[[], Wish]) -> FeedbackPayload:
    """Do what ``read`` takes from the input, and answer with the item as it is then."""
    return await answered(info, _perform(info, given, read))


async def claim(info: Info, team: str, key: str | None) -> FeedbackPayload:
    """Take on what comes first in a team's queue, and answer with it."""
    return await answered(info, _claim(info, team, key))


async def _claim(info: Info, team: str, key: str | None) -> Feedback | None:
    context = info.context
    done = await acts.claim_next(context.parts, context.viewer, team, demand_key(context, key))
    return await reread(info, done.item)


async def _perform(info: Info, given: ItemInput, read: Callable[[], Wish]) -> Feedback | None:
    context = info.context
    asked = Asked(read(), demand_key(context, given.key), given.expect)
    wanted = uuid_of("Feedback", given.id) or given.id
    done = await acts.perform(context.parts, context.viewer, wanted, asked)
    return await reread(info, done.item)


async def reread(info: Info, item: UUID) -> Feedback | None:
    """The item as it stands now, with what the payload selects of it."""
    async with info.context.parts.sessions.connect() as session:
        row = await feedback.get(session, info.context.viewer, item)
        rows = [row] if row is not None else []
        found = await feedback_page(session, rows, selection(info).at("feedback"))
    return found[0] if found else None
