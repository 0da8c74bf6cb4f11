"""Handing in items for tests that need one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from voxloop.analysis.search_keys import search_keys
from voxloop.domain.identity import new_id
from voxloop.store import acceptance
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Session
from voxloop.store.tables import customer


async def hand_in(session: Session, received_at: datetime, **columns: Any) -> UUID:
    """Accept an item of a known regular customer; ``columns`` of ``feedback`` say what else is special about it."""
    item = new_id()
    wanted = select(customer.c.id).where(customer.c.ref == columns.pop("customer_ref", "C0010"))
    values = {
        "id": item,
        "source": "test",
        "idempotency_key": str(item),
        "argument_hash": "-",
        "text": "按键不灵",
        "language": "zh-CN",
        "channel": "app",
        "customer": (await session.execute(wanted)).scalar_one(),
        "received_at": received_at,
    }
    values |= columns
    values["search_keys"] = search_keys(values["text"])
    await acceptance.accept(session, values, "integration:test")
    if columns:  # also those that no item has when it is accepted
        await session.execute(update(feedback).where(feedback.c.id == item).values(**columns))
    return item
