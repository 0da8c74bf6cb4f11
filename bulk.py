"""Acts on many items at once, by whichever door: asked for once, carried out by an errand, item by item.

The items and the rights of whoever asks are those of the beginning. Each item is acted on by its loop, under a key that
follows from the bulk update: one that is repeated after a lost worker happens once.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from voxloop.acts import Asked, Wish, check_instant, perform
from voxloop.domain.errands import ErrandKind
from voxloop.domain.identity import digest, id_under
from voxloop.domain.loop import Verb
from voxloop.domain.operations import MOST_ITEMS
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.rights import demand_right
from voxloop.domain.viewer import Role, Viewer
from voxloop.reception import Parts
from voxloop.store import bulks, outbox, people, saved_filters
from voxloop.store.listing import Wanted
from voxloop.store.sessions import Row, Session

# What can be done to many: acts that depend on nothing but the item itself.
POSSIBLE = (
    *(Verb.ACCEPT, Verb.REASSIGN, Verb.CHANGE_PRIORITY, Verb.CHANGE_TYPE, Verb.ADD_TAG, Verb.REMOVE_TAG),
    *(Verb.NOTE, Verb.CANCEL, Verb.MARK_SPAM, Verb.SNOOZE),
)


@dataclass(frozen=True)
class Many:
    """Which items: these, or those of a kind."""

    wanted: Wanted | Sequence[UUID]

    @property
    def written(self) -> Mapping[str, Any]:
        """As it is kept: by this a repeated request is known."""
        if not isinstance(self.wanted, Wanted):
            return {"ids": digest({"ids": sorted(map(str, self.wanted))})}
        search = asdict(self.wanted.search) if self.wanted.search else None
        return {"where": saved_filters.written(self.wanted.where), "search": digest({"search": search})}


async def start(parts: Parts, viewer: Viewer, many: Many, asked: Asked) -> Row:
    """Begin to do to all these items what is asked.

    Raises:
        Refused: it may not be done, or to so many; or some of the items that were named cannot be seen.
    """
    wish = asked.wish
    if wish.verb not in POSSIBLE:
        raise Refused(RefusalCode.FORBIDDEN)
    demand_right(viewer, wish.verb)
    async with parts.sessions.begin() as session:
        await _demand_target(session, wish)
        row = await _begin(session, viewer, many, asked)
    parts.relay.poke()
    return row


async def _demand_target(session: Session, wish: Wish) -> None:
    if wish.team is not None and await people.team_of(session, wish.team) is None:
        raise Refused(RefusalCode.NOT_FOUND, ["team"])


async def _begin(session: Session, viewer: Viewer, many: Many, asked: Asked) -> Row:
    id_ = id_under(ErrandKind.BULK, viewer.actor, asked.key)
    kept = {"wish": _written(asked.wish), "filter": many.written}
    row = await bulks.begin(session, id=id_, **kept, viewer=asdict(viewer), author=viewer.actor)
    if row is None:
        return await _again(session, id_, kept)
    check_instant(asked.wish, datetime.now(UTC))
    total = await bulks.take(session, id_, viewer, many.wanted)
    if total > MOST_ITEMS:
        raise Refused(RefusalCode.TOO_MANY, ["ids"], most=MOST_ITEMS)
    if not isinstance(many.wanted, Wanted) and total < len(set(many.wanted)):
        raise Refused(RefusalCode.NOT_FOUND, ["ids"])
    await outbox.put(session, "run_errand", f"{ErrandKind.BULK}/{id_}")
    return await _standing(session, id_)


async def _again(session: Session, id_: UUID, kept: Mapping[str, Any]) -> Row:
    row = await _standing(session, id_)
    if digest({name: row[name] for name in kept}) != digest(kept):
        raise Refused(RefusalCode.KEY_REUSED, ["key"])
    return row


async def _standing(session: Session, id_: UUID) -> Row:
    row = await bulks.get(session, id_)
    assert row is not None
    return row


async def cancel(parts: Parts, viewer: Viewer, id_: UUID) -> Row:
    """Have it stop after the items in hand; what is done stays.

    Raises:
        Refused: the viewer sees no such bulk update, or it has ended.
    """
    async with parts.sessions.begin() as session:
        if not await bulks.seen(session, viewer, [id_]):
            raise Refused(RefusalCode.NOT_FOUND, ["id"])
        stopped = await bulks.cancel(session, id_)
        if stopped is None:
            raise Refused(RefusalCode.HAS_ENDED)
        return stopped


def act_of(parts: Parts) -> Callable[[Row, UUID], Awaitable[int]]:
    """How the worker acts on one item of a bulk update."""
    return partial(_act, parts)


async def _act(parts: Parts, row: Row, item: UUID) -> int:
    wish, viewer = _wish(row["wish"]), _viewer(row["viewer"])
    # She saw the item at the beginning; her own act may have taken it out of her sight, and is perhaps repeated.
    done = await perform(parts, replace(viewer, item=item), item, Asked(wish, f"bulk/{row['id']}"))
    return done.version


def _written(wish: Wish) -> dict[str, Any]:
    return {**asdict(wish), "at": wish.at.isoformat() if wish.at is not None else None}


def _wish(kept: Mapping[str, Any]) -> Wish:
    at = datetime.fromisoformat(kept["at"]) if kept["at"] is not None else None
    return Wish(**{**kept, "verb": Verb(kept["verb"]), "fields": tuple(kept["fields"]), "at": at})


def _viewer(kept: Mapping[str, Any]) -> Viewer:
    return Viewer(**{**kept, "role": Role(kept["role"]), "teams": tuple(kept["teams"])})
