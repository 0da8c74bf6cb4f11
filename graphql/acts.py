"""What people do to an item: each mutation asks the item's loop, and answers once its row shows what happened.

Words go into a row first and the act only names it, so that no history ever holds them (DESIGN 4.7).
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import strawberry

from voxloop.domain.identity import CODE, digest
from voxloop.domain.loop import Act, Verb
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether
from voxloop.domain.rights import demand_right
from voxloop.domain.viewer import Role, Viewer
from voxloop.graphql.context import Context, Info
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.lookahead import selection
from voxloop.graphql.nodes import uuid_of
from voxloop.graphql.page import feedback_page
from voxloop.graphql.refusals import UserError, demand_key, user_errors
from voxloop.store import contents, feedback, people
from voxloop.store.sessions import Row, Session


@strawberry.type(description="What became of a mutation on an item.")
class FeedbackPayload:
    feedback: Feedback | None = strawberry.field(
        description="The item as it stands now; empty when the wish was refused, or when it has left your sight."
    )
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when all went well.")


@strawberry.input(description="What every act on an item names.")
class ItemInput:
    id: strawberry.ID = strawberry.field(description="The item's global id or its code.")
    key: str | None = strawberry.field(
        default=None,
        description="Idempotency key, up to 200 characters: the same key again does nothing twice. "
        "Needed here or as the header `Idempotency-Key`.",
    )
    expect: int | None = strawberry.field(
        default=None, description="The version that you saw; refused with CHANGED_MEANWHILE when it is another."
    )


@dataclass(frozen=True)
class Wish:
    """What is wanted of an item's loop; ``words`` is the content that comes with it."""

    verb: Verb
    words: dict[str, Any] | None = None
    outcome: str | None = None
    fields: tuple[str, ...] = ()
    team: str | None = None
    member: str | None = None


async def answered(info: Info, work: Awaitable[Feedback | None]) -> FeedbackPayload:
    """The payload of a mutation that does ``work`` or is refused."""
    try:
        return FeedbackPayload(feedback=await work, user_errors=[])
    except (Refused, RefusedTogether) as refused:
        return FeedbackPayload(feedback=None, user_errors=user_errors(info.context, refused))


async def perform(info: Info, given: ItemInput, read: Callable[[], Wish]) -> FeedbackPayload:
    """Do what ``read`` takes from the input, and answer with the item as it is then."""
    return await answered(info, _perform(info, given, read))


async def _perform(info: Info, given: ItemInput, read: Callable[[], Wish]) -> Feedback | None:
    context = info.context
    wish, key = read(), demand_key(context, given.key)
    async with context.parts.sessions.begin() as session:
        row = await find(session, context.viewer, given.id)
        demand_right(context.viewer, wish.verb)
        if row["finished_at"] is not None:
            raise Refused(RefusalCode.ALREADY_FINISHED)
        if wish.verb is Verb.REASSIGN:
            await _check_target(session, row, wish)
        content = await _remember(session, context.viewer, row["id"], key, (given.expect, wish))
    await context.parts.loops.act(row["id"], _act(context, key, given.expect, wish, content))
    return await reread(info, row["id"])


async def find(session: Session, viewer: Viewer, id_: str) -> Row:
    """An item by its global id or code.

    Raises:
        Refused: ``viewer`` sees no such item.
    """
    row: Row | None = None
    if CODE.fullmatch(id_):
        row = await feedback.get(session, viewer, code=id_)
    elif (item := uuid_of("Feedback", id_)) is not None:
        row = await feedback.get(session, viewer, item)
    if row is None:
        raise Refused(RefusalCode.NOT_FOUND, ["id"])
    return row


async def reread(info: Info, item: UUID) -> Feedback | None:
    """The item as it stands now, with what the payload selects of it."""
    async with info.context.parts.sessions.connect() as session:
        row = await feedback.get(session, info.context.viewer, item)
        rows = [row] if row is not None else []
        found = await feedback_page(session, rows, selection(info).at("feedback"))
    return found[0] if found else None


async def _check_target(session: Session, row: Row, wish: Wish) -> None:
    team = wish.team or row["team"]
    if team is None or await people.team_of(session, team) is None:
        raise Refused(RefusalCode.NOT_FOUND, ["team"])
    if wish.member is not None and wish.member not in await people.in_team(session, team):
        raise Refused(RefusalCode.NOT_FOUND, ["member"])


async def _remember(
    session: Session, viewer: Viewer, item: UUID, key: str, asked: tuple[int | None, Wish]
) -> UUID | None:
    """Remember what was asked under this key; answers the id of its words, which are kept once."""
    expect, wish = asked
    hash_ = digest({"expect": expect, **asdict(wish)})
    known = await contents.remember_request(session, viewer.actor, item, key, hash_)
    if known is not None and known["argument_hash"] != hash_:
        raise Refused(RefusalCode.KEY_REUSED, ["key"])
    if wish.words is None:
        return None
    if known is not None and known["content"] is not None:
        kept: UUID = known["content"]
        return kept
    content = await contents.offer(session, item, viewer.actor, wish.words)
    await contents.attach(session, viewer.actor, item, key, content)
    return content


def _act(context: Context, key: str, expect: int | None, wish: Wish, content: UUID | None) -> Act:
    viewer = context.viewer
    claims = wish.verb is Verb.ACCEPT
    return Act(
        verb=wish.verb,
        actor=f"customer:{viewer.name}" if viewer.role is Role.INTAKE else viewer.actor,
        key=digest({"key": key}),  # callers choose keys, so they may hold anything, and this goes into a history
        expect=expect,
        content=str(content) if content else None,
        outcome=wish.outcome,
        fields=list(wish.fields),
        team=wish.team,
        member=viewer.member if claims else wish.member,
    )
