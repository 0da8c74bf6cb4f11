"""Counts over recent items that rules ask for, each from one indexed range."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Session

_COUNTED = {"customer_count_30d": feedback.c.customer, "batch_count_30d": feedback.c.batch}
COUNTS = frozenset(_COUNTED)


def _count(column: Any) -> Any:
    window = feedback.c.received_at.between(bindparam("since"), bindparam("until"))
    return select(func.count()).where(column == bindparam(column.name), window).scalar_subquery()


_RECENT = select(*(_count(column).label(name) for name, column in _COUNTED.items()))


async def recent_counts(session: Session, item: Mapping[str, Any], since: datetime) -> dict[str, int]:
    """How many items, this one included, its customer and its batch brought since then."""
    known = {name: item[column.name] for name, column in _COUNTED.items()}
    if not any(known.values()):
        return {}
    of = {"since": since, "until": item["received_at"], "customer": item["customer"], "batch": item["batch"]}
    row = (await session.execute(_RECENT, of)).mappings().one()
    return {name: number for name, number in row.items() if known[name] is not None}
