"""Clocks and what happened to them: activate, pause, resume, retarget, warn, fulfil, cancel, breach (DESIGN 4.4).

All that a turn does to clocks is written by one statement, and read back in its order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Integer, and_, any_, bindparam, column, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.selectable import TableValuedAlias

from voxloop.store.sessions import Row, Session
from voxloop.store.work_tables import clock, clock_event

_FRESH = {"manual": False, "paused_seconds": 0.0, "warned": 0.0, "fulfilled": False}
_GIVEN = tuple(str(each.name) for each in clock.c if each.name != "id")
_CHANGEABLE = tuple(name for name in _GIVEN if name not in ("item", "name", "seq", "started_at"))
_TOLD = ("kind", "at", "late_seconds", "due_at", "why")


@dataclass(frozen=True)
class Happened:
    """What happened to a clock ``at`` an instant; ``why``: what it was aimed by, where it was aimed."""

    clock: dict[str, Any]
    kind: str
    at: datetime
    due_at: datetime | None
    late_seconds: float = 0.0
    why: dict[str, Any] | None = None


def fresh(**values: Any) -> dict[str, Any]:
    """A clock (columns) that nothing has happened to and that is not written yet: it has no id."""
    return {"id": None, **dict.fromkeys(_GIVEN), **_FRESH, **values}


def _given(name: str, columns: Iterable[Column[Any]], *more: Any) -> TableValuedAlias:
    wanted = [*(column(each.name, each.type) for each in columns), *more]
    recordset = func.json_to_recordset(bindparam(name, type_=JSON)).table_valued(*wanted)
    return recordset.render_derived(name=name, with_types=True)


def _write() -> Executable:
    """Start those without an id, change the others, and put what happened on record in its order."""
    of_turn = _given("clocks", clock.c)
    new = select(*(of_turn.c[name] for name in _GIVEN)).where(of_turn.c.id.is_(None))
    started = insert(clock).from_select(_GIVEN, new).returning(clock.c.id, clock.c.name, clock.c.seq).cte("started")
    changes = {name: of_turn.c[name] for name in _CHANGEABLE}
    changed = update(clock).where(clock.c.id == of_turn.c.id).values(changes).cte("changed")
    named = (column("id", clock.c.id.type), column("name", clock.c.name.type), column("seq", Integer))
    told = _given("told", (clock_event.c[name] for name in _TOLD), *named, column("place", Integer))
    mine = and_(told.c.id.is_(None), started.c.name == told.c.name, started.c.seq == told.c.seq)
    record = select(func.coalesce(told.c.id, started.c.id), *(told.c[name] for name in _TOLD))
    ordered = record.select_from(told.outerjoin(started, mine)).order_by(told.c.place)
    return insert(clock_event).from_select(["clock", *_TOLD], ordered).add_cte(changed)


_RUNNING = select(clock).where(clock.c.item == bindparam("of"), clock.c.ended_at.is_(None)).order_by(clock.c.id)
_WRITE = _write()
_HAPPENED = (
    select(clock_event.c.clock, clock_event.c.kind, clock_event.c.at)
    .where(clock_event.c.clock == any_(bindparam("clocks", type_=ARRAY(BigInteger))))  # one value: there may be many
    .order_by(clock_event.c.id)
)


async def running(session: Session, item: UUID) -> Sequence[Row]:
    """The item's clocks that have not ended, paused or not."""
    return (await session.execute(_RUNNING, {"of": item})).mappings().all()


async def write(session: Session, clocks: Iterable[dict[str, Any]], happened: Iterable[Happened]) -> None:
    """Write clocks (columns), those without an id as new ones, and what happened to them; none starts twice."""
    told = [
        {**{name: getattr(each, name) for name in _TOLD}, **_identity(each.clock), "place": place}
        for place, each in enumerate(happened)
    ]
    written = [{name: each[name] for name in ("id", *_GIVEN)} for each in clocks]
    await session.execute(_WRITE, {"clocks": written, "told": told})


def _identity(of: dict[str, Any]) -> dict[str, Any]:
    return {name: of[name] for name in ("id", "name", "seq")}


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """All clocks of these items, in order of their start."""
    wanted = select(clock).where(clock.c.item.in_(list(items))).order_by(clock.c.id)
    return (await session.execute(wanted)).mappings().all()


async def running_of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The clocks of these items that have not ended."""
    wanted = select(clock).where(clock.c.item.in_(list(items)), clock.c.ended_at.is_(None)).order_by(clock.c.id)
    return (await session.execute(wanted)).mappings().all()


async def events_of(session: Session, clocks: Iterable[int]) -> Sequence[Row]:
    """What happened to these clocks, in order: ``clock``, ``kind`` and ``at``."""
    return (await session.execute(_HAPPENED, {"clocks": list(clocks)})).mappings().all()


async def events_of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """What happened to all clocks of these items, in order."""
    wanted = select(clock.c.item, clock_event).join(clock, clock.c.id == clock_event.c.clock)
    of_items = wanted.where(clock.c.item.in_(list(items))).order_by(clock_event.c.id)
    return (await session.execute(of_items)).mappings().all()
