"""How each kind of figure is drawn: tables turned into Plotly's traces and layouts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import pairwise
from math import ceil
from typing import Any

from voxloop.domain.statistics import Dimension, Metric, bucket, next_bucket
from voxloop.domain.texts import say
from voxloop.reports.labels import Labels
from voxloop.reports.metrics import ADDITIVE
from voxloop.reports.palette import BLUE, RULE, SOFT, colours, faint
from voxloop.reports.scales import Scale
from voxloop.reports.tables import Table

Plot = dict[str, Any]
Node = tuple[int, Any]

_MOST_SLICES = 7
_MOST_SERIES = 6
_MOST_BARS = 12
_MOST_NODES = 8
_MOST_POINTS = 1_000
_MOST_TICKS = 5
_DAY_MS = 86_400_000
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_LEGEND = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top"}
_OTHERS = object()


class TooManyPoints(Exception):
    """A figure would have more than a thousand points along its time."""


@dataclass(frozen=True)
class Drawing:
    """A table, and of it the metric to show; ``days``: the first and the last that are shown, else those that occur."""

    table: Table
    metric: Metric
    scale: Scale
    labels: Labels
    days: tuple[date, date] | None = None

    def names(self, place: int, values: Sequence[Any]) -> list[str]:
        """What values of the dimension at that place are called; each has another name, and none holds markup."""
        others = say(self.labels.language, "figure.others")
        called = [others if value is _OTHERS else self.labels.of(self.table.by[place], value) for value in values]
        unclear = {name for name in called if called.count(name) > 1}
        told = [
            f"{name} ({value})" if name in unclear and value is not _OTHERS else name
            for name, value in zip(called, values, strict=True)
        ]
        return [escape(name, quote=False) for name in told]

    def colours(self, place: int, values: Sequence[Any]) -> list[str]:
        """A colour for each value of the dimension at that place."""
        return colours(self.table.by[place], [None if value is _OTHERS else value for value in values])

    def axis(self) -> Plot:
        """The axis along which numbers are read."""
        unit = say(self.labels.language, f"unit.{self.scale.unit}")
        title = {"text": unit, "font": {"size": 12, "color": SOFT}}
        lines = {"gridcolor": RULE, "zerolinecolor": RULE, "rangemode": "tozero", "nticks": 6}
        return {"title": title, "tickformat": self.scale.format, "automargin": True, "fixedrange": True, **lines}


@dataclass(frozen=True)
class Cells:
    """Numbers by the values of the dimensions, once what is rare is put together; and those values, in order."""

    numbers: Mapping[tuple[Any, ...], float | None]
    values: Sequence[Sequence[Any]]


def pie(drawing: Drawing) -> Plot:
    """Shares of a whole."""
    cells = _cells(drawing, [_MOST_SLICES])
    [values] = cells.values
    trace = {
        "type": "pie",
        "labels": drawing.names(0, values),
        "values": [cells.numbers[(value,)] for value in values],
        "marker": {"colors": drawing.colours(0, values), "line": {"color": "#fff", "width": 2}},
        "hole": 0.5,
        "sort": False,
        "direction": "clockwise",
        "texttemplate": "%{label}<br>%{percent:.0%}",
        "textposition": "outside",
        "automargin": True,
        "hovertemplate": "%{label}<br>%{value:,} · %{percent:.1%}<extra></extra>",
    }
    return {"data": [trace], "layout": {"showlegend": False}}


def trend(drawing: Drawing) -> Plot:
    """Lines over time, told apart by their dashes too."""
    plot = _over_time(drawing)
    for place, trace in enumerate(plot["data"]):
        line = {"color": trace.pop("marker")["color"], "width": 2.5, "dash": _DASHES[place % len(_DASHES)]}
        mode = "lines+markers" if len(trace["x"]) <= 31 else "lines"
        trace.update(type="scatter", mode=mode, line=line, marker={"size": 6})
    return plot


def bar(drawing: Drawing) -> Plot:
    """Bars: upright over time, else lying, so that their names can be read on a phone."""
    if drawing.table.by[0].is_time:
        plot = _over_time(drawing)
        plot["layout"]["barmode"] = _barmode(drawing)
        return plot
    cells = _cells(drawing, [_MOST_BARS, _MOST_SERIES])
    names = cells.values[0]
    shown = f"%{{x:{drawing.scale.format}}}"
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "y": drawing.names(0, names),
            "x": [drawing.scale.shown(cells.numbers.get((name, *series))) for name in names],
            "hovertemplate": f"%{{y}}: {shown}<extra>{title}</extra>",
            "name": title,
            "marker": {"color": colour},
            **({} if series else {"texttemplate": shown, "textposition": "auto", "cliponaxis": False}),
        }
        for series, title, colour in _series(drawing, cells)
    ]
    layout = {
        "xaxis": drawing.axis(),
        "yaxis": {
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
            "type": "category",
            "ticksuffix": " ",
        },
        "barmode": _barmode(drawing),
        "bargap": 0.3,
        "height": 130 + 30 * len(names),
    }
    return {"data": traces, "layout": layout | _legend(traces)}


def sankey(drawing: Drawing) -> Plot:
    """What flows from where to where; a flow has the colour of its type."""
    by = drawing.table.by
    cells = _cells(drawing, [_MOST_NODES] * len(by))
    tinted = by.index(Dimension.TYPE) if Dimension.TYPE in by else 0
    tints: dict[Node, str] = {}
    for place, values in enumerate(cells.values):
        of_place = drawing.colours(place, values) if place == tinted else [SOFT] * len(values)
        tints |= {(place, value): tint for value, tint in zip(values, of_place, strict=True)}
    flows: dict[tuple[Node, Node], float] = {}
    for values, count in cells.numbers.items():
        for flow in pairwise(enumerate(values)):
            flows[flow] = flows.get(flow, 0) + (count or 0)
    numbers = {node: number for number, node in enumerate(tints)}
    links = {
        "source": [numbers[source] for source, _ in flows],
        "target": [numbers[target] for _, target in flows],
        "value": list(flows.values()),
        "color": [faint(tints[target if target[0] == tinted else source]) for source, target in flows],
        "hovertemplate": "%{source.label} → %{target.label}: %{value:,}<extra></extra>",
    }
    return {
        "data": [{"type": "sankey", "arrangement": "fixed", "node": _nodes(drawing, cells, tints), "link": links}],
        "layout": {},
    }


def _nodes(drawing: Drawing, cells: Cells, tints: Mapping[Node, str]) -> Plot:
    return {
        "label": [name for place, values in enumerate(cells.values) for name in drawing.names(place, values)],
        "color": list(tints.values()),
        "pad": 14,
        "thickness": 12,
        "line": {"width": 0},
        "hovertemplate": "%{label}: %{value:,}<extra></extra>",
    }


def _cells(drawing: Drawing, most: Sequence[int | None]) -> Cells:
    """The numbers, each dimension cut to its ``most`` frequent values; the others are put together if they add up."""
    metric, additive = drawing.metric, drawing.metric in ADDITIVE
    kept = [_frequent(drawing, place, limit) for place, limit in enumerate(most[: len(drawing.table.by)])]
    numbers: dict[tuple[Any, ...], float | None] = {}
    for row in drawing.table.rows:
        cell = tuple(value if value in few else _OTHERS for value, few in zip(row.values, kept, strict=True))
        if additive:
            numbers[cell] = (numbers.get(cell) or 0) + (row.numbers[metric] or 0)
        elif _OTHERS not in cell:
            numbers[cell] = row.numbers[metric]
    used = [{cell[place] for cell in numbers} for place in range(len(kept))]
    values = [[value for value in [*few, _OTHERS] if value in of] for few, of in zip(kept, used, strict=True)]
    return Cells(numbers, values)


def _frequent(drawing: Drawing, place: int, most: int | None) -> list[Any]:
    """The values of a dimension, of which there are the most items first; of a stretch of time, all in order."""
    counts: dict[Any, float] = {}
    for row in drawing.table.rows:
        counts[row.values[place]] = counts.get(row.values[place], 0) + (row.numbers[Metric.COUNT] or 0)
    if drawing.table.by[place].is_time:
        return sorted(counts)
    ranked = sorted(counts, key=lambda value: -counts[value])
    return ranked if most is None or len(ranked) <= most else ranked[: most - 1]


def _series(drawing: Drawing, cells: Cells) -> Iterator[tuple[tuple[Any, ...], str, str]]:
    """Of each series: the value of the second dimension (none where there is one only), its title, its colour."""
    if len(drawing.table.by) == 1:
        yield (), say(drawing.labels.language, f"metric.{drawing.metric}"), BLUE
        return
    values = cells.values[1]
    for value, name, colour in zip(values, drawing.names(1, values), drawing.colours(1, values), strict=True):
        yield (value,), name, colour


def _over_time(drawing: Drawing) -> Plot:
    """Bars over an axis of time on which nothing is left out."""
    cells = _cells(drawing, [None, _MOST_SERIES])
    days = _buckets(drawing, cells.values[0])
    missing = 0 if drawing.metric in ADDITIVE else None
    traces = [
        {
            "type": "bar",
            "x": [day.isoformat() for day in days],
            "y": [drawing.scale.shown(cells.numbers.get((day, *series), missing)) for day in days],
            "customdata": [drawing.labels.of(drawing.table.by[0], day) for day in days],
            "hovertemplate": f"%{{customdata}}: %{{y:{drawing.scale.format}}}<extra>{title}</extra>",
            "name": title,
            "marker": {"color": colour},
        }
        for series, title, colour in _series(drawing, cells)
    ]
    layout = {"xaxis": _time_axis(drawing.table.by[0], days), "yaxis": drawing.axis()}
    return {"data": traces, "layout": layout | _legend(traces)}


def _buckets(drawing: Drawing, occurring: Sequence[date]) -> list[date]:
    dimension = drawing.table.by[0]
    first, last = drawing.days or (min(occurring, default=None), max(occurring, default=None))
    if first is None or last is None:
        return []
    days = [bucket(dimension, first)]
    while (following := next_bucket(dimension, days[-1])) <= last:
        days.append(following)
        if len(days) > _MOST_POINTS:
            raise TooManyPoints
    return days


def _time_axis(dimension: Dimension, days: Sequence[date]) -> Plot:
    """Ticks at the beginnings of buckets, in digits that both languages read."""
    every = max(1, ceil(len(days) / _MOST_TICKS))
    tick = f"M{every}" if dimension is Dimension.MONTH else every * _DAY_MS * (7 if dimension is Dimension.WEEK else 1)
    ticks = {"tick0": days[0].isoformat(), "dtick": tick} if days else {}
    form = "%Y-%m" if dimension is Dimension.MONTH else "%m-%d"
    return {"type": "date", "tickformat": form, "tickangle": 0, "showgrid": False, "fixedrange": True, **ticks}


def _barmode(drawing: Drawing) -> str:
    return "stack" if drawing.metric in ADDITIVE else "group"


def _legend(traces: Sequence[Plot]) -> Plot:
    return {"showlegend": len(traces) > 1, "legend": _LEGEND}
