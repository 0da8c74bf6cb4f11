"""Saved views: named lists of items. What they show is decided by whoever reads them, never by who made them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from voxloop.domain.rights import SAVE_VIEWS, may
from voxloop.domain.viewer import Viewer
from voxloop.domain.views import Sharing
from voxloop.store.relation_tables import view
from voxloop.store.sessions import Row, Session

_SHARED = view.c.sharing != Sharing.MINE


async def seen(session: Session, viewer: Viewer, ids: Iterable[UUID] | None = None) -> Sequence[Row]:
    """The viewer's own views and the shared ones, in the order in which they were made; of ``ids`` only if given."""
    if not may(viewer, SAVE_VIEWS):
        return []
    wanted = select(view).where(_SHARED | (view.c.owner == viewer.actor)).order_by(view.c.created_at, view.c.id)
    if ids is not None:
        wanted = wanted.where(view.c.id.in_(list(ids)))
    return (await session.execute(wanted)).mappings().all()


async def count(session: Session, owner: str, sharing: Sharing) -> int:
    """How many views there are beside which another one of that sharing would stand."""
    return (await session.execute(select(func.count()).where(_beside(owner, sharing)))).scalar_one()


def _beside(owner: str, sharing: Sharing) -> ColumnElement[bool]:
    return _SHARED if sharing is not Sharing.MINE else ~_SHARED & (view.c.owner == owner)


async def add(session: Session, **columns: Any) -> None:
    """A new view."""
    await session.execute(insert(view).values(**columns))


async def change(session: Session, id_: UUID, **columns: Any) -> None:
    """Its next revision."""
    await session.execute(update(view).where(view.c.id == id_).values(revision=view.c.revision + 1, **columns))


async def remove(session: Session, id_: UUID) -> None:
    """It is gone."""
    await session.execute(delete(view).where(view.c.id == id_))


async def forget(session: Session, owner: str) -> None:
    """What its owner alone could see is gone; what she shared stays."""
    await session.execute(delete(view).where(_beside(owner, Sharing.MINE)))
