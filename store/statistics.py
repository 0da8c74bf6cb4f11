"""Statistics over items: one statement for one period, under a time limit, over what the viewer may see.

The statement picks the items once and groups them twice: by the dimensions, and all together for the totals.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    Integer,
    Interval,
    Select,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy import tuple_ as together
from sqlalchemy.exc import DBAPIError

from voxloop.domain.statistics import Answer, Dimension, Group, Metric, Numbers, Period
from voxloop.domain.viewer import Viewer
from voxloop.store import first_contact
from voxloop.store.item_tables import feedback
from voxloop.store.listing import Wanted, condition
from voxloop.store.sessions import Session
from voxloop.store.visibility import visible
from voxloop.store.work_tables import clock

MOST_GROUPS = 5_000
_LIMIT_MS = 8_000
_CANCELLED = "57014"

_COLUMNS: Mapping[Dimension, Column[Any]] = {
    dimension: feedback.c["product_version" if dimension is Dimension.VERSION else dimension.value]
    for dimension in Dimension
    if not dimension.is_time
}
_DOUBLE = Float(53)
_RATING, _NPS = column("rating", Integer), column("nps", Integer)
_MISSED, _AT_FIRST = column("missed", Boolean), column("at_first", Boolean)


def _percentile(share: float, of: str) -> ColumnElement[Any]:
    return func.percentile_cont(share).within_group(column(of))


def _share(part: ColumnElement[Any], whole: ColumnElement[Any], scale: int = 1) -> ColumnElement[Any]:
    return cast(scale * part, _DOUBLE) / func.nullif(whole, 0)


_PROMOTERS, _DETRACTORS = (func.count().filter(which) for which in (_NPS >= 9, _NPS <= 6))
_MEASURES: Mapping[Metric, ColumnElement[Any]] = {
    Metric.COUNT: func.count(),
    Metric.RATINGS: func.count(_RATING),
    Metric.AVERAGE_RATING: func.avg(cast(_RATING, _DOUBLE)),
    Metric.NPS_ANSWERS: func.count(_NPS),
    Metric.NPS: _share(_PROMOTERS - _DETRACTORS, func.count(_NPS), scale=100),
    Metric.FIRST_RESPONSE_P50: _percentile(0.5, "first_response"),
    Metric.FIRST_RESPONSE_P90: _percentile(0.9, "first_response"),
    Metric.RESOLUTION_P50: _percentile(0.5, "resolution"),
    Metric.RESOLUTION_P90: _percentile(0.9, "resolution"),
    Metric.BREACH_SHARE: _share(func.count().filter(_MISSED), func.count(_MISSED)),
    Metric.FIRST_CONTACT_SHARE: _share(func.count().filter(_AT_FIRST), func.count(_AT_FIRST)),
}


class TooSlow(Exception):
    """The statistics were not ready within the time limit."""


class TooManyGroups(Exception):
    """There would be more than ``MOST_GROUPS`` groups."""


@dataclass(frozen=True)
class Question:
    """What is asked: ``metrics`` of the items that are ``wanted``, ``by`` dimensions, received within ``period``.

    ``zone`` is the time zone in which days begin. A ``moved`` item counts as if it were received that much later: so
    the buckets of an earlier period lie upon those of a later one.
    """

    wanted: Wanted
    by: tuple[Dimension, ...]
    metrics: Collection[Metric]
    zone: str
    period: Period | None = None
    moved: timedelta = timedelta()

    def before(self) -> "Question":
        """The same question about the period before.

        Raises:
            ValueError: there is no period.
        """
        if self.period is None:
            raise ValueError("a question without a period has none before it")
        return replace(self, period=self.period.before, moved=self.period.step)


async def measure(session: Session, viewer: Viewer, question: Question) -> Answer:
    """The answer to ``question``, over the items that ``viewer`` may see.

    Raises:
        TooSlow: it took too long and was stopped.
        TooManyGroups: the dimensions have too many values together.
    """
    rows = await rows_in_time(session, _statement(viewer, question))
    if len(rows) > MOST_GROUPS + 1:
        raise TooManyGroups
    width = len(question.by)
    groups = [Group(tuple(row[1 : width + 1]), _numbers(question, row[width + 1 :])) for row in rows if not row[0]]
    [totals] = [_numbers(question, row[width + 1 :]) for row in rows if row[0]]
    return Answer(groups, totals)


async def rows_in_time(session: Session, wanted: Select[*tuple[Any, ...]]) -> Sequence[Sequence[Any]]:
    """The rows of a statement that may have much to read.

    Raises:
        TooSlow: it took too long and was stopped.
    """
    await session.execute(select(func.set_config("statement_timeout", str(_LIMIT_MS), True)))
    try:
        return (await session.execute(wanted)).all()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _CANCELLED:
            raise TooSlow from error
        raise


def _numbers(question: Question, values: Sequence[Any]) -> Numbers:
    return dict(zip(question.metrics, values, strict=True))


def _statement(viewer: Viewer, question: Question) -> Select[*tuple[Any, ...]]:
    picked = _picked(viewer, question)
    keys = [picked.c[dimension.value] for dimension in question.by]
    is_total = func.grouping(*keys) > 0 if keys else literal(True)
    measured = select(is_total, *keys, *(_MEASURES[metric] for metric in question.metrics)).select_from(picked)
    if Metric.BREACH_SHARE in question.metrics:
        timed = _timed(picked)
        measured = measured.outerjoin(timed, timed.c.item == picked.c.id)
    if Metric.FIRST_CONTACT_SHARE in question.metrics:
        resolved = first_contact.resolved(picked)
        measured = measured.outerjoin(resolved, resolved.c.item == picked.c.id)
    if keys:
        measured = measured.group_by(func.grouping_sets(together(*keys), together()))
    return measured.limit(MOST_GROUPS + 2)


def _picked(viewer: Viewer, question: Question) -> CTE:
    """The items, with no more columns than the measures need."""
    columns = feedback.c
    picked = select(
        columns.id,
        columns.rating,
        columns.nps,
        columns.outcome.label("ended"),
        columns.round,
        _seconds(columns.first_responded_at).label("first_response"),
        _seconds(columns.closed_at).label("resolution"),
        *(_key(dimension, question).label(dimension.value) for dimension in question.by),
    ).where(visible(viewer), condition(question.wanted))
    if question.period is not None:
        picked = picked.where(columns.received_at >= question.period.begin, columns.received_at < question.period.end)
    return picked.cte("picked")


def _seconds(until: Column[Any]) -> ColumnElement[Any]:
    """Seconds from the receipt of an item."""
    return cast(func.extract("epoch", until - feedback.c.received_at), _DOUBLE)


def _key(dimension: Dimension, question: Question) -> ColumnElement[Any]:
    if not dimension.is_time:
        return _COLUMNS[dimension]
    received = feedback.c.received_at + literal(question.moved, Interval())
    return cast(func.date_trunc(dimension.value, func.timezone(question.zone, received)), Date)


def _timed(picked: CTE) -> CTE:
    """Of each picked item that had a target, whether one was missed."""
    missed = func.bool_or(clock.c.breached_at.is_not(None)).label("missed")
    of_picked = select(clock.c.item, missed).join(picked, picked.c.id == clock.c.item)
    return of_picked.where(clock.c.target_seconds.is_not(None)).group_by(clock.c.item).cte("timed")
