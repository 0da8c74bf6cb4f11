"""Backtests: items of the past, page by page, and what a draft would have decided otherwise.

A page's differences and the place up to which it went are written together, and only by whoever began at the place
before: a page that is worked on twice counts once.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, func, insert, select, tuple_, update

from voxloop.domain.studies import BacktestState
from voxloop.store import saved_filters
from voxloop.store.customers import TRAITS
from voxloop.store.item_tables import feedback
from voxloop.store.listing import Wanted, condition
from voxloop.store.sessions import Row, Session
from voxloop.store.studies import differences_in
from voxloop.store.study_tables import backtest, backtest_difference
from voxloop.store.tables import customer
from voxloop.store.work_tables import decision

_OPEN = (BacktestState.RUNNING, BacktestState.CANCELLING)


async def begin(session: Session, **values: Any) -> Row:
    """Ask for a backtest (columns of ``backtest``)."""
    row: Row = (await session.execute(insert(backtest).values(**values).returning(backtest))).mappings().one()
    return row


async def get(session: Session, id_: UUID) -> Row | None:
    """One backtest."""
    return (await session.execute(select(backtest).where(backtest.c.id == id_))).mappings().one_or_none()


async def of_ids(session: Session, ids: Iterable[UUID]) -> Sequence[Row]:
    """These backtests."""
    return (await session.execute(select(backtest).where(backtest.c.id.in_(list(ids))))).mappings().all()


async def of_drafts(session: Session, drafts: Iterable[int], limit: int = 20) -> Sequence[Row]:
    """The backtests of these drafts, the newest first, up to ``limit`` of each."""
    place = func.row_number().over(partition_by=backtest.c.draft, order_by=backtest.c.created_at.desc()).label("place")
    numbered = select(backtest.c.id, place).where(backtest.c.draft.in_(list(drafts))).subquery()
    newest = select(numbered.c.id).where(numbered.c.place <= limit)
    wanted = select(backtest).where(backtest.c.id.in_(newest)).order_by(backtest.c.created_at.desc())
    return (await session.execute(wanted)).mappings().all()


async def count(session: Session, study: Row) -> int:
    """How many items it is about."""
    counted = select(func.count()).select_from(feedback).where(*_about(study))
    return (await session.execute(counted)).scalar_one()


async def set_total(session: Session, id_: UUID, total: int) -> None:
    """Note how many items it is about."""
    await session.execute(update(backtest).where(backtest.c.id == id_).values(total=total))


async def page(session: Session, study: Mapping[str, Any] | Row, limit: int) -> Sequence[Row]:
    """The next items in order of their reception, each with the decision that was made when it was received."""
    wanted = _items().where(*_about(study)).order_by(feedback.c.received_at, feedback.c.id).limit(limit)
    if study["after_id"] is not None:
        place = tuple_(feedback.c.received_at, feedback.c.id)
        wanted = wanted.where(place > tuple_(study["after_at"], study["after_id"]))
    rows: Sequence[Row] = (await session.execute(wanted)).mappings().all()
    return rows


def _items() -> Select[Any]:
    """Items with the ``TRAITS`` of their customers, each with its first decision as ``decided``, None without any."""
    first = select(decision.c.body).where(decision.c.item == feedback.c.id).order_by(decision.c.version).limit(1)
    traits = [column.label(name) for name, column in TRAITS.items()]
    wanted = select(feedback, *traits, first.scalar_subquery().label("decided"))
    return wanted.outerjoin(customer, customer.c.id == feedback.c.customer)


async def write(session: Session, study: Row, rows: Sequence[Row], found: Mapping[UUID, Any], **sums: Any) -> bool:
    """Write what a page gave, and go on behind it; False when somebody else has worked on that page.

    ``found``: the changes by item. ``sums``: the columns ``skipped`` and ``sums`` as they are now.
    """
    changed = [(row, found[row["id"]]) for row in rows if found.get(row["id"])]
    values = {
        "done": study["done"] + len(rows),
        "changed": study["changed"] + len(changed),
        "after_at": rows[-1]["received_at"],
        "after_id": rows[-1]["id"],
        "digest": _digest(study["digest"], changed),
        **sums,
    }
    here = (backtest.c.id == study["id"]) & (backtest.c.done == study["done"]) & backtest.c.state.in_(_OPEN)
    if (await session.execute(update(backtest).where(here).values(**values))).rowcount != 1:
        return False
    kept = [
        {"backtest": study["id"], "position": study["changed"] + number, "item": row["id"], "changes": changes}
        for number, (row, changes) in enumerate(changed)
    ]
    if kept:
        await session.execute(insert(backtest_difference), kept)
    return True


async def cancel(session: Session, id_: UUID) -> Row | None:
    """Have it stop at the next page; None when it has ended."""
    running = (backtest.c.id == id_) & backtest.c.state.in_(_OPEN)
    stopping = update(backtest).where(running).values(state=BacktestState.CANCELLING).returning(backtest)
    row: Row | None = (await session.execute(stopping)).mappings().one_or_none()
    return row


async def end(session: Session, id_: UUID, state: BacktestState, failure: object = None) -> None:
    """It has ended that way."""
    open_ = (backtest.c.id == id_) & backtest.c.state.in_(_OPEN)
    await session.execute(update(backtest).where(open_).values(state=state, failure=failure, finished_at=func.now()))


differences = differences_in(backtest_difference, backtest_difference.c.backtest)


def _about(study: Mapping[str, Any] | Row) -> list[ColumnElement[bool]]:
    window = feedback.c.received_at.between(study["since"], study["until"])
    return [window, condition(Wanted(saved_filters.read(study["filter"])))]


def _digest(before: str, changed: Iterable[tuple[Row, Any]]) -> str:
    """A chain over all differences in order, however they were cut into pages."""
    chain = before
    for row, changes in changed:
        one = orjson.dumps([row["code"], changes], option=orjson.OPT_SORT_KEYS)
        chain = hashlib.sha256(chain.encode() + one).hexdigest()
    return chain
