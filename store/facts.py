"""Counts over recent items that rules ask for, each from one indexed range."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Session


async def recent_counts(session: Session, item: Mapping[str, Any], since: datetime) -> dict[str, int]:
    """How many items, this one included, its customer and its batch brought since then."""

    def count(same: ColumnElement[bool]) -> Any:
        window = feedback.c.received_at.between(since, item["received_at"])
        return select(func.count()).where(same, window).scalar_subquery()

    columns = {
        "customer_count_30d": count(feedback.c.customer == item["customer"]),
        "batch_count_30d": count(feedback.c.batch == item["batch"]),
    }
    row = (await session.execute(select(*(column.label(name) for name, column in columns.items())))).mappings().one()
    known = {"customer_count_30d": item["customer"], "batch_count_30d": item["batch"]}
    return {name: number for name, number in row.items() if known[name] is not None}
