"""Figures as Plotly JSON, in plain dicts: Plotly itself is never imported, which saves a second at every start.

A figure is drawn from a table of statistics and nothing else, so it says what the numbers say. It fits a phone: words
stand where they have room, and what is small is put together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from voxloop.domain.statistics import MOST_DIMENSIONS, Dimension, Metric
from voxloop.domain.texts import say
from voxloop.reports import drawings
from voxloop.reports.drawings import Drawing, Plot
from voxloop.reports.labels import Labels
from voxloop.reports.metrics import ADDITIVE
from voxloop.reports.palette import INK
from voxloop.reports.scales import scale_for
from voxloop.reports.tables import Table

_MOST_NAMED = 3
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


class FigureKind(StrEnum):
    """What kinds of figures can be drawn."""

    PIE = "pie"
    TREND = "trend"
    BAR = "bar"
    SANKEY = "sankey"


class Unsuitable(Exception):
    """This kind of figure cannot show this; worded in ``texts`` under ``error.unsuitable.<key>``."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


DEFAULT_BY: Mapping[FigureKind, tuple[Dimension, ...]] = {
    FigureKind.PIE: (Dimension.TYPE,),
    FigureKind.TREND: (Dimension.DAY,),
    FigureKind.BAR: (Dimension.PRODUCT,),
    FigureKind.SANKEY: (Dimension.CHANNEL, Dimension.TYPE, Dimension.OUTCOME),
}
_DRAW = {
    FigureKind.PIE: drawings.pie,
    FigureKind.TREND: drawings.trend,
    FigureKind.BAR: drawings.bar,
    FigureKind.SANKEY: drawings.sankey,
}


@dataclass(frozen=True)
class Figure:
    """``plotly`` is ``{"data": [...], "layout": {...}}``; ``description`` says in words what there is to see."""

    title: str
    description: str
    plotly: Plot


def check(kind: FigureKind, by: Sequence[Dimension], metric: Metric) -> None:
    """Go on only if such a figure can be drawn.

    Raises:
        Unsuitable: it cannot.
    """
    times = [dimension.is_time for dimension in by]
    if kind in (FigureKind.PIE, FigureKind.SANKEY) and metric not in ADDITIVE:
        raise Unsuitable("not_additive")
    if kind is FigureKind.PIE and (len(by) != 1 or any(times)):
        raise Unsuitable("pie_by")
    if kind is FigureKind.SANKEY and not (2 <= len(by) <= MOST_DIMENSIONS and not any(times)):
        raise Unsuitable("sankey_by")
    if kind is FigureKind.TREND and times not in ([True], [True, False]):
        raise Unsuitable("trend_by")
    if kind is FigureKind.BAR and times not in ([False], [True], [False, False], [True, False]):
        raise Unsuitable("bar_by")


def figure(
    kind: FigureKind, table: Table, metric: Metric, labels: Labels, days: tuple[date, date] | None = None
) -> Figure:
    """The figure of a table that ``check`` let through; ``days``: the first and the last that a trend shows.

    Raises:
        Unsuitable: a trend would have too many points.
    """
    language = labels.language
    scale = scale_for(metric, (row.numbers[metric] for row in table.rows))
    try:
        plot = _DRAW[kind](Drawing(table, metric, scale, labels, days))
    except drawings.TooManyPoints as error:
        raise Unsuitable("too_many_points") from error
    dimensions = say(language, "figure.and").join(map(labels.dimension, table.by))
    title = say(language, "figure.title", metric=say(language, f"metric.{metric}"), dimensions=dimensions)
    layout = {
        "title": {"text": title, "font": {"size": 16}, "x": 0, "xanchor": "left", "xref": "container", "pad": {"l": 8}},
        "font": {"family": _FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "margin": {"l": 8, "r": 8, "t": 48, "b": 8},
        **plot["layout"],
    }
    return Figure(title, _description(table, metric, labels), {"data": plot["data"], "layout": layout})


def _description(table: Table, metric: Metric, labels: Labels) -> str:
    """The total and the groups that matter most, in one sentence."""
    language = labels.language
    total = table.totals.numbers[metric]
    known = [row for row in table.rows if row.numbers[metric] is not None]
    largest = sorted(known, key=lambda row: -(row.numbers[metric] or 0))[:_MOST_NAMED]
    words = scale_for(metric, [total, *(row.numbers[metric] for row in known)]).words
    if not largest:
        return say(language, "figure.empty")
    named = [
        say(language, "figure.part", name=" → ".join(row.labels), value=words(language, row.numbers[metric]))
        for row in largest
    ]
    listed = say(language, "figure.comma").join(named)
    return say(language, "figure.description", total=words(language, total), largest=listed)
