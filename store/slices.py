"""Pages of a list by keyset: rows from behind the one last seen, so that a page costs the same wherever it lies.

The sort keys end with a unique one. The first may be null; PostgreSQL's own order then serves both directions from one
index: such rows come last ascending and first descending.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, tuple_

Key = ColumnElement[Any]


@dataclass(frozen=True)
class Slice:
    """Up to ``limit`` rows behind ``mark`` (the sort keys of a row); ``backwards``: those before it, nearest first."""

    limit: int
    mark: tuple[Any, ...] | None = None
    descending: bool = False
    backwards: bool = False


def cut(wanted: Select[*tuple[Any, ...]], keys: Sequence[Key], slice_: Slice) -> Select[*tuple[Any, ...]]:
    """The slice of ``wanted`` in the order of ``keys``, with one row more if there is one: the sign that it goes on."""
    down = slice_.descending != slice_.backwards
    if slice_.mark is not None:
        wanted = wanted.where(_beyond(keys, slice_.mark, down))
    return wanted.order_by(*(key.desc() if down else key.asc() for key in keys)).limit(slice_.limit + 1)


def _beyond(keys: Sequence[Key], mark: Sequence[Any], down: bool) -> Key:
    first, rest = keys[0], keys[1:]
    if mark[0] is None:
        others = _compared(rest, mark[1:], down)
        return or_(first.is_not(None), others) if down else and_(first.is_(None), others)
    compared = _compared(keys, mark, down)
    return compared if down or not getattr(first, "nullable", False) else or_(compared, first.is_(None))


def _compared(keys: Sequence[Key], mark: Sequence[Any], down: bool) -> Key:
    left = tuple_(*keys)
    right = tuple_(*(literal(value, key.type) for key, value in zip(keys, mark, strict=True)))
    return left < right if down else left > right
