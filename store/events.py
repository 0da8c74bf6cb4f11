"""The event log of an item: append-only, one event a version, each with the after-values of what it changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from voxloop.store.item_tables import event
from voxloop.store.sessions import Row, Session


@dataclass
class Event:
    """What happened: its kind, who did it (``member:<key>``, ``rule:<key>``, ``system``), values for its sentence."""

    kind: str
    actor: str = "system"
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What a turn wrote: the version, the changed columns with their new values, and what the loop is told."""

    version: int
    changes: Mapping[str, Any]
    plan: object


async def append(session: Session, item: Mapping[str, Any], at: datetime, happened: Event, written: Written) -> None:
    """Write the event of a version; ``item`` is the row as changed by it."""
    kind, _, name = happened.actor.partition(":")
    await session.execute(
        insert(event).values(
            item=item["id"],
            version=written.version,
            at=at,
            actor_kind=kind,
            actor=name or None,
            kind=happened.kind,
            round=item["round"],
            step=item["step"],
            changes=written.changes,
            detail=happened.detail,
            plan=written.plan,
        )
    )


async def plan_at(session: Session, item: UUID, version: int) -> dict[str, Any]:
    """What the loop was told when ``version`` was written."""
    stored = select(event.c.plan).where(event.c.item == item, event.c.version == version)
    plan: dict[str, Any] = (await session.execute(stored)).scalar_one()
    return plan


async def last_plan(session: Session, item: UUID) -> dict[str, Any] | None:
    """What the loop was last told; None before its first turn."""
    newest = select(event.c.plan).where(event.c.item == item).order_by(event.c.version.desc()).limit(1)
    plan: dict[str, Any] | None = (await session.execute(newest)).scalar_one()
    return plan


async def of_items(session: Session, items: Iterable[UUID], last: int | None = None) -> Sequence[Row]:
    """The events of these items in order; with ``last``, only the newest so many of each."""
    wanted = select(event).where(event.c.item.in_(list(items)))
    if last is not None:
        position = func.row_number().over(partition_by=event.c.item, order_by=event.c.version.desc())
        ranked = wanted.add_columns(position.label("position")).subquery()
        wanted = select(ranked).where(ranked.c.position <= last)
        return (await session.execute(wanted.order_by(ranked.c.item, ranked.c.version))).mappings().all()
    return (await session.execute(wanted.order_by(event.c.item, event.c.version))).mappings().all()
