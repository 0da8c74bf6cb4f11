"""The mutations that act on many items at once."""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from voxloop import bulk
from voxloop.acts import Asked, Wish
from voxloop.bulk import Many
from voxloop.domain.feedback import FeedbackType, Priority
from voxloop.domain.identity import CODE
from voxloop.domain.loop import Verb
from voxloop.domain.operations import MOST_ITEMS
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether
from voxloop.domain.submission import LONGEST_TEXT
from voxloop.graphql.bulk import BulkRun, bulk_run
from voxloop.graphql.context import Info
from voxloop.graphql.fields import mutation
from voxloop.graphql.filters import FeedbackWhere, read_search, read_where
from voxloop.graphql.refusals import UserError, demand_key, demand_uuid, user_errors
from voxloop.graphql.wishes import comment, giving_up, reassignment, tag, words
from voxloop.store import feedback
from voxloop.store.listing import Wanted
from voxloop.store.sessions import Row


@strawberry.type(description="What became of a mutation on a run over many items.")
class BulkPayload:
    bulk_run: BulkRun | None = strawberry.field(description="The run as it stands now.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when all went well.")


@strawberry.input(description="Hand the present steps to somebody else.")
class BulkReassign:
    team: str | None = strawberry.field(default=None, description="Key of the team; else each item's present one.")
    member: str | None = strawberry.field(default=None, description="Key of an active member of it; else its queue.")


@strawberry.input(description="Give items up.")
class BulkCancel:
    reason: str | None = strawberry.field(default=None, description="Why; only members read it.")
    closing_reason: str | None = strawberry.field(
        default=None, description="Key of a closing reason; needed for items whose process has some."
    )


@strawberry.input(description="What is done to each item: exactly one of these.")
class BulkAct:
    accept: bool | None = strawberry.field(default=None, description="true: accept its step.")
    reassign: BulkReassign | None = strawberry.field(default=None, description="Hand its step to somebody else.")
    change_priority: Priority | None = strawberry.field(default=None, description="Its priority from now on.")
    change_type: FeedbackType | None = strawberry.field(default=None, description="Its right type.")
    add_tag: str | None = strawberry.field(default=None, description="A tag that it gets.")
    remove_tag: str | None = strawberry.field(default=None, description="A tag that it loses.")
    add_note: str | None = strawberry.field(
        default=None, description=f"A note that only members read, up to {LONGEST_TEXT} characters."
    )
    snooze: datetime | None = strawberry.field(default=None, description="Put it aside until this instant.")
    cancel: BulkCancel | None = strawberry.field(default=None, description="Give it up.")
    mark_spam: str | None = strawberry.field(default=None, description="Close it as spam; why.")


@strawberry.input(description="Act on many items at once.")
class BulkUpdateInput:
    act: BulkAct = strawberry.field(description="What is done to each.")
    ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"Global ids or codes of the items, up to {MOST_ITEMS}; else `where` and `search` say which.",
    )
    where: FeedbackWhere | None = strawberry.field(default=None, description="Such items, up to as many.")
    search: str | None = strawberry.field(default=None, description="Items whose text holds all these words.")
    key: str | None = strawberry.field(
        default=None,
        description="Idempotency key, up to 200 characters: the same key again does nothing twice. "
        "Needed here or as the header `Idempotency-Key`.",
    )


@strawberry.input(description="Have a run over many items stop.")
class CancelBulkInput:
    id: strawberry.ID = strawberry.field(description="Its global id.")


_GIVEN = strawberry.argument(description="What is wanted.")


@strawberry.type
class BulkMutations:
    @mutation(
        "Act on many items at once: those that you see now, with your rights of now. `bulkRun` tells how far it is and "
        "what became of each."
    )
    async def bulk_update(self, info: Info, input: Annotated[BulkUpdateInput, _GIVEN]) -> BulkPayload:
        return await _answered(info, _start(info, input))

    @mutation("Have a run over many items stop after those in hand; what is done stays.")
    async def cancel_bulk(self, info: Info, input: Annotated[CancelBulkInput, _GIVEN]) -> BulkPayload:
        return await _answered(info, _cancel(info, input))


async def _answered(info: Info, work: Awaitable[Row]) -> BulkPayload:
    try:
        return BulkPayload(bulk_run=bulk_run(await work), user_errors=[])
    except (Refused, RefusedTogether) as refused:
        return BulkPayload(bulk_run=None, user_errors=user_errors(info.context, refused))


async def _start(info: Info, given: BulkUpdateInput) -> Row:
    context = info.context
    asked = Asked(_wish(given.act), demand_key(context, given.key))
    return await bulk.start(context.parts, context.viewer, await _many(info, given), asked)


async def _cancel(info: Info, given: CancelBulkInput) -> Row:
    id_ = demand_uuid("BulkRun", given.id)
    return await bulk.cancel(info.context.parts, info.context.viewer, id_)


async def _many(info: Info, given: BulkUpdateInput) -> Many:
    """Which items. Without any word about them it is not all of them."""
    if given.ids is not None:
        if len(given.ids) > MOST_ITEMS:
            raise Refused(RefusalCode.TOO_MANY, ["ids"], most=MOST_ITEMS)
        return Many(await _named(info, given.ids))
    wanted = Wanted(read_where(given.where), read_search(given.search))
    if wanted == Wanted():
        raise Refused(RefusalCode.REQUIRED, ["ids"])
    return Many(wanted)


async def _named(info: Info, given: Sequence[str]) -> list[UUID]:
    """The items of these ids or codes, each once."""
    codes = [each for each in given if CODE.fullmatch(each)]
    async with info.context.parts.sessions.connect() as session:
        items = await feedback.of_codes(session, info.context.viewer, codes)
    return list(dict.fromkeys(items.get(each) or demand_uuid("Feedback", each, "ids") for each in given))


def _wish(given: BulkAct) -> Wish:
    wishes = [wish for wish in _wishes(given) if wish is not None]
    if len(wishes) != 1:
        raise Refused(RefusalCode.EXACTLY_ONE, ["act"])
    return wishes[0]


def _wishes(given: BulkAct) -> list[Wish | None]:
    handed, priority, type_, ended = given.reassign, given.change_priority, given.change_type, given.cancel
    return [
        Wish(Verb.ACCEPT) if given.accept else None,
        reassignment(handed.team, handed.member) if handed else None,
        Wish(Verb.CHANGE_PRIORITY, priority=priority) if priority else None,
        Wish(Verb.CHANGE_TYPE, type=type_) if type_ else None,
        Wish(Verb.ADD_TAG, tag(given.add_tag)) if given.add_tag is not None else None,
        Wish(Verb.REMOVE_TAG, tag(given.remove_tag)) if given.remove_tag is not None else None,
        Wish(Verb.NOTE, words("addNote", given.add_note)) if given.add_note is not None else None,
        Wish(Verb.SNOOZE, at=given.snooze) if given.snooze is not None else None,
        giving_up(ended.reason, ended.closing_reason) if ended is not None else None,
        Wish(Verb.MARK_SPAM, comment("markSpam", given.mark_spam)) if given.mark_spam is not None else None,
    ]
