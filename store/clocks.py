"""Clocks and what happened to them: activate, pause, resume, retarget, warn, fulfil, cancel, breach (DESIGN 4.4)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from voxloop.store.sessions import Row, Session
from voxloop.store.work_tables import clock, clock_event


async def running(session: Session, item: UUID) -> Sequence[Row]:
    """The item's clocks that have not ended, paused or not."""
    wanted = select(clock).where(clock.c.item == item, clock.c.ended_at.is_(None)).order_by(clock.c.id)
    return (await session.execute(wanted)).mappings().all()


async def start(session: Session, values: dict[str, Any]) -> None:
    """Start a clock (columns of ``clock``)."""
    new = (await session.execute(insert(clock).values(**values).returning(clock.c.id))).scalar_one()
    await _record(session, new, "activate", values["started_at"])


async def change(session: Session, which: int, kind: str, at: datetime, **values: Any) -> None:
    """Change columns of a clock and record what ``kind`` of thing happened to it ``at`` that instant."""
    late = values.pop("late_seconds", 0.0)
    await session.execute(update(clock).where(clock.c.id == which).values(**values))
    await _record(session, which, kind, at, late)


async def _record(session: Session, which: int, kind: str, at: datetime, late: float = 0.0) -> None:
    await session.execute(insert(clock_event).values(clock=which, kind=kind, at=at, late_seconds=late))


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """All clocks of these items, in order of their start."""
    wanted = select(clock).where(clock.c.item.in_(list(items))).order_by(clock.c.id)
    return (await session.execute(wanted)).mappings().all()
