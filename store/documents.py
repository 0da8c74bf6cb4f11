"""Versioned documents that owners edit (DESIGN 4.3): read by pinned id, or as published now."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from voxloop.domain.identity import digest
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import document

_PUBLISHED = document.c.state == "published"
_PUBLISHED_VERSION = select(document.c.id).where(
    document.c.kind == bindparam("kind"), document.c.key == bindparam("key"), _PUBLISHED
)
_PROCESS = select(document.c.id, document.c.key).where(document.c.kind == "process", _PUBLISHED)
_NAMED = _PROCESS.where(document.c.key == bindparam("key"))
_HANDLES = document.c.body["handles"].contains(bindparam("type", type_=JSONB))
_HANDLING = _PROCESS.where(_HANDLES).order_by(document.c.key).limit(1)


async def published(session: Session, kind: str, key: str) -> Row | None:
    """The version of ``key`` that new loops take, or None."""
    wanted = select(document).where(document.c.kind == kind, document.c.key == key, document.c.state == "published")
    return (await session.execute(wanted)).mappings().one_or_none()


async def published_version(session: Session, kind: str, key: str) -> int | None:
    """The id alone of that version: what its body says is known to whoever has read it once."""
    return (await session.execute(_PUBLISHED_VERSION, {"kind": kind, "key": key})).scalar_one_or_none()


async def pinned(session: Session, version_id: int) -> Row:
    """One version by its id, whatever its state: a body never changes once it is published."""
    return (await session.execute(select(document).where(document.c.id == version_id))).mappings().one()


async def process_for(session: Session, key: str | None, type_: str) -> Row:
    """Id and key of the published process that a route names, else of the one that handles this type of feedback."""
    found = await session.execute(_NAMED, {"key": key}) if key else await session.execute(_HANDLING, {"type": [type_]})
    return found.mappings().one()


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
