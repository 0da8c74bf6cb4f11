"""What happened to items and their clocks, many items at once: one row a clock, a step, an item's history.

What happened in order lies in arrays, so that a page of items is few rows.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, String, bindparam, func, select
from sqlalchemy.dialects.postgresql import UUID as UUIDS
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.types import NullType

from voxloop.store.item_tables import event
from voxloop.store.sessions import Row, Session
from voxloop.store.work_tables import clock, clock_event, step_run

_ASKED = bindparam("items", type_=ARRAY(UUIDS(as_uuid=True)))
_KEPT = ("type", "priority", "stage", "process")
_STEP = ("item", "seq", "parent", "step", "kind", "team", "entered_at", "accepted_at", "ended_at", "outcome")
_CLOCK = (
    *("item", "name", "seq", "calendar", "zone", "target_seconds", "due_at", "manual"),
    *("paused_at", "breached_at", "started_at", "ended_at"),
)


def _in_order(column: Any, *by: Any) -> Any:
    # As asyncpg gives it: SQLAlchemy would look at every value once more.
    return func.array_agg(aggregate_order_by(column, *by), type_=NullType())


_HISTORIES: Select[Any] = (
    select(
        event.c.item,
        _in_order(event.c.at, event.c.version).label("at"),
        *(_in_order(event.c.changes[name].astext, event.c.version).label(name) for name in _KEPT),
    )
    .where(event.c.item == func.any(_ASKED), event.c.changes.has_any(array(_KEPT, type_=String)))
    .group_by(event.c.item)
)
_HAPPENED = (
    select(
        clock_event.c.clock,
        _in_order(clock_event.c.kind, clock_event.c.id).label("kinds"),
        _in_order(clock_event.c.at, clock_event.c.id).label("ats"),
        _in_order(clock_event.c.why["level"].astext, clock_event.c.id).label("levels"),
    )
    .where(clock_event.c.clock.in_(select(clock.c.id).where(clock.c.item == func.any(_ASKED))))
    .group_by(clock_event.c.clock)
    .cte("happened")
)
_CLOCKS: Select[Any] = (
    select(*(clock.c[name] for name in _CLOCK), _HAPPENED.c.kinds, _HAPPENED.c.ats, _HAPPENED.c.levels)
    .join(_HAPPENED, _HAPPENED.c.clock == clock.c.id)
    .where(clock.c.item == func.any(_ASKED))
    .order_by(clock.c.id)
)
_STEPS: Select[Any] = (
    select(*(step_run.c[name] for name in _STEP))
    .where(step_run.c.item == func.any(_ASKED))
    .order_by(step_run.c.item, step_run.c.seq)
)


async def histories(session: Session, items: Iterable[UUID]) -> Sequence[Any]:
    """Of each item the instants at which its type, priority, stage or process changed, and what to (None: it did not).

    Columns: ``item``, and arrays ``at``, ``type``, ``priority``, ``stage``, ``process``.
    """
    return await _all(session, _HISTORIES, items)


async def clocks(session: Session, items: Iterable[UUID]) -> Sequence[Any]:
    """The clocks of these items, each with what happened to it in arrays ``kinds``, ``ats`` and ``levels``."""
    return await _all(session, _CLOCKS, items)


async def steps(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The steps of these items in order."""
    return [row._mapping for row in await _all(session, _STEPS, items)]


async def _all(session: Session, wanted: Select[Any], items: Iterable[UUID]) -> Sequence[Any]:
    rows: Sequence[Any] = (await session.execute(wanted, {"items": list(items)})).all()
    return rows
