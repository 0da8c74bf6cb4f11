"""Backtests: items of the past, page by page, and what a draft would have decided otherwise."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select

from voxloop.store.customers import TRAITS
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.studies import OfPast, following
from voxloop.store.study_tables import backtest, backtest_difference
from voxloop.store.tables import customer
from voxloop.store.work_tables import decision

_STUDIES = OfPast(backtest, backtest_difference, "backtest")
get, of_ids, begun, write = _STUDIES.get, _STUDIES.of_ids, _STUDIES.begun, _STUDIES.write
cancel, end, differences = _STUDIES.cancel, _STUDIES.end, _STUDIES.differences


async def begin(session: Session, **values: Any) -> Row:
    """Ask for a backtest (columns of ``backtest``)."""
    row: Row = (await session.execute(insert(backtest).values(**values).returning(backtest))).mappings().one()
    return row


async def of_drafts(session: Session, drafts: Iterable[int], limit: int = 20) -> Sequence[Row]:
    """The backtests of these drafts, the newest first, up to ``limit`` of each."""
    place = func.row_number().over(partition_by=backtest.c.draft, order_by=backtest.c.created_at.desc()).label("place")
    numbered = select(backtest.c.id, place).where(backtest.c.draft.in_(list(drafts))).subquery()
    newest = select(numbered.c.id).where(numbered.c.place <= limit)
    wanted = select(backtest).where(backtest.c.id.in_(newest)).order_by(backtest.c.created_at.desc())
    return (await session.execute(wanted)).mappings().all()


async def page(session: Session, study: Mapping[str, Any] | Row, limit: int) -> Sequence[Row]:
    """The next items, with the ``TRAITS`` of their customers, each with its first decision as ``decided``, or None."""
    first = select(decision.c.body).where(decision.c.item == feedback.c.id).order_by(decision.c.version).limit(1)
    traits = [column.label(name) for name, column in TRAITS.items()]
    items = select(feedback, *traits, first.scalar_subquery().label("decided"))
    items = items.outerjoin(customer, customer.c.id == feedback.c.customer)
    rows: Sequence[Row] = (await session.execute(following(items, study, limit))).mappings().all()
    return rows
