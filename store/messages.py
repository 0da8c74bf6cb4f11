"""Messages, and the receipts that prove what became of each that goes out."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from voxloop.store.effect_tables import message, receipt
from voxloop.store.sessions import Row, Session, counts

EVENT = "webhook"  # the purpose of what only machines read


async def add(session: Session, **values: Any) -> int:
    """Add a message (columns of ``message``); answers its id."""
    return int((await session.execute(insert(message).values(**values).returning(message.c.id))).scalar_one())


async def intend(session: Session, **values: Any) -> None:
    """Write the pending receipt of an outward message: the intent to send it."""
    await session.execute(insert(receipt).values(**values))


async def next_pending(session: Session, target: str) -> Row | None:
    """The oldest receipt of ``target`` that is not settled, with its message's words."""
    wanted = (
        select(receipt, message.c.subject, message.c.text, message.c.footer, message.c.member)
        .join(message, message.c.id == receipt.c.message)
        .where(receipt.c.target == target, receipt.c.settled_at.is_(None))
        .order_by(receipt.c.message)
        .limit(1)
    )
    return (await session.execute(wanted)).mappings().one_or_none()


async def begin_sending(session: Session, key: str) -> None:
    """An attempt begins: whoever finds this state later knows that the effect may have happened."""
    mine = update(receipt).where(receipt.c.key == key)
    await session.execute(mine.values(state="sending", attempts=receipt.c.attempts + 1))


async def not_sent(session: Session, key: str) -> None:
    """The attempt certainly had no effect: the receipt waits as before."""
    mine = update(receipt).where(receipt.c.key == key)
    await session.execute(mine.values(state="pending", attempts=receipt.c.attempts - 1))


async def settle(
    session: Session, key: str, state: str, external_id: str | None = None, reason: str | None = None
) -> None:
    """The final word on a receipt."""
    values = {"state": state, "external_id": external_id, "reason": reason, "settled_at": func.now()}
    await session.execute(update(receipt).where(receipt.c.key == key).values(**values))


async def targets_with_pending(session: Session, age: timedelta) -> Sequence[str]:
    """Targets for which something has waited that long to be sent."""
    old = receipt.c.created_at < func.now() - age
    waiting = select(receipt.c.target).where(receipt.c.settled_at.is_(None), old).distinct()
    return (await session.execute(waiting)).scalars().all()


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """All messages of these items, in order, each outward one with its receipt; events for machines are none."""
    wanted = (
        select(message, receipt.c.key, receipt.c.via, receipt.c.state, receipt.c.settled_at, receipt.c.reason)
        .outerjoin(receipt, receipt.c.message == message.c.id)
        .where(message.c.item.in_(list(items)), message.c.purpose != EVENT)
        .order_by(message.c.id)
    )
    return (await session.execute(wanted)).mappings().all()


async def count_receipts(session: Session) -> dict[str, int]:
    """How many receipts are in each state."""
    counted = select(receipt.c.state, func.count()).group_by(receipt.c.state)
    return await counts(session, counted)
