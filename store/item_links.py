"""Links between items, read in both directions."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Select, and_, delete, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert

from voxloop.store import branches
from voxloop.store.item_tables import feedback
from voxloop.store.relation_tables import item_link
from voxloop.store.sessions import Row, Session
from voxloop.store.work_tables import assignment

# Of another item what a line in a list shows of it, and what `visibility.sees` asks of it.
_LINE = ("id", "code", "text", "type", "stage", "outcome", "priority", "received_at", "team", "source")
_workers = select(func.coalesce(func.array_agg(assignment.c.member.distinct()), []))
_WORKERS = _workers.where(assignment.c.item == feedback.c.id).scalar_subquery().label("workers")


async def link(session: Session, **values: Any) -> bool:
    """Link an item to another one (columns of ``item_link``); False: one of them is linked to the other one so.

    Whoever links the same two from the other side meanwhile is waited for.
    """
    new = insert(item_link).values(values).on_conflict_do_nothing().returning(item_link.c.kind)
    return (await session.execute(new)).first() is not None


async def unlink(session: Session, item: UUID, other: UUID, kind: str) -> bool:
    """Remove that link, from whichever side it was made; False: there is none."""
    return (await session.execute(delete(item_link).where(_between(item, other, kind)))).rowcount > 0


def _between(item: UUID, other: UUID, kind: str) -> Any:
    there = and_(item_link.c.item == item, item_link.c.other == other)
    back = and_(item_link.c.item == other, item_link.c.other == item)
    return and_(or_(there, back), item_link.c.kind == kind)


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """All links of these items, each with the other one as a line; ``direction`` is ``to`` it or ``from`` it."""
    ids = list(items)
    ends = ((item_link.c.item, item_link.c.other, "to"), (item_link.c.other, item_link.c.item, "from"))
    found = union_all(*(_seen_from(ids, *each) for each in ends)).subquery()
    return (await session.execute(select(found).order_by(found.c.at, found.c.code))).mappings().all()


def _seen_from(ids: list[UUID], mine: Column[Any], others: Column[Any], direction: str) -> Select[Any]:
    how = (mine.label("item"), item_link.c.kind, literal(direction).label("direction"), item_link.c.actor)
    return select(*how, item_link.c.at, *line()).join(feedback, feedback.c.id == others).where(mine.in_(ids))


def line() -> list[Any]:
    """The columns of an item that stands beside another one."""
    return [*(feedback.c[name] for name in _LINE), _WORKERS, *branches.of_item("branch_team")]
