"""Simulations: what somebody made up, and what was decided of it. They may hold texts: a day later they are swept."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from voxloop.domain.identity import new_id
from voxloop.store.sessions import Row, Session
from voxloop.store.study_tables import simulation

_KEPT = timedelta(days=1)


async def begin(session: Session, request: Mapping[str, Any], author: str) -> UUID:
    """Keep what is asked; answers its id."""
    id_ = new_id()
    await session.execute(insert(simulation).values(id=id_, request=request, author=author))
    return id_


async def get(session: Session, id_: UUID) -> Row | None:
    """One simulation."""
    return (await session.execute(select(simulation).where(simulation.c.id == id_))).mappings().one_or_none()


async def finish(session: Session, id_: UUID, result: Mapping[str, Any]) -> None:
    """Keep what came of it."""
    await session.execute(update(simulation).where(simulation.c.id == id_).values(result=result))


async def sweep(session: Session) -> int:
    """Remove what is older than a day; answers how many."""
    old = delete(simulation).where(simulation.c.created_at < func.now() - _KEPT)
    return (await session.execute(old)).rowcount
