"""Bulk updates: which items, and what became of each."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import any_, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as UUIDS
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.domain.operations import MOST_ITEMS
from voxloop.domain.viewer import Viewer
from voxloop.store.item_tables import feedback
from voxloop.store.listing import Wanted, condition
from voxloop.store.operation_tables import bulk, bulk_item
from voxloop.store.runs import Operations
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice, cut
from voxloop.store.visibility import visible

BULKS = Operations(bulk, bulk_item, "bulk")
get, cancel, count_items = BULKS.get, BULKS.cancel, BULKS.count_items


async def begin(session: Session, **values: Any) -> Row | None:
    """Ask for a bulk update (columns of ``bulk``); None when there is one of that id."""
    new = upsert(bulk).values(**values, total=0).on_conflict_do_nothing().returning(bulk)
    row: Row | None = (await session.execute(new)).mappings().one_or_none()
    return row


async def take(session: Session, id_: UUID, viewer: Viewer, wanted: Wanted | Sequence[UUID]) -> int:
    """Fix its items: those of these, or of that kind, that ``viewer`` sees, by their reception.

    Answers how many there are; if they are too many, one too many.
    """
    which = condition(wanted) if isinstance(wanted, Wanted) else feedback.c.id == any_(literal(wanted, ARRAY(UUIDS)))
    order = (feedback.c.received_at, feedback.c.id)
    found = select(*order).where(visible(viewer), which).order_by(*order).limit(MOST_ITEMS + 1).subquery()
    place = func.row_number().over(order_by=[found.c.received_at, found.c.id])
    listed = select(literal(id_, UUIDS), place, found.c.id)
    taken = insert(bulk_item).from_select(["bulk", "position", "item"], listed)
    total = (await session.execute(taken)).rowcount
    await session.execute(update(bulk).where(bulk.c.id == id_).values(total=total))
    return total


async def seen(session: Session, viewer: Viewer, ids: Iterable[UUID]) -> Sequence[Row]:
    """Those of these bulk updates that ``viewer`` may see: her own, and all for managers and admins."""
    wanted = select(bulk).where(bulk.c.id.in_(list(ids)))
    if viewer.item is not None or not viewer.sees_all:
        wanted = wanted.where(bulk.c.author == viewer.actor)
    return (await session.execute(wanted)).mappings().all()


async def items(session: Session, viewer: Viewer, id_: UUID, state: str | None, slice_: Slice) -> Sequence[Row]:
    """Items of a bulk update in its order, with what became of each; ``code`` is None for one out of sight."""
    seen = bulk_item.outerjoin(feedback, (feedback.c.id == bulk_item.c.item) & visible(viewer))
    wanted = select(bulk_item, feedback.c.code).select_from(seen).where(*BULKS.such(id_, state))
    return (await session.execute(cut(wanted, [bulk_item.c.position], slice_))).mappings().all()
