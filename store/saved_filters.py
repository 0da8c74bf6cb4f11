"""A filter of items kept for later: what ``voxloop.store.listing`` makes a statement of, as JSON and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import ColumnElement

from voxloop.store.branches import COLUMNS
from voxloop.store.item_tables import feedback
from voxloop.store.listing import Comparison, Where

_OF_OPERATORS = {"is_null": bool, "has": str}  # what they compare with, whatever the column


def written(where: Where) -> dict[str, Any]:
    """The filter as JSON."""
    kept: dict[str, Any] = orjson.loads(orjson.dumps(asdict(where), default=str))
    return kept


def read(kept: Mapping[str, Any]) -> Where:
    """The filter that was written; an empty one lets everything through."""
    some = kept.get("some")
    return Where(
        tests=tuple(_comparison(**test) for test in kept.get("tests", ())),
        every=tuple(map(read, kept.get("every", ()))),
        some=None if some is None else tuple(map(read, some)),
    )


def _comparison(column: str, operator: str, value: Any) -> Comparison:
    kind = _OF_OPERATORS[operator] if operator in _OF_OPERATORS else _compared(column).type.python_type
    values = tuple(_value(kind, each) for each in value) if operator == "in" else _value(kind, value)
    return Comparison(column, operator, values)


def _compared(column: str) -> ColumnElement[Any]:
    return COLUMNS[column][0] if column in COLUMNS else feedback.c[column]


def _value(kind: Any, value: Any) -> Any:
    if isinstance(value, kind):
        return value
    return kind.fromisoformat(value) if hasattr(kind, "fromisoformat") else kind(value)
