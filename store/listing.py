"""Lists of items: what is wanted of them as data, and the statement that it makes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, literal_column, or_, select, true

from voxloop.domain.viewer import Viewer
from voxloop.store import branches
from voxloop.store.item_tables import feedback
from voxloop.store.reads import Read
from voxloop.store.relation_tables import follower
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice, cut
from voxloop.store.visibility import visible

_NOT_SHOWN = ("search_keys", "similar_keys", "argument_hash", "idempotency_key")
COLUMNS = tuple(column.name for column in feedback.c if column.name not in _NOT_SHOWN)
OPERATORS: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "in": lambda column, values: column.in_(values),
    "gte": lambda column, value: column >= value,
    "lte": lambda column, value: column <= value,
    "is_null": lambda column, wanted: column.is_(None) if wanted else column.is_not(None),
    "has": lambda item, member: item.in_(select(follower.c.item).where(follower.c.member == member)),
}
TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda found, value: found == value,
    "in": lambda found, values: found in values,
    "gte": lambda found, value: found is not None and found >= value,
    "lte": lambda found, value: found is not None and found <= value,
    "is_null": lambda found, wanted: (found is None) is wanted,
    "has": lambda found, member: member in found,
}


# What can be compared besides columns: the members who follow an item.
FOLLOWERS = "followers"


class Order(StrEnum):
    """By what items can be listed: the columns whose index gives that order."""

    RECEIVED_AT = "received_at"
    DUE_AT = "due_at"


@dataclass(frozen=True)
class Comparison:
    """One comparison: a column, ``eq`` ``in`` ``gte`` ``lte`` or ``is_null``, and a value.

    The column is one of ``feedback``, or of ``branches.COLUMNS``, which know no order; or ``FOLLOWERS``, ``has`` and a
    member.
    """

    column: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Where:
    """All ``tests`` hold, and all of ``every``, and at least one of ``some`` (None: not asked)."""

    tests: tuple[Comparison, ...] = ()
    every: tuple["Where", ...] = ()
    some: tuple["Where", ...] | None = None


@dataclass(frozen=True)
class Search:
    """What a text must hold: all ``words`` as they are, in NFKC; by ``keys`` the index finds the candidates."""

    words: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """Which items: those that ``where`` lets through and whose text ``search`` finds."""

    where: Where = Where()
    search: Search | None = None


@lru_cache(maxsize=256)
def page(
    viewer: Viewer, wanted: Wanted, order: Order, slice_: Slice, columns: frozenset[str] = frozenset(COLUMNS)
) -> Read:
    """A slice of the items that ``viewer`` may see, by the order's column and ``id``; one more if it goes on.

    Its rows have these ``columns`` and those that they are ordered by.
    """
    shown = [feedback.c[name] for name in COLUMNS if name in columns or name in ("id", order)]
    found = select(*shown).where(visible(viewer), condition(wanted))
    return Read(cut(found, [feedback.c[order.value], feedback.c.id], slice_))


async def ids(session: Session, viewer: Viewer, where: Where, limit: int) -> Sequence[UUID]:
    """Of the items that ``viewer`` may see and ``where`` lets through, the ids of the newest."""
    wanted = select(feedback.c.id).where(visible(viewer), _holds(where)).order_by(feedback.c.received_at.desc())
    return (await session.execute(wanted.limit(limit))).scalars().all()


async def count(session: Session, viewer: Viewer, wanted: Wanted) -> int:
    """How many items there are of that kind."""
    counted = select(func.count()).select_from(feedback).where(visible(viewer), condition(wanted))
    return (await session.execute(counted)).scalar_one()


def condition(wanted: Wanted) -> ColumnElement[bool]:
    """True for the items of that kind."""
    searched = true() if wanted.search is None else _found(wanted.search)
    return and_(_holds(wanted.where), searched)


def _holds(where: Where) -> ColumnElement[bool]:
    parts = [*map(_compared, where.tests), *map(_holds, where.every)]
    if where.some is not None:
        parts.append(or_(false(), *map(_holds, where.some)))
    return and_(true(), *parts)


def _compared(test: Comparison) -> ColumnElement[bool]:
    if test.column in branches.COLUMNS:
        return branches.stands_with(test.column, test.operator, test.value)
    column = feedback.c["id" if test.column == FOLLOWERS else test.column]
    return OPERATORS[test.operator](column, test.value)


def lets_through(where: Where, row: Row) -> bool:
    """Whether a row of ``changes.newest`` is one of those that ``where`` makes of a list."""
    return (
        all(_passes(test, row[test.column]) for test in where.tests)
        and all(lets_through(part, row) for part in where.every)
        and (where.some is None or any(lets_through(part, row) for part in where.some))
    )


def _passes(test: Comparison, found: Any) -> bool:
    if test.column in branches.COLUMNS:
        return branches.row_stands_with(found, test.operator, test.value)
    return TESTS[test.operator](found, test.value)


def _found(search: Search) -> ColumnElement[bool]:
    """The index finds candidates by their keys, the text decides; without any key nothing is found."""
    if not search.keys:
        return false()
    text = func.normalize(feedback.c.text, literal_column("NFKC"))
    words = (text.icontains(word, autoescape=True) for word in search.words)
    return and_(feedback.c.search_keys.contains(search.keys), *words)
