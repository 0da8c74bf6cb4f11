"""Versioned documents that owners edit (DESIGN 4.3): read by pinned id, or as published now."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update

from voxloop.domain.identity import digest
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import document


async def published(session: Session, kind: str, key: str) -> Row | None:
    """The version of ``key`` that new loops take, or None."""
    wanted = select(document).where(document.c.kind == kind, document.c.key == key, document.c.state == "published")
    return (await session.execute(wanted)).mappings().one_or_none()


async def pinned(session: Session, version_id: int) -> Row:
    """One version by its id, whatever its state: a body never changes once it is published."""
    return (await session.execute(select(document).where(document.c.id == version_id))).mappings().one()


async def process_for(session: Session, key: str | None, type_: str) -> Row:
    """The published process that a route names, else the one that handles this type of feedback."""
    wanted = select(document).where(document.c.kind == "process", document.c.state == "published")
    named = document.c.key == key if key else document.c.body["handles"].contains([type_])
    return (await session.execute(wanted.where(named).order_by(document.c.key).limit(1))).mappings().one()


async def publish(session: Session, kind: str, key: str, body: dict[str, Any], author: str) -> int:
    """Make ``body`` the published version of ``key``; answers its id. The same content again changes nothing."""
    standing = await published(session, kind, key)
    if standing is not None and standing["digest"] == digest(body):
        return int(standing["id"])
    mine = (document.c.kind == kind) & (document.c.key == key)
    await session.execute(update(document).where(mine, document.c.state == "published").values(state="superseded"))
    last = (await session.execute(select(func.coalesce(func.max(document.c.version), 0)).where(mine))).scalar_one()
    new = insert(document).values(
        kind=kind,
        key=key,
        version=last + 1,
        state="published",
        body=body,
        digest=digest(body),
        author=author,
        published_at=func.now(),
    )
    return int((await session.execute(new.returning(document.c.id))).scalar_one())


async def titles(session: Session, version_ids: Iterable[int]) -> Sequence[Row]:
    """Id, key, version and title (by language; None where a document has none) of these versions."""
    columns = [document.c.id, document.c.key, document.c.version, document.c.body["title"].label("title")]
    wanted = select(*columns).where(document.c.id.in_(list(version_ids)))
    return (await session.execute(wanted)).mappings().all()
