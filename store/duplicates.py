"""Duplicates: which item stands for another one, and for which it stands."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from voxloop.domain.feedback import Stage
from voxloop.store.item_links import line
from voxloop.store.item_tables import event, feedback
from voxloop.store.sessions import Row, Session

_MERGERS = 6_040_000_001  # any number that nobody else locks
_SHOWN = ("id", "code", "version", "stage", "outcome", "merged_into", "settled_at", "finished_at")
_STANDING = [feedback.c[name] for name in _SHOWN]


async def alone(session: Session) -> None:
    """Until the transaction ends, nobody else merges: items that go into each other at once cannot miss each other.

    It is waited for with the own row locked and no other, so that two of them never wait for each other.
    """
    await session.execute(select(func.pg_advisory_xact_lock(_MERGERS)))


async def standing(session: Session, item: UUID) -> Row:
    """How an item stands now."""
    return (await session.execute(select(*_STANDING).where(feedback.c.id == item))).mappings().one()


async def canonical(session: Session, item: UUID) -> Row:
    """The item that stands for this one in the end, or itself: merged items never lead in circles."""
    found = await standing(session, item)
    while found["merged_into"] is not None:
        found = await standing(session, found["merged_into"])
    return found


async def of(session: Session, item: UUID) -> Sequence[UUID]:
    """The items merged into it whose loops are open."""
    merged = (feedback.c.merged_into == item) & feedback.c.finished_at.is_(None)
    return (await session.execute(select(feedback.c.id).where(merged).order_by(feedback.c.id))).scalars().all()


async def last_merge(session: Session, item: UUID) -> dict[str, Any]:
    """The detail of the event by which it was merged last."""
    merges = select(event.c.detail).where(event.c.item == item, event.c.kind == "merged")
    detail: dict[str, Any] = (await session.execute(merges.order_by(event.c.version.desc()).limit(1))).scalar_one()
    return detail


async def unanswered(session: Session, item: UUID) -> bool:
    """Whether the customer of a merged item has written since it was merged, or since she heard how that ended."""
    mine = event.c.item == item
    heard = select(func.max(event.c.version)).where(mine, event.c.kind.in_(["merged", "canonical_closed"]))
    wrote = exists().where(mine, event.c.kind == "customer_replied", event.c.version > heard.scalar_subquery())
    return bool((await session.execute(select(wrote))).scalar_one())


async def out_of_step(session: Session, age: timedelta) -> Sequence[Row]:
    """Merged items with an open loop that have not heard for that long how their canonical item stands.

    Of each its ``id``, and that item as ``other`` with its ``version``.
    """
    other = feedback.alias("other")
    merged = feedback.c.merged_into.is_not(None) & feedback.c.finished_at.is_(None)
    heard = (other.c.merged_into.is_(None)) & (feedback.c.settled_at.is_not(None) == (other.c.stage == Stage.CLOSED))
    newest = (event.c.item == other.c.id) & (event.c.version == other.c.version)
    wanted = (
        select(feedback.c.id, other.c.id.label("other"), other.c.version)
        .join(other, other.c.id == feedback.c.merged_into)
        .join(event, newest)
        .where(merged, ~heard, event.c.recorded_at < func.now() - age)
    )
    return (await session.execute(wanted)).mappings().all()


async def merged_into(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """Of these items those that are merged, each (``item``) with the one it is merged into as a line."""
    merged = feedback.alias("merged")
    wanted = select(merged.c.id.label("item"), *line()).join(feedback, feedback.c.id == merged.c.merged_into)
    return (await session.execute(wanted.where(merged.c.id.in_(list(items))))).mappings().all()


async def merged_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The items that were merged into these (``item``), as lines, in order of their reception."""
    wanted = select(feedback.c.merged_into.label("item"), *line()).where(feedback.c.merged_into.in_(list(items)))
    return (await session.execute(wanted.order_by(feedback.c.received_at, feedback.c.id))).mappings().all()
