"""Drafts of documents: edited under optimistic concurrency, checked, and at last published by one statement each.

Every function that changes a draft changes it only as the caller saw it; None says that it is no longer so.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from voxloop.domain.documents import EDITABLE, READY, Kind, State
from voxloop.domain.identity import digest
from voxloop.domain.studies import ShadowState
from voxloop.store import messages, outbox, shadows
from voxloop.store.sessions import Row, Session, take_turns
from voxloop.store.tables import document

_MOST_LISTED = 200


async def create(session: Session, kind: Kind, key: str, body: Mapping[str, Any], **values: Any) -> Row:
    """A new draft; the same again (author, base and content), while nobody has worked on it, is the same draft.

    ``values``: ``author``, ``base`` and perhaps ``source``.
    """
    mine = {"kind": kind, "key": key, "digest": digest(body), "state": State.DRAFT, "revision": 1}
    same = [document.c[name] == value for name, value in {**mine, "author": values["author"]}.items()]
    same.append(document.c.base.is_not_distinct_from(values["base"]))
    wanted = select(document).where(*same).limit(1).with_for_update()
    standing = (await session.execute(wanted)).mappings().one_or_none()
    if standing is not None:
        return standing
    new = insert(document).values(**mine, body=body, editors=[values["author"]], **values)
    row: Row = (await session.execute(new.returning(document))).mappings().one()
    return row


async def alike(session: Session, kind: Kind, key: str, digest_: str, base: int | None) -> Row | None:
    """A draft, whoever's, that says just this, was made from ``base`` and is not published yet.

    Of several the one that has come furthest: scheduled, then approved, then the newest.
    """
    same = (document.c.digest == digest_) & document.c.base.is_not_distinct_from(base)
    open_ = document.c.state.in_((*EDITABLE, State.SCHEDULED))
    further = ((document.c.state == State.SCHEDULED).desc(), document.c.approved_by.is_not(None).desc())
    wanted = select(document).where(document.c.kind == kind, document.c.key == key, open_, same)
    ordered = wanted.order_by(*further, document.c.id.desc()).limit(1).with_for_update()
    return (await session.execute(ordered)).mappings().one_or_none()


async def brought(session: Session, kind: Kind, key: str, author: str, base: int | None) -> Row | None:
    """The newest draft that ``author`` brought in a file, that was made from ``base`` and nobody else has worked on."""
    hers = (document.c.author == author) & (document.c.editors == [author]) & document.c.source.is_not(None)
    open_ = document.c.state.in_((State.DRAFT, State.CHECKED))
    return await _newest(session, kind, key, open_, hers, document.c.base.is_not_distinct_from(base))


async def _newest(session: Session, kind: Kind, key: str, *where: ColumnElement[bool]) -> Row | None:
    mine = (document.c.kind == kind) & (document.c.key == key)
    wanted = select(document).where(mine, *where).order_by(document.c.id.desc()).limit(1).with_for_update()
    return (await session.execute(wanted)).mappings().one_or_none()


async def get(session: Session, id_: int, *, lock: bool = False) -> Row | None:
    """Any version of any document."""
    wanted = select(document).where(document.c.id == id_)
    return (await session.execute(wanted.with_for_update() if lock else wanted)).mappings().one_or_none()


async def save(session: Session, id_: int, revision: int, body: Mapping[str, Any], **values: Any) -> Row | None:
    """Another content for a draft that stands at ``revision``: it is a draft again, unchecked and unapproved.

    ``values``: ``editor``, ``base`` and perhaps ``source``.
    """
    editor = values.pop("editor")
    others = func.array_remove(document.c.editors, editor)
    edited: dict[str, Any] = {
        "body": body,
        "digest": digest(body),
        "state": State.DRAFT,
        "revision": revision + 1,
        "editors": func.array_append(others, editor, type_=ARRAY(Text)),
        "approved_by": None,
        "problems": [],
        "checked_revision": None,
    }
    return await _change(session, id_, EDITABLE, {**edited, **values}, document.c.revision == revision)


async def note_check(session: Session, id_: int, revision: int, problems: Sequence[Any], sound: bool) -> Row | None:
    """What a check of this revision found; only a sound draft is ``checked``, and a shadow stays one."""
    state = case((document.c.state == State.SHADOW, State.SHADOW), else_=State.CHECKED if sound else State.DRAFT)
    values = {"problems": list(problems), "checked_revision": revision, "state": state}
    return await _change(session, id_, EDITABLE, values, document.c.revision == revision)


async def forget_check(session: Session, id_: int) -> None:
    """Have the draft count as unchecked, as it stands."""
    await _change(session, id_, (State.DRAFT,), {"checked_revision": None})


async def approve(session: Session, id_: int, revision: int, approver: str) -> Row | None:
    """Somebody who has not edited it approves of this revision."""
    seen = (document.c.revision == revision) & ~document.c.editors.contains([approver])
    return await _change(session, id_, READY, {"approved_by": approver}, seen)


async def move(session: Session, id_: int, state: State, to: State, **values: Any) -> Row | None:
    """From one state of its life into another."""
    return await _change(session, id_, (state,), {"state": to, **values})


async def release(session: Session, row: Row) -> Row | None:
    """Make a draft the published version of its key, as which its shadow ends.

    None when another one is published than it was made from; nothing has changed then.
    """
    await lock_key(session, row)
    mine = (document.c.kind == row["kind"]) & (document.c.key == row["key"])
    standing = (
        await session.execute(select(document.c.id).where(mine, document.c.state == State.PUBLISHED))
    ).scalar_one_or_none()
    if standing != row["base"]:
        return None
    superseded = update(document).where(document.c.id == standing).values(state=State.SUPERSEDED)
    await session.execute(superseded)
    last = select(func.coalesce(func.max(document.c.version), 0) + 1).where(mine).scalar_subquery()
    values = {"state": State.PUBLISHED, "version": last, "published_at": func.now()}
    released = await _change(session, row["id"], (State.SCHEDULED,), values)
    if released is not None:
        await shadows.end(session, row["id"], ShadowState.PROMOTED)
        if row["kind"] == Kind.ORGANISATION:
            await _wake_targets(session)
    return released


async def _wake_targets(session: Session) -> None:
    """Have what waits to be sent looked at: its quiet hours may end earlier now."""
    for target in await messages.targets_with_pending(session, timedelta()):
        await outbox.put(session, "wake_target", f"target/{target}")


async def lock_key(session: Session, row: Row) -> None:
    """Be the only one who decides about versions of this key, until the transaction ends."""
    await take_turns(session, f"{row['kind']}/{row['key']}")


async def listed(session: Session, **where: Any) -> Sequence[Row]:
    """Versions and drafts whose columns have these values (None: any), the newest first, without their bodies."""
    columns = [column for column in document.c if column.name not in ("body", "source")]
    wanted = select(*columns).where(*(document.c[name] == value for name, value in where.items() if value is not None))
    return (await session.execute(wanted.order_by(document.c.id.desc()).limit(_MOST_LISTED))).mappings().all()


async def all_published(session: Session) -> Sequence[Row]:
    """Every published document, by kind and key."""
    wanted = select(document).where(document.c.state == State.PUBLISHED).order_by(document.c.kind, document.c.key)
    return (await session.execute(wanted)).mappings().all()


async def _change(
    session: Session, id_: int, states: Sequence[State], values: Mapping[str, Any], *where: ColumnElement[bool]
) -> Row | None:
    standing = (document.c.id == id_) & document.c.state.in_(states)
    changed = update(document).where(standing, *where).values(changed_at=func.now(), **values).returning(document)
    row: Row | None = (await session.execute(changed)).mappings().one_or_none()
    return row
