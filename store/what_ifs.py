"""What-ifs: items of the past, page by page, and whose clocks would have said otherwise."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.studies import OfPast, following
from voxloop.store.study_tables import what_if, what_if_difference
from voxloop.store.tables import customer
from voxloop.store.work_tables import decision

_STUDIES = OfPast(what_if, what_if_difference, "what_if")
get, of_ids, begun, write = _STUDIES.get, _STUDIES.of_ids, _STUDIES.begun, _STUDIES.write
cancel, end, differences = _STUDIES.cancel, _STUDIES.end, _STUDIES.differences

# Of an item no more than its clocks are about: texts stay where they are.
_COLUMNS = ("id", "code", "received_at", "type", "priority", "team", "process")


async def begin(session: Session, **values: Any) -> Row | None:
    """Ask for a what-if (columns of ``what_if``); None when there is one of that id."""
    new = insert(what_if).values(**values).on_conflict_do_nothing(index_elements=["id"]).returning(what_if)
    row: Row | None = (await session.execute(new)).mappings().one_or_none()
    return row


async def newest(session: Session, limit: int) -> Sequence[Row]:
    """The last what-ifs that somebody asked for, the newest first."""
    return (await session.execute(select(what_if).order_by(what_if.c.created_at.desc()).limit(limit))).mappings().all()


async def page(session: Session, study: Mapping[str, Any] | Row, limit: int) -> Sequence[Row]:
    """The next items, each with its customer's ``level`` and ``time_zone``, and what was decided when it came.

    That is ``routed``, the process that a rule named, and ``facts``, as they were.
    """
    first = select(decision).where(decision.c.item == feedback.c.id).order_by(decision.c.version).limit(1).lateral()
    items = (
        select(
            *(feedback.c[name] for name in _COLUMNS),
            customer.c.level,
            customer.c.time_zone,
            first.c.body["route"]["process"].astext.label("routed"),
            first.c.body["explanation"]["facts"].label("facts"),
        )
        .outerjoin(customer, customer.c.id == feedback.c.customer)
        .outerjoin(first, first.c.item == feedback.c.id)
    )
    rows: Sequence[Row] = (await session.execute(following(items, study, limit))).mappings().all()
    return rows
