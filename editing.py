"""What owners do with drafts, by whichever door: one is edited, checked, approved, tried beside what is active.

Nothing is evaluated here: what needs that is asked of an errand on the worker, and its row is waited for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from voxloop.domain.documents import EDITABLE, READY, Kind, State, body_problem
from voxloop.domain.errands import ErrandKind
from voxloop.domain.identity import new_id
from voxloop.domain.reading import KEY
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.rights import EDIT_DOCUMENTS, demand_right
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.studies import ShadowState
from voxloop.domain.viewer import Viewer
from voxloop.reception import Parts
from voxloop.store import documents, drafts, outbox, shadows
from voxloop.store.sessions import Row, Session

_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Edit:
    """The content of a draft: its ``body`` (None: as published now), and the text of the file that it comes from.

    ``rebase``: it stands on top of what is published now, whatever it was begun from.
    """

    body: Any = None
    source: str | None = None
    rebase: bool = False


class EditConflict(Refused):
    """Somebody else has saved the draft since: ``theirs`` is how it stands now."""

    def __init__(self, theirs: Row) -> None:
        super().__init__(RefusalCode.CHANGED_MEANWHILE, ["revision"], version=theirs["revision"])
        self.theirs = theirs


async def create(parts: Parts, viewer: Viewer, kind: Kind, key: str, edit: Edit) -> Row:
    """A new draft, made from what is published.

    Raises:
        Refused, RefusedTogether: nothing was made.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    if not KEY.fullmatch(key):
        raise Refused(RefusalCode.BAD_KEY, ["key"], value=key[:60])
    async with parts.sessions.begin() as session:
        standing = await documents.published(session, kind, key)
        if edit.body is None and standing is None:
            raise Refused(RefusalCode.NOT_FOUND, ["key"])
        content = standing["body"] if edit.body is None and standing else edit.body
        demand(await asyncio.to_thread(body_problem, content))
        base = standing["id"] if standing else None
        return await drafts.create(session, kind, key, content, author=viewer.actor, base=base, source=edit.source)


async def save(parts: Parts, viewer: Viewer, id_: int, revision: int, edit: Edit) -> Row:
    """Another content for a draft that stands at ``revision``.

    Raises:
        EditConflict: it stands at another revision.
        Refused, RefusedTogether: for other reasons nothing was changed.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    demand(await asyncio.to_thread(body_problem, edit.body))
    async with parts.sessions.begin() as session:
        row = await standing(session, id_, EDITABLE)
        if row["revision"] != revision:
            raise EditConflict(row)
        base = await documents.published_version(session, row["kind"], row["key"]) if edit.rebase else row["base"]
        await shadows.end(session, id_, ShadowState.DROPPED)
        saved = await drafts.save(session, id_, revision, edit.body, editor=viewer.actor, base=base, source=edit.source)
        assert saved is not None  # it is locked
        return saved


async def check(parts: Parts, viewer: Viewer, id_: int) -> Row:
    """The draft with what is wrong with it as it stands.

    Raises:
        Refused: it is no draft, or (``NOT_CONFIRMED``) the check is not done yet.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        row = await standing(session, id_, EDITABLE)
        if row["state"] not in READY:
            await drafts.forget_check(session, id_)  # what it lacked may be there by now
            await outbox.put(session, "run_errand", f"{ErrandKind.CHECK}/{id_}")
    return await until(parts, id_, lambda row: row["checked_revision"] == row["revision"])


async def approve(parts: Parts, viewer: Viewer, id_: int, revision: int) -> Row:
    """A second person approves of a draft as she has seen it.

    Raises:
        Refused: it is not ready, has changed, or is her own work.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        row = await ready(session, id_)
        if row["revision"] != revision:
            raise EditConflict(row)
        approved = await drafts.approve(session, id_, revision, viewer.actor)
        if approved is None:
            raise Refused(RefusalCode.OWN_WORK)
        return approved


async def discard(parts: Parts, viewer: Viewer, id_: int) -> Row:
    """Give a draft up.

    Raises:
        Refused: it is none.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        row = await standing(session, id_, EDITABLE)
        await shadows.end(session, id_, ShadowState.DROPPED)
        return await moved(session, row, State.DISCARDED)


async def start_shadow(parts: Parts, viewer: Viewer, id_: int) -> Row:
    """Let a checked draft of a rule set decide beside the active version.

    Raises:
        Refused: it is not ready, or another draft does so already.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        row = await ready(session, id_)
        if row["kind"] != Kind.RULE_SET:
            raise Refused(RefusalCode.NO_RULE_SET)
        if row["base"] is None:
            raise Refused(RefusalCode.NOTHING_PUBLISHED)
        if row["state"] == State.SHADOW:
            return row
        await drafts.lock_key(session, row)
        if await drafts.listed(session, kind=row["kind"], key=row["key"], state=State.SHADOW):
            raise Refused(RefusalCode.SHADOW_TAKEN)
        standing = await documents.published_version(session, row["kind"], row["key"])
        rule_set = await asyncio.to_thread(read_rule_set, row["body"])
        asked = sorted(rule_set.facts_asked)
        begun = {"id": new_id(), "draft": id_, "revision": row["revision"], "body": row["body"], "asked": asked}
        await shadows.begin(session, **begun, standing=standing, author=viewer.actor)
        return await moved(session, row, State.SHADOW)


async def stop_shadow(parts: Parts, viewer: Viewer, id_: int) -> Row:
    """Have it decide beside nothing any more; it stays a checked draft.

    Raises:
        Refused: it is no shadow.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        row = await standing(session, id_, (State.SHADOW,))
        await shadows.end(session, id_, ShadowState.DROPPED)
        return await moved(session, row, State.CHECKED)


async def standing(session: Session, id_: int, states: tuple[State, ...]) -> Row:
    """A document that stands in one of these states, locked.

    Raises:
        Refused: it does not.
    """
    row = await drafts.get(session, id_, lock=True)
    if row is None:
        raise Refused(RefusalCode.NOT_FOUND, ["id"])
    if row["state"] not in states:
        raise Refused(RefusalCode.NOT_EDITABLE, ["id"], state=row["state"])
    return row


async def ready(session: Session, id_: int) -> Row:
    """A draft that was checked as it stands and found sound, locked.

    Raises:
        Refused: it was not.
    """
    row = await standing(session, id_, EDITABLE)
    if row["state"] not in READY or row["checked_revision"] != row["revision"]:
        raise Refused(RefusalCode.NOT_CHECKED)
    return row


async def moved(session: Session, row: Row, to: State, **values: Any) -> Row:
    """The next state of a locked document's life."""
    after = await drafts.move(session, row["id"], State(row["state"]), to, **values)
    assert after is not None  # it is locked
    return after


async def until(parts: Parts, id_: int, settled: Callable[[Row], bool]) -> Row:
    """A document once an errand has done what was asked of it.

    Raises:
        Refused: as ``waited_for``.
    """
    parts.relay.poke()
    return await waited_for(parts, lambda: read(parts, id_), settled)


async def waited_for(parts: Parts, look: Callable[[], Awaitable[Row]], settled: Callable[[Row], bool]) -> Row:
    """What ``look`` finds, once it is settled.

    Raises:
        Refused: it is not within the time that a caller waits for an answer (``NOT_CONFIRMED``).
    """
    ends = time.monotonic() + parts.loops.answer_within.total_seconds()
    while True:
        row = await look()
        if settled(row):
            return row
        if time.monotonic() > ends:
            raise Refused(RefusalCode.NOT_CONFIRMED)
        await asyncio.sleep(_LOOK_SECONDS)


async def read(parts: Parts, id_: int) -> Row:
    """A document as it stands."""
    async with parts.sessions.begin() as session:
        row = await drafts.get(session, id_)
    assert row is not None  # documents stay
    return row
