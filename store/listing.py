"""Lists of items: what is wanted of them as data, and the statement that it makes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal_column, or_, select, true

from voxloop.domain.viewer import Viewer
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice, cut
from voxloop.store.visibility import visible

_OPERATORS: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "in": lambda column, values: column.in_(values),
    "gte": lambda column, value: column >= value,
    "lte": lambda column, value: column <= value,
    "is_null": lambda column, wanted: column.is_(None) if wanted else column.is_not(None),
}


class Order(StrEnum):
    """By what items can be listed: the columns whose index gives that order."""

    RECEIVED_AT = "received_at"
    DUE_AT = "due_at"


@dataclass(frozen=True)
class Comparison:
    """One comparison: a column of ``feedback``, ``eq`` ``in`` ``gte`` ``lte`` or ``is_null``, and a value."""

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


async def page(session: Session, viewer: Viewer, wanted: Wanted, order: Order, slice_: Slice) -> Sequence[Row]:
    """A slice of the items that ``viewer`` may see, by the order's column and ``id``; one more if it goes on."""
    statement = select(feedback).where(visible(viewer), _condition(wanted))
    keys = [feedback.c[order.value], feedback.c.id]
    return (await session.execute(cut(statement, keys, slice_))).mappings().all()


async def count(session: Session, viewer: Viewer, wanted: Wanted) -> int:
    """How many items there are of that kind."""
    counted = select(func.count()).select_from(feedback).where(visible(viewer), _condition(wanted))
    return (await session.execute(counted)).scalar_one()


def _condition(wanted: Wanted) -> ColumnElement[bool]:
    searched = true() if wanted.search is None else _found(wanted.search)
    return and_(_holds(wanted.where), searched)


def _holds(where: Where) -> ColumnElement[bool]:
    tests = [_OPERATORS[test.operator](feedback.c[test.column], test.value) for test in where.tests]
    parts = [*tests, *map(_holds, where.every)]
    if where.some is not None:
        parts.append(or_(false(), *map(_holds, where.some)))
    return and_(true(), *parts)


def _found(search: Search) -> ColumnElement[bool]:
    """The index finds candidates by their keys, the text decides; without any key nothing is found."""
    if not search.keys:
        return false()
    text = func.normalize(feedback.c.text, literal_column("NFKC"))
    words = (text.icontains(word, autoescape=True) for word in search.words)
    return and_(feedback.c.search_keys.contains(search.keys), *words)
