"""A table of statistics: labelled rows in an order that people expect, with the numbers of the period before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voxloop.domain.statistics import Answer, Dimension, Metric, Numbers
from voxloop.reports.labels import Labels
from voxloop.reports.metrics import NOTHING


@dataclass(frozen=True)
class Row:
    """One group. ``values`` are as the database has them, ``labels`` as people read them; ``before``: a period ago."""

    values: tuple[Any, ...]
    labels: tuple[str, ...]
    numbers: Numbers
    before: Numbers | None = None


@dataclass(frozen=True)
class Table:
    """Rows in order of time, else the largest first; ``totals`` has no values."""

    by: tuple[Dimension, ...]
    rows: Sequence[Row]
    totals: Row


def table(by: tuple[Dimension, ...], now: Answer, before: Answer | None, labels: Labels) -> Table:
    """The table of an answer, and of that of the period before; a group of either is a row."""
    earlier = {group.values: group.numbers for group in before.groups} if before else None
    groups: dict[tuple[Any, ...], Numbers] = {group.values: group.numbers for group in now.groups}
    rows = [
        Row(values, tuple(_called(by, values, labels)), groups.get(values, NOTHING), _before(earlier, values))
        for values in dict.fromkeys([*groups, *(earlier or ())])
    ]
    return Table(by, sorted(rows, key=_place), Row((), (), now.totals, before.totals if before else None))


def _called(by: tuple[Dimension, ...], values: tuple[Any, ...], labels: Labels) -> Iterator[str]:
    return (labels.of(dimension, value) for dimension, value in zip(by, values, strict=True))


def _before(earlier: Mapping[tuple[Any, ...], Numbers] | None, values: tuple[Any, ...]) -> Numbers | None:
    return None if earlier is None else earlier.get(values, NOTHING)


def _place(row: Row) -> tuple[Any, ...]:
    """Where a row stands: by its times, then by how many items it has, has had, and by its labels."""
    times = [value.isoformat() for value in row.values if hasattr(value, "isoformat")]
    count, before = row.numbers[Metric.COUNT] or 0, (row.before or NOTHING)[Metric.COUNT] or 0
    return (times, -count, -before, row.labels)
