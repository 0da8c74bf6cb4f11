"""Versioned documents that owners edit (DESIGN 4.3): read by pinned id, as published now, or listed for readers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, false, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from voxloop.domain.identity import digest
from voxloop.domain.viewer import Viewer
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice, cut
from voxloop.store.tables import document
from voxloop.store.visibility import readable

_PUBLISHED = document.c.state == "published"
_PUBLISHED_VERSION = select(document.c.id).where(
    document.c.kind == bindparam("kind"), document.c.key == bindparam("key"), _PUBLISHED
)
_PROCESS = select(document.c.id, document.c.key).where(document.c.kind == "process", _PUBLISHED)
_NAMED = _PROCESS.where(document.c.key == bindparam("key"))
# Processes are edited one by one: a type may be left without any, and its items must not wait for ever.
_HANDLES, _OTHERS = (
    func.coalesce(document.c.body["handles"].contains(bindparam(name, value, type_=JSONB)), false())
    for name, value in (("type", None), ("other", ["other"]))
)
_HANDLING = _PROCESS.order_by(_HANDLES.desc(), _OTHERS.desc(), document.c.key).limit(1)


async def published(session: Session, kind: str, key: str) -> Row | None:
    """The version of ``key`` that new loops take, or None."""
    wanted = select(document).where(document.c.kind == kind, document.c.key == key, document.c.state == "published")
    return (await session.execute(wanted)).mappings().one_or_none()


async def published_keys(session: Session, kind: str) -> Sequence[str]:
    """The keys of all that is published of a kind."""
    wanted = select(document.c.key).where(document.c.kind == kind, document.c.state == "published")
    return (await session.execute(wanted.order_by(document.c.key))).scalars().all()


async def published_version(session: Session, kind: str, key: str) -> int | None:
    """The id alone of that version: what its body says is known to whoever has read it once."""
    return (await session.execute(_PUBLISHED_VERSION, {"kind": kind, "key": key})).scalar_one_or_none()


async def pinned(session: Session, version_id: int) -> Row:
    """One version by its id, whatever its state: a body never changes once it is published."""
    return (await session.execute(select(document).where(document.c.id == version_id))).mappings().one()


async def bodies(session: Session, version_ids: Iterable[int]) -> Sequence[Row]:
    """Id, number and body of these versions."""
    wanted = select(document.c.id, document.c.version, document.c.body).where(document.c.id.in_(list(version_ids)))
    return (await session.execute(wanted)).mappings().all()


async def version(session: Session, kind: str, key: str, number: int) -> Row | None:
    """The version of that number."""
    numbered = (document.c.kind == kind) & (document.c.key == key) & (document.c.version == number)
    return (await session.execute(select(document).where(numbered))).mappings().one_or_none()


async def newest_by(session: Session, kind: str, key: str, author: str) -> Row | None:
    """The newest version that ``author`` has published, whatever became of it."""
    hers = (document.c.kind == kind) & (document.c.key == key) & (document.c.author == author)
    wanted = select(document).where(hers, document.c.version.is_not(None)).order_by(document.c.version.desc()).limit(1)
    return (await session.execute(wanted)).mappings().one_or_none()


async def process_for(session: Session, key: str | None, type_: str) -> Row:
    """Id and key of the published process that a route names, else of the one that handles this type of feedback.

    A type that none handles goes where what is of no type goes: what ``domain.process.handlers`` says of many.
    """
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


async def keep_source(session: Session, version_id: int, source: str) -> None:
    """Keep the text in which a version's content was written, comments and all."""
    other = document.c.source.is_distinct_from(source)
    await session.execute(update(document).where(document.c.id == version_id, other).values(source=source))


async def titles(session: Session, version_ids: Iterable[int]) -> Sequence[Row]:
    """Id, key, version, title and closing reasons (by language; None where a document has none) of these versions."""
    said = (document.c.body[name].label(name) for name in ("title", "reasons"))
    wanted = select(document.c.id, document.c.key, document.c.version, *said).where(
        document.c.id.in_(list(version_ids))
    )
    return (await session.execute(wanted)).mappings().all()


async def page(session: Session, viewer: Viewer, slice_: Slice, where: Mapping[str, Any], whole: bool) -> Sequence[Row]:
    """A slice of the versions and drafts that ``viewer`` may read, by id; one more if it goes on.

    ``where``: the values that columns must have, None for any. Only ``whole`` rows have their bodies, all have titles.
    """
    wanted = select(*_columns(whole)).where(*_such(viewer, where))
    return (await session.execute(cut(wanted, [document.c.id], slice_))).mappings().all()


async def count(session: Session, viewer: Viewer, where: Mapping[str, Any]) -> int:
    """How many of them there are."""
    counted = select(func.count()).select_from(document).where(*_such(viewer, where))
    return (await session.execute(counted)).scalar_one()


async def seen(session: Session, viewer: Viewer, ids: Iterable[int], whole: bool = True) -> Sequence[Row]:
    """Those of these versions and drafts that ``viewer`` may read."""
    wanted = select(*_columns(whole)).where(readable(viewer), document.c.id.in_(list(ids)))
    return (await session.execute(wanted)).mappings().all()


def _such(viewer: Viewer, where: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [readable(viewer), *(document.c[name] == value for name, value in where.items() if value is not None)]


def _columns(whole: bool) -> list[ColumnElement[Any]]:
    columns = [column for column in document.c if column.name != "source" and (whole or column.name != "body")]
    return [*columns, document.c.body["title"].label("title")]
