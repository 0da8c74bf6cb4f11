"""What people do to an item, by whichever door: its loop is asked, under a key that the caller chose.

Words go into a row first and the act only names it, so that no history ever holds them (DESIGN 4.7).
"""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from voxloop.domain.identity import digest
from voxloop.domain.loop import Act, Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.rights import demand_right
from voxloop.domain.viewer import Role, Viewer
from voxloop.reception import Parts, find
from voxloop.store import contents, people
from voxloop.store.sessions import Row, Session


@dataclass(frozen=True)
class Wish:
    """What is wanted of an item's loop; ``words`` is the content that comes with it."""

    verb: Verb
    words: dict[str, Any] | None = None
    outcome: str | None = None
    fields: tuple[str, ...] = ()
    team: str | None = None
    member: str | None = None
    type: str | None = None
    priority: str | None = None


@dataclass(frozen=True)
class Asked:
    """A wish under its idempotency ``key``; ``expect`` is the version that the caller saw, if that matters."""

    wish: Wish
    key: str
    expect: int | None = None


async def perform(parts: Parts, viewer: Viewer, wanted: UUID | str, asked: Asked) -> UUID:
    """Do to an item, named by its id or its code, what is asked; answers its id once its row shows what happened.

    Raises:
        Refused: nothing was changed, or (``NOT_CONFIRMED``) that is open.
    """
    wish = asked.wish
    async with parts.sessions.begin() as session:
        row = await find(session, viewer, wanted)
        demand_right(viewer, wish.verb)
        if row["finished_at"] is not None:
            raise Refused(RefusalCode.ALREADY_FINISHED)
        if wish.verb is Verb.REASSIGN:
            await _check_target(session, row, wish)
        content = await _remember(session, viewer, row["id"], asked)
    item: UUID = row["id"]
    await parts.loops.act(item, _act(viewer, asked, content))
    return item


async def _check_target(session: Session, row: Row, wish: Wish) -> None:
    team = wish.team or row["team"]
    if team is None or await people.team_of(session, team) is None:
        raise Refused(RefusalCode.NOT_FOUND, ["team"])
    if wish.member is not None and wish.member not in await people.in_team(session, team):
        raise Refused(RefusalCode.NOT_FOUND, ["member"])


async def _remember(session: Session, viewer: Viewer, item: UUID, asked: Asked) -> UUID | None:
    """Remember what was asked under this key; answers the id of its words, which are kept once."""
    wish, key = asked.wish, asked.key
    hash_ = digest({"expect": asked.expect, **asdict(wish)})
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


def _act(viewer: Viewer, asked: Asked, content: UUID | None) -> Act:
    wish = asked.wish
    claims = wish.verb is Verb.ACCEPT
    return Act(
        verb=wish.verb,
        actor=f"customer:{viewer.name}" if viewer.role is Role.INTAKE else viewer.actor,
        key=digest({"key": asked.key}),  # callers choose keys, so they may hold anything, and this goes into a history
        expect=asked.expect,
        content=str(content) if content else None,
        outcome=wish.outcome,
        fields=list(wish.fields),
        team=wish.team,
        member=viewer.member if claims else wish.member,
        type=wish.type,
        priority=wish.priority,
    )
