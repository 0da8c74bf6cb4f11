"""What people do to an item, by whichever door: its loop is asked, under a key that the caller chose.

Words go into a row first and the act only names it, so that no history ever holds them (DESIGN 4.7).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from voxloop.answering import Filled, checked
from voxloop.domain.calendars import FARTHEST
from voxloop.domain.identity import digest
from voxloop.domain.loop import Act, Verb
from voxloop.domain.process import MEMBER_STEPS
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.rights import FOLLOW, demand_right
from voxloop.domain.viewer import Role, Viewer
from voxloop.reception import Parts, find
from voxloop.store import contents, events, following, people, presence, queues, steps
from voxloop.store.sessions import Row, Session

_MOST_TRIES = 3  # of an item that changes whenever it is to be claimed
# What claiming an item is refused with when it left the queue meanwhile.
_TAKEN = (
    RefusalCode.ALREADY_ACCEPTED,
    RefusalCode.ALREADY_CLOSED,
    RefusalCode.CHANGED_MEANWHILE,
    RefusalCode.FORBIDDEN,
    RefusalCode.ALREADY_FINISHED,
    RefusalCode.NOT_FOUND,
    RefusalCode.STEP_NEEDED,
    RefusalCode.WRONG_STEP,
)


@dataclass(frozen=True)
class Wish:
    """What is wanted of an item's loop; ``words`` is the content that comes with it.

    ``other``: another item, by its id or its code. Of what is accepted, ``team`` is the one in whose queue it waits.
    """

    verb: Verb
    words: dict[str, Any] | None = None
    outcome: str | None = None
    fields: tuple[str, ...] = ()
    team: str | None = None
    member: str | None = None
    type: str | None = None
    priority: str | None = None
    clock: str | None = None
    at: datetime | None = None
    other: UUID | str | None = None
    reason: str | None = None
    step: str | None = None


@dataclass(frozen=True)
class Done:
    """An item, and the version of it that an act wrote."""

    item: UUID
    version: int


@dataclass(frozen=True)
class Asked:
    """A wish under its idempotency ``key``; ``expect`` is the version that the caller saw, if that matters."""

    wish: Wish
    key: str
    expect: int | None = None


@dataclass(frozen=True)
class _Content:
    """Words that are kept; ``step``: where what was filled in belongs."""

    id: UUID
    step: str | None = None


async def perform(parts: Parts, viewer: Viewer, wanted: UUID | str, asked: Asked) -> Done:
    """Do to an item, named by its id or its code, what is asked; answers once its row shows what happened.

    Raises:
        Refused: nothing was changed, or (``NOT_CONFIRMED``) that is open.
    """
    wish = asked.wish
    async with parts.sessions.begin() as session:
        row = await find(session, viewer, wanted)
        demand_right(viewer, wish.verb)
        if row["finished_at"] is not None:
            raise Refused(RefusalCode.ALREADY_FINISHED)
        if wish.verb in (Verb.ACCEPT, Verb.REASSIGN, Verb.SNOOZE):
            await _check_hands(session, viewer, row, wish)
        other = await _other(session, viewer, row, wish)
        act = _act(viewer, asked, await _remember(session, viewer, row, asked), other)
        if wish.verb is Verb.ACCEPT and wish.team is not None:
            act = await _from_queue(session, row, wish.team, act)
    answer = await parts.loops.act(row["id"], act, row["version"])
    return Done(row["id"], answer.version)


async def claim_next(parts: Parts, viewer: Viewer, team: str, key: str) -> Done:
    """Accept for the viewer's member what comes first in her team's queue; answers once that is written.

    When somebody else was faster, the next one is tried. The same key again is the same item, whatever became of it.

    Raises:
        Refused: nothing was changed, or (``NOT_CONFIRMED``) that is open.
    """
    if viewer.member is None or team not in viewer.teams:
        raise Refused(RefusalCode.NOT_FOUND, ["team"])
    demand_right(viewer, Verb.ACCEPT)
    asked, tries = Asked(Wish(Verb.ACCEPT, team=team), key), Counter[UUID]()
    while True:
        async with parts.sessions.begin() as session:
            known = await _asked_before(session, viewer, asked)
            claimed = await _claimed(session, viewer, asked, known)
            if claimed is not None:
                return claimed
            passed = {item for item, times in tries.items() if times >= _MOST_TRIES}
            item = next((item for item in known if item not in passed), None)
            item = item or await _next(session, viewer, asked, passed)
        try:
            return await perform(parts, viewer, item, asked)
        except Refused as refused:
            if refused.code not in _TAKEN:
                raise
            tries[item] += 1 if refused.code is RefusalCode.CHANGED_MEANWHILE else _MOST_TRIES


async def _asked_before(session: Session, viewer: Viewer, asked: Asked) -> list[UUID]:
    """The items that were tried under this key. Who asks twice at once is answered one after the other."""
    known = await contents.requested(session, viewer.actor, asked.key)
    if any(row["argument_hash"] != _hash(asked) for row in known):
        raise Refused(RefusalCode.KEY_REUSED, ["key"])
    return [row["item"] for row in known]


async def _claimed(session: Session, viewer: Viewer, asked: Asked, items: Iterable[UUID]) -> Done | None:
    """The one of these that was claimed under this key."""
    wrote = await events.written_by(session, items, _act(viewer, asked, None, None).turn)
    return None if wrote is None else Done(wrote["item"], wrote["version"])


async def _next(session: Session, viewer: Viewer, asked: Asked, passed: Collection[UUID]) -> UUID:
    """What comes first in the queue besides what was ``passed``; from now on it is tried under this key."""
    team = asked.wish.team or ""
    item = await queues.first(session, team, passed)
    if item is None:
        raise Refused(RefusalCode.NOTHING_WAITS, ["team"])
    await contents.remember_request(session, viewer.actor, item, asked.key, _hash(asked))
    return item


async def _other(session: Session, viewer: Viewer, row: Row, wish: Wish) -> str | None:
    """The id of the other item, which the viewer sees and which is another one."""
    if wish.other is None:
        return None
    field = "into" if wish.verb is Verb.MERGE else "other"
    other = await find(session, viewer, wish.other, field)
    if other["id"] == row["id"]:
        raise Refused(RefusalCode.ITSELF, [field])
    return str(other["id"])


async def _check_hands(session: Session, viewer: Viewer, row: Row, wish: Wish) -> None:
    """Whether the step, or the branch that is meant, may be taken on, or handed to whom it shall be."""
    open_ = [branch for branch in await steps.branches(session, row["id"]) if branch["kind"] in MEMBER_STEPS]
    meant = [branch for branch in open_ if wish.step in (None, branch["step"])]
    if open_ and not meant:
        return  # its loop says that no such is open
    if wish.verb is Verb.REASSIGN:
        await _check_target(session, meant or [row], wish)
    elif not any(_may_take(viewer, each) for each in meant or [row]):
        raise Refused(RefusalCode.FORBIDDEN)


def _may_take(viewer: Viewer, step: Row) -> bool:
    """A step is taken on by whoever has it, or by members of the team that has it; it may be nobody's."""
    return viewer.sees_all or step["team"] in (None, *viewer.teams) or step["owner"] == viewer.member


async def _check_target(session: Session, meant: Sequence[Row], wish: Wish) -> None:
    if wish.team is None and len(meant) > 1:
        return  # its loop asks which branch is meant
    team = wish.team or meant[0]["team"]
    if team is None or await people.team_of(session, team) is None:
        raise Refused(RefusalCode.NOT_FOUND, ["team"])
    if wish.member is not None and wish.member not in await people.in_team(session, team):
        raise Refused(RefusalCode.NOT_FOUND, ["member"])


async def _from_queue(session: Session, row: Row, team: str, act: Act) -> Act:
    """The act that takes on what waits in that queue, as it waits there now."""
    places = await queues.places(session, row["id"], team)
    if not places:
        raise Refused(RefusalCode.ALREADY_ACCEPTED)
    return replace(act, expect=row["version"], step=places[0])


async def _remember(session: Session, viewer: Viewer, row: Row, asked: Asked) -> _Content | None:
    """Remember what was asked under this key; answers its words, which are checked and kept once."""
    wish, key, item, hash_ = asked.wish, asked.key, row["id"], _hash(asked)
    known = await contents.remember_request(session, viewer.actor, item, key, hash_)
    if known is not None and known["argument_hash"] != hash_:
        raise Refused(RefusalCode.KEY_REUSED, ["key"])
    if known is None:  # repeated later, it was done in time
        check_instant(wish, datetime.now(UTC))
    if wish.words is None:
        return None
    if known is not None and known["content"] is not None:
        kept = await contents.offered(session, known["content"])
        return _Content(known["content"], kept.get("step"))
    words = await checked(session, row, Filled(wish.verb, wish.words, wish.outcome, wish.step))
    content = await contents.offer(session, item, viewer.actor, words)
    await contents.attach(session, viewer.actor, item, key, content)
    return _Content(content, words.get("step"))


def _hash(asked: Asked) -> str:
    return digest({"expect": asked.expect, **asdict(asked.wish)})


def check_instant(wish: Wish, now: datetime) -> None:
    """Refuse an instant that has passed, or that lies farther ahead than calendars look, who count day by day."""
    if wish.at is None:
        return
    field, at = "until" if wish.verb is Verb.SNOOZE else "at", wish.at
    if at <= now:
        raise Refused(RefusalCode.NOT_IN_FUTURE, [field])
    if at > now + FARTHEST:
        bounds = {"least": now.isoformat(timespec="seconds"), "most": (now + FARTHEST).isoformat(timespec="seconds")}
        raise Refused(RefusalCode.OUT_OF_RANGE, [field], **bounds)


async def follow(parts: Parts, viewer: Viewer, wanted: UUID | str, on: bool) -> UUID:
    """Follow an item, or (``on`` is false) follow it no more; answers its id. The loop has nothing to do with it.

    Raises:
        Refused: the viewer sees no such item, or stands for no member.
    """
    async with parts.sessions.begin() as session:
        item, member = await _colleague(session, viewer, wanted)
        await (following.follow if on else following.unfollow)(session, item, member)
    return item


async def attend(parts: Parts, viewer: Viewer, wanted: UUID | str, writing: bool | None) -> UUID:
    """Have an item open for a minute, ``writing`` or not, or (None) no more; answers its id. No loop hears of it.

    Raises:
        Refused: as above.
    """
    async with parts.sessions.begin() as session:
        item, member = await _colleague(session, viewer, wanted)
        if writing is None:
            await presence.leave(session, item, member)
        else:
            await presence.say(session, item, member, writing)
    return item


async def _colleague(session: Session, viewer: Viewer, wanted: UUID | str) -> tuple[UUID, str]:
    """The item and the member, if she is one of those who work on items."""
    item: UUID = (await find(session, viewer, wanted))["id"]
    demand_right(viewer, FOLLOW)
    if viewer.member is None:
        raise Refused(RefusalCode.FORBIDDEN)
    return item, viewer.member


def _act(viewer: Viewer, asked: Asked, content: _Content | None, other: str | None) -> Act:
    wish = asked.wish
    claims = wish.verb is Verb.ACCEPT
    return Act(
        verb=wish.verb,
        actor=f"customer:{viewer.name}" if viewer.role is Role.INTAKE else viewer.actor,
        key=digest({"key": asked.key}),  # callers choose keys, so they may hold anything, and this goes into a history
        expect=asked.expect,
        content=str(content.id) if content else None,
        outcome=wish.outcome,
        fields=list(wish.fields),
        team=None if claims else wish.team,
        member=viewer.member if claims else wish.member,
        type=wish.type,
        priority=wish.priority,
        clock=wish.clock,
        at=wish.at,
        other=other,
        step=(content.step if content else None) or wish.step,
        reason=wish.reason,
    )
