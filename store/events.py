"""The event log of an item: append-only, one event a version, each with the after-values of what it changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as UUIDS

from voxloop.store.item_tables import event
from voxloop.store.reads import Read
from voxloop.store.sessions import Row, Session


@dataclass
class Event:
    """What happened: its kind, who did it (``member:<key>``, ``rule:<key>``, ``system``), values for its sentence."""

    kind: str
    actor: str = "system"
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What a turn writes: the version, what happened, the changed columns with their new values, and its effects.

    ``plan`` is what the loop is told; ``targets`` have something to send from now on.
    """

    version: int
    at: datetime
    happened: Event
    changes: Mapping[str, Any]
    plan: object = None
    targets: Iterable[str] = ()


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


async def written_by(session: Session, items: Iterable[UUID], turn: str) -> Row | None:
    """``item`` and ``version`` of what a turn of that name wrote first of these items; None: there is none."""
    mine = event.c.item.in_(list(items)) & (event.c.plan["by"].astext == turn)
    wrote = select(event.c.item, event.c.version).where(mine).order_by(event.c.version).limit(1)
    return (await session.execute(wrote)).mappings().one_or_none()


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The events of these items in order."""
    wanted = select(event).where(event.c.item.in_(list(items)))
    return (await session.execute(wanted.order_by(event.c.item, event.c.version))).mappings().all()


async def newest(session: Session, items: Iterable[UUID], last: int, whole: bool) -> Sequence[Row]:
    """The newest ``last`` events of each of these items, in order; ``whole``: with what they changed and why."""
    return await (_WHOLE if whole else _BARE).rows(session, items=list(items), last=last)


def _newest(*more: Column[Any]) -> Read:
    items = func.unnest(bindparam("items", type_=ARRAY(UUIDS))).table_valued("id").render_derived(name="asked")
    own = [event.c[name] for name in ("item", "version", "at", "actor_kind", "actor", "kind", "round", "step")]
    of_one = select(*own, *more).where(event.c.item == items.c.id).order_by(event.c.version.desc())
    found = of_one.limit(bindparam("last")).lateral("newest")
    return Read(select(found).select_from(items.join(found, true())).order_by(found.c.item, found.c.version))


_BARE, _WHOLE = _newest(), _newest(event.c.changes, event.c.detail)
