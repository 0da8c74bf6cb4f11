"""What customers were given for their feedback: points, once for an item and a rule."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from voxloop.store.sessions import Row, Session
from voxloop.store.work_tables import reward


async def give(session: Session, **values: Any) -> None:
    """Give points (columns of ``reward``)."""
    await session.execute(insert(reward).values(**values))


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """What was given for these items, in order."""
    wanted = select(reward).where(reward.c.item.in_(list(items)))
    return (await session.execute(wanted.order_by(reward.c.item, reward.c.version, reward.c.key))).mappings().all()
