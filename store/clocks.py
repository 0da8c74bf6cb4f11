"""Clocks and what happened to them: activate, pause, resume, retarget, warn, fulfil, cancel, breach (DESIGN 4.4).

A clock and what happened to it are written by one statement.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Select, bindparam, insert, select, update

from voxloop.store.sessions import Row, Session
from voxloop.store.work_tables import clock, clock_event

_FRESH = {"seq": 0, "paused_seconds": 0.0, "warned": 0.0, "fulfilled": False}
_GIVEN = tuple(column.name for column in clock.c if column.name != "id")
_CHANGEABLE = (
    *("target_seconds", "due_at", "paused_at", "paused_seconds"),
    *("warned", "breached_at", "ended_at", "fulfilled"),
)


def _values(names: Iterable[str]) -> dict[str, Any]:
    return {name: bindparam(f"new_{name}", type_=clock.c[name].type) for name in names}


def _recorded(written: CTE) -> Select[*tuple[Any, ...]]:
    """The clock as it was written, with what happened to it on record."""
    told = [bindparam(name, type_=clock_event.c[name].type) for name in ("kind", "at", "late_seconds")]
    record = insert(clock_event).from_select(["clock", "kind", "at", "late_seconds"], select(written.c.id, *told))
    return select(written).add_cte(record.cte("record"))


_RUNNING = select(clock).where(clock.c.item == bindparam("of"), clock.c.ended_at.is_(None)).order_by(clock.c.id)
_START = _recorded(insert(clock).values(_values(_GIVEN)).returning(clock).cte("started"))
_CHANGE = update(clock).where(clock.c.id == bindparam("of")).values(_values(_CHANGEABLE)).returning(clock)
_CHANGE_AND_RECORD = _recorded(_CHANGE.cte("changed"))


async def running(session: Session, item: UUID) -> Sequence[Row]:
    """The item's clocks that have not ended, paused or not."""
    return (await session.execute(_RUNNING, {"of": item})).mappings().all()


async def start(session: Session, values: Mapping[str, Any]) -> Row:
    """Start a clock (columns of ``clock``); answers it."""
    new = {f"new_{name}": values.get(name, _FRESH.get(name)) for name in _GIVEN}
    told = {"kind": "activate", "at": values["started_at"], "late_seconds": 0.0}
    return (await session.execute(_START, new | told)).mappings().one()


async def change(session: Session, row: Row, kind: str, at: datetime, **values: Any) -> Row:
    """Change columns of a clock and record what ``kind`` of thing happened to it ``at`` that instant; answers it."""
    told = {"kind": kind, "at": at, "late_seconds": values.pop("late_seconds", 0.0)}
    new = {f"new_{name}": values.get(name, row[name]) for name in _CHANGEABLE}
    return (await session.execute(_CHANGE_AND_RECORD, {"of": row["id"], **new, **told})).mappings().one()


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """All clocks of these items, in order of their start."""
    wanted = select(clock).where(clock.c.item.in_(list(items))).order_by(clock.c.id)
    return (await session.execute(wanted)).mappings().all()
