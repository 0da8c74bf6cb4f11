"""Working linked items of the built-in register, which stands in for another department's system."""

from typing import Annotated

import strawberry

from voxloop.domain.identity import digest, read_global_id
from voxloop.domain.linked import LinkedState
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether, demand
from voxloop.domain.rights import ADVANCE, demand_right
from voxloop.domain.submission import clean, optional_problem, unreadable
from voxloop.graphql.context import Info
from voxloop.graphql.fields import mutation
from voxloop.graphql.linked_items import LinkedItem, linked_item
from voxloop.graphql.refusals import UserError, demand_key, user_errors
from voxloop.store import contents, linked_items, outbox

_LONGEST_NOTE = 2_000


@strawberry.type(description="What became of a mutation on a linked item.")
class LinkedItemPayload:
    linked_item: LinkedItem | None = strawberry.field(
        description="The linked item as we know it; its new state shows once its system was asked, a moment later."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when all went well.")


@strawberry.input(description="Move a linked item of the built-in register.")
class AdvanceLinkedItemInput:
    id: strawberry.ID = strawberry.field(description="The linked item's global id or its own key.")
    state: LinkedState = strawberry.field(description="Its new state; a settled one may be opened again.")
    note: str | None = strawberry.field(default=None, description="More about it.")
    key: str | None = strawberry.field(
        default=None,
        description="Idempotency key, up to 200 characters. Needed here or as the header `Idempotency-Key`.",
    )


@strawberry.type
class RegisterMutations:
    @mutation("Do another department's part: move a linked item of the built-in register.")
    async def advance_linked_item(
        self, info: Info, input: Annotated[AdvanceLinkedItemInput, strawberry.argument(description="What is wanted.")]
    ) -> LinkedItemPayload:
        try:
            return LinkedItemPayload(linked_item=await _advance(info, input), user_errors=[])
        except (Refused, RefusedTogether) as refused:
            return LinkedItemPayload(linked_item=None, user_errors=user_errors(info.context, refused))


async def _advance(info: Info, given: AdvanceLinkedItemInput) -> LinkedItem:
    context = info.context
    note = clean({"note": given.note})["note"]
    request_key = demand_key(context, given.key)
    demand(optional_problem({"note": note}, "note", _LONGEST_NOTE))
    if given.state is LinkedState.OPENING:
        states = ", ".join(state for state in LinkedState if state is not LinkedState.OPENING)
        raise Refused(RefusalCode.UNKNOWN_VALUE, ["state"], value=given.state, known=states)
    hash_ = digest({"advance": given.id, "state": given.state, "note": note})
    async with context.parts.sessions.begin() as session:
        row = next(iter(await linked_items.seen(session, context.viewer, [_key(given.id)])), None)
        if row is None:
            raise Refused(RefusalCode.NOT_FOUND, ["id"])
        demand_right(context.viewer, ADVANCE)
        item = (await linked_items.waiting_feedback(session, row["key"]))[0]
        known = await contents.remember_request(session, context.viewer.actor, item, request_key, hash_)
        if known is not None and known["argument_hash"] != hash_:
            raise Refused(RefusalCode.KEY_REUSED, ["key"])
        if known is None:
            if await linked_items.register_advance(session, row["key"], given.state, note) is None:
                raise Refused(RefusalCode.NOT_FOUND, ["id"])
            await outbox.put(session, "start_link", f"link/{row['key']}")
    context.parts.relay.poke()
    return linked_item(row)


def _key(id_: str) -> str:
    parts = read_global_id(id_)
    if parts is not None and parts[0] == "LinkedItem":
        return parts[1]
    if unreadable(id_):
        raise Refused(RefusalCode.NOT_FOUND, ["id"])
    return id_
