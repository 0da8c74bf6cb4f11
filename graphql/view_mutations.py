"""The mutations on saved views."""

from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

import strawberry

from voxloop import viewing
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether
from voxloop.domain.submission import clean
from voxloop.domain.views import LONGEST_TITLE, Sharing
from voxloop.graphql.context import Info
from voxloop.graphql.enums import Direction
from voxloop.graphql.fields import mutation
from voxloop.graphql.filters import FeedbackOrder, FeedbackWhere, read_where
from voxloop.graphql.lookahead import selection
from voxloop.graphql.refusals import UserError, demand_key, demand_uuid, user_errors
from voxloop.graphql.views import View, view_page, written
from voxloop.store import views
from voxloop.store.listing import Order


@strawberry.type(description="What became of a mutation on a view.")
class ViewPayload:
    view: View | None = strawberry.field(description="The view now; empty when the wish was refused, or it is removed.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when all went well.")


@strawberry.input(description="Make a view, or change one: then all of it is as given here.")
class SaveViewInput:
    title: str = strawberry.field(description=f"Its name, up to {LONGEST_TITLE} characters.")
    id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id of the one to change; else a new one."
    )
    expected_revision: int | None = strawberry.field(
        default=None,
        description="The revision that you saw, needed to change one; CHANGED_MEANWHILE when it is another.",
    )
    sharing: Sharing | None = strawberry.field(default=Sharing.MINE, description="For whom it is.")
    where: FeedbackWhere | None = strawberry.field(default=None, description="Which items; else all.")
    order_by: FeedbackOrder | None = strawberry.field(
        default=None, description="In which order; else the newest first."
    )
    key: str | None = strawberry.field(
        default=None,
        description="Idempotency key of a new one, up to 200 characters: the same key again makes no second one. "
        "Needed here or as the header `Idempotency-Key`.",
    )


@strawberry.input(description="Remove a view.")
class RemoveViewInput:
    id: strawberry.ID = strawberry.field(description="Its global id.")


_GIVEN = strawberry.argument(description="What is wanted.")


@strawberry.type
class ViewMutations:
    @mutation("Make a view or change one; shared ones are for managers and admins.")
    async def save_view(self, info: Info, input: Annotated[SaveViewInput, _GIVEN]) -> ViewPayload:
        return await _answered(info, _save(info, input))

    @mutation("Remove a view; shared ones are for managers and admins.")
    async def remove_view(self, info: Info, input: Annotated[RemoveViewInput, _GIVEN]) -> ViewPayload:
        return await _answered(info, _remove(info, input))


async def _answered(info: Info, work: Awaitable[View | None]) -> ViewPayload:
    try:
        return ViewPayload(view=await work, user_errors=[])
    except (Refused, RefusedTogether) as refused:
        return ViewPayload(view=None, user_errors=user_errors(info.context, refused))


async def _remove(info: Info, given: RemoveViewInput) -> None:
    await viewing.remove(info.context.parts, info.context.viewer, demand_uuid("View", given.id))


async def _save(info: Info, given: SaveViewInput) -> View | None:
    parts, viewer, wish = info.context.parts, info.context.viewer, _wish(given)
    if given.id is None:
        return await _shown(info, await viewing.create(parts, viewer, demand_key(info.context, given.key), wish))
    id_ = demand_uuid("View", given.id)
    if given.expected_revision is None:
        raise Refused(RefusalCode.REQUIRED, ["expected_revision"])
    await viewing.change(parts, viewer, id_, given.expected_revision, wish)
    return await _shown(info, id_)


def _wish(given: SaveViewInput) -> dict[str, Any]:
    read_where(given.where)
    order = given.order_by or FeedbackOrder()
    return clean({"title": given.title}) | {
        "sharing": given.sharing or Sharing.MINE,
        "where": written(given.where or FeedbackWhere()),
        "field": order.field or Order.RECEIVED_AT,
        "descending": order.direction is not Direction.ASC,
    }


async def _shown(info: Info, id_: UUID) -> View | None:
    async with info.context.parts.sessions.connect() as session:
        rows = await views.seen(session, info.context.viewer, [id_])
        found = await view_page(info, session, rows, selection(info).at("view"))
    return found[0] if found else None
