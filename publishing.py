"""How a checked draft becomes what is in force: at once or at an instant, and how that is taken back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from voxloop.domain.documents import RELEASED, Kind, State
from voxloop.domain.errands import ErrandKind
from voxloop.domain.identity import digest
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.rights import EDIT_DOCUMENTS, demand_right
from voxloop.domain.studies import ShadowState
from voxloop.domain.viewer import Viewer
from voxloop.editing import moved, read, ready, standing, until
from voxloop.reception import Parts
from voxloop.store import documents, drafts, outbox, shadows
from voxloop.store.sessions import Row, Session

_LONGEST_AHEAD = timedelta(days=366)


async def publish(parts: Parts, viewer: Viewer, id_: int, effective_at: datetime | None = None) -> Row:
    """Publish a checked draft now, or have it published at ``effective_at``; asked again, it is done once.

    Raises:
        Refused: it is not ready, not approved, or made from another version than is published now; or
            (``NOT_CONFIRMED``) it is not published yet.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    now = datetime.now(UTC)
    at = max(effective_at or now, now)
    if at > now + _LONGEST_AHEAD:
        bounds = {"least": now.isoformat(), "most": (now + _LONGEST_AHEAD).isoformat()}
        raise Refused(RefusalCode.OUT_OF_RANGE, ["effective_at"], **bounds)
    async with parts.sessions.begin() as session:
        if not await _is_on_its_way(session, id_, effective_at):
            row = await ready(session, id_)
            await demand_publishable(session, row)
            await schedule(session, row, at)
    if at > now:
        parts.relay.poke()
        return await read(parts, id_)
    return await _published(parts, id_)


async def unschedule(parts: Parts, viewer: Viewer, id_: int) -> Row:
    """Do not publish a draft whose time has not come; it stays a checked draft.

    Raises:
        Refused: it is not scheduled.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        row = await standing(session, id_, (State.SCHEDULED,))
        await shadows.end(session, id_, ShadowState.DROPPED)
        back = await moved(session, row, State.CHECKED, effective_at=None)
        await outbox.put(session, "run_errand", f"{ErrandKind.PUBLICATION}/{id_}")
    parts.relay.poke()
    return back


async def roll_back(parts: Parts, viewer: Viewer, id_: int) -> Row:
    """Publish a superseded version's content again, as a new version, at once: it was approved when it was published.

    Raises:
        Refused: it is no earlier version, or says what is published now, or (``NOT_CONFIRMED``) it is not done yet.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        row = await standing(session, id_, RELEASED)
        now = await documents.published(session, row["kind"], row["key"])
        if now is None or now["digest"] == row["digest"]:
            raise Refused(RefusalCode.UNCHANGED)
        kind, key = Kind(row["kind"]), row["key"]
        draft = await drafts.alike(session, kind, key, row["digest"], now["id"])
        if draft is None or draft["state"] != State.SCHEDULED:  # else it was asked before, and nobody heard the answer
            about = {"author": viewer.actor, "base": now["id"], "source": row["source"]}
            draft = await drafts.create(session, kind, key, row["body"], **about)
            await schedule(session, draft, datetime.now(UTC))
    return await _published(parts, draft["id"])


async def _is_on_its_way(session: Session, id_: int, effective_at: datetime | None) -> bool:
    """Whether it was asked for before, for the same instant or for at once."""
    row = await drafts.get(session, id_, lock=True)
    if row is None or row["state"] not in (State.SCHEDULED, State.PUBLISHED):
        return False
    at_once = effective_at is None and row["effective_at"] is not None and row["effective_at"] <= datetime.now(UTC)
    return at_once or bool(row["effective_at"] == effective_at)


async def _published(parts: Parts, id_: int) -> Row:
    """The draft, now that it is published.

    Raises:
        Refused: it is not, or not yet: another one came first, or something that it refers to is gone.
    """
    row = await until(parts, id_, lambda row: row["state"] != State.SCHEDULED)
    if row["state"] in RELEASED:
        return row
    async with parts.sessions.begin() as session:
        await _demand_base(session, row)
    raise Refused(RefusalCode.NOT_CHECKED)


async def demand_publishable(session: Session, row: Row) -> None:
    """Go on only if a checked draft can be published now.

    Raises:
        Refused: it is not approved, or made from another version than is published now, or says the same.
    """
    await _demand_approval(session, row)
    await _demand_base(session, row)


async def _demand_approval(session: Session, row: Row) -> None:
    organisation = await documents.published(session, Kind.ORGANISATION, Kind.ORGANISATION)
    policy: Mapping[str, Any] = organisation["body"] if organisation else {}
    wanted = policy.get("approval") or ()
    # Else one person alone could lift the rule and then publish what she likes.
    asked = row["kind"] in wanted or (row["kind"] == Kind.ORGANISATION and wanted)
    if asked and row["approved_by"] is None:
        raise Refused(RefusalCode.NOT_APPROVED)


async def _demand_base(session: Session, row: Row) -> None:
    standing = await documents.published(session, row["kind"], row["key"])
    if standing is not None and standing["id"] != row["base"]:
        raise Refused(RefusalCode.PUBLISHED_MEANWHILE, version=standing["version"])
    if standing is not None and standing["digest"] == digest(row["body"]):
        raise Refused(RefusalCode.UNCHANGED)


async def schedule(session: Session, row: Row, at: datetime) -> Row:
    """Have a locked draft published on the worker, once it is time."""
    scheduled = await moved(session, row, State.SCHEDULED, effective_at=at)
    await outbox.put(session, "run_errand", f"{ErrandKind.PUBLICATION}/{row['id']}")
    return scheduled
