"""Figures: Plotly takes each as it is, they show the numbers of their table, and say so in both languages."""

import re
from datetime import date
from itertools import combinations
from typing import Any

import plotly.graph_objects as go
import pytest

from voxloop.domain.statistics import Answer, Dimension, Group, Metric
from voxloop.domain.texts import LANGUAGES
from voxloop.reports.figures import DEFAULT_BY, Figure, FigureKind, Unsuitable, check, figure
from voxloop.reports.labels import Labels
from voxloop.reports.metrics import ADDITIVE
from voxloop.reports.palette import PALETTE
from voxloop.reports.tables import table
from voxloop.tests.reports.random_tables import TITLES, drawn_table

TYPE, CHANNEL, OUTCOME = Dimension.TYPE, Dimension.CHANNEL, Dimension.OUTCOME
PRODUCT, DAY, WEEK, MONTH = Dimension.PRODUCT, Dimension.DAY, Dimension.WEEK, Dimension.MONTH
SUITABLE = [
    (FigureKind.PIE, (TYPE,)),
    (FigureKind.PIE, (PRODUCT,)),
    (FigureKind.TREND, (DAY,)),
    (FigureKind.TREND, (WEEK, TYPE)),
    (FigureKind.TREND, (MONTH, PRODUCT)),
    (FigureKind.BAR, (PRODUCT,)),
    (FigureKind.BAR, (CHANNEL, TYPE)),
    (FigureKind.BAR, (MONTH,)),
    (FigureKind.BAR, (MONTH, CHANNEL)),
    (FigureKind.SANKEY, (CHANNEL, TYPE)),
    (FigureKind.SANKEY, (CHANNEL, TYPE, OUTCOME)),
    (FigureKind.SANKEY, (PRODUCT, CHANNEL)),
]


def draw(
    kind: FigureKind,
    by: tuple[Dimension, ...],
    metric: Metric = Metric.COUNT,
    language: str = "en",
    days: tuple[date, date] | None = None,
    size: int = 40,
) -> Figure:
    return figure(kind, drawn_table(1, by, language, size), metric, Labels(language, TITLES), days)


def traces(drawn: Figure) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = drawn.plotly["data"]
    return found


@pytest.mark.parametrize("size", [0, 1, 40, 400])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "by"), SUITABLE)
def test_plotly_takes_every_figure(kind: FigureKind, by: tuple[Dimension, ...], language: str, size: int) -> None:
    for metric in Metric:
        if metric in ADDITIVE or kind in (FigureKind.TREND, FigureKind.BAR):
            check(kind, by, metric)
            go.Figure(draw(kind, by, metric, language, size=size).plotly)


def test_plotly_would_refuse_a_wrong_one() -> None:
    wrong = draw(FigureKind.PIE, (TYPE,)).plotly
    wrong["data"][0]["hole"] = "wide"
    with pytest.raises(ValueError, match="hole"):
        go.Figure(wrong)


@pytest.mark.parametrize(
    ("kind", "by", "metric", "why"),
    [
        (FigureKind.PIE, (TYPE,), Metric.NPS, "not_additive"),
        (FigureKind.SANKEY, (CHANNEL, TYPE), Metric.RESOLUTION_P50, "not_additive"),
        (FigureKind.PIE, (TYPE, CHANNEL), Metric.COUNT, "pie_by"),
        (FigureKind.PIE, (DAY,), Metric.COUNT, "pie_by"),
        (FigureKind.TREND, (TYPE,), Metric.COUNT, "trend_by"),
        (FigureKind.TREND, (TYPE, DAY), Metric.COUNT, "trend_by"),
        (FigureKind.BAR, (TYPE, DAY), Metric.COUNT, "bar_by"),
        (FigureKind.BAR, (), Metric.COUNT, "bar_by"),
        (FigureKind.SANKEY, (TYPE,), Metric.COUNT, "sankey_by"),
        (FigureKind.SANKEY, (DAY, TYPE), Metric.COUNT, "sankey_by"),
    ],
)
def test_what_cannot_be_drawn_is_refused(kind: FigureKind, by: tuple[Dimension, ...], metric: Metric, why: str) -> None:
    with pytest.raises(Unsuitable) as refused:
        check(kind, by, metric)
    assert refused.value.key == why


@pytest.mark.parametrize("kind", FigureKind)
def test_every_kind_has_dimensions_that_suit_it(kind: FigureKind) -> None:
    check(kind, DEFAULT_BY[kind], Metric.COUNT)


def test_a_pie_loses_nothing_and_puts_small_slices_together() -> None:
    [trace] = traces(draw(FigureKind.PIE, (PRODUCT,), size=400))
    assert len(trace["values"]) == 7
    assert trace["labels"][-1] == "Others"
    assert sum(trace["values"]) == drawn_table(1, (PRODUCT,), size=400).totals.numbers[Metric.COUNT]


def test_a_trend_shows_days_without_items_too() -> None:
    days = (date(2026, 2, 18), date(2026, 3, 20))
    [trace] = traces(draw(FigureKind.TREND, (DAY,), days=days, size=5))
    assert (trace["x"][0], trace["x"][-1], len(trace["x"])) == ("2026-02-18", "2026-03-20", 31)
    assert sum(trace["y"]) == drawn_table(1, (DAY,), size=5).totals.numbers[Metric.COUNT]
    [gaps] = traces(draw(FigureKind.TREND, (DAY,), Metric.AVERAGE_RATING, days=days, size=5))
    assert None in gaps["y"]
    assert 0 not in gaps["y"]


def test_a_trend_by_month_begins_months_on_their_first_day() -> None:
    [trace] = traces(draw(FigureKind.TREND, (MONTH,), days=(date(2025, 11, 30), date(2026, 2, 1))))
    assert trace["x"] == ["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"]


def test_a_trend_of_too_many_points_is_refused() -> None:
    with pytest.raises(Unsuitable, match="too_many_points"):
        draw(FigureKind.TREND, (DAY,), days=(date(2000, 1, 1), date(2026, 1, 1)))


def test_seconds_are_shown_in_a_unit_that_people_read() -> None:
    drawn = draw(FigureKind.BAR, (PRODUCT,), Metric.RESOLUTION_P50, "zh-CN")
    seconds = [row.numbers[Metric.RESOLUTION_P50] for row in drawn_table(1, (PRODUCT,)).rows]
    days = {round(each / 86_400, 4) for each in seconds if each is not None}
    assert drawn.plotly["layout"]["xaxis"]["title"]["text"] == "天"
    shown = {x for x in traces(drawn)[0]["x"] if x is not None}  # of products only the most frequent
    assert shown
    assert shown <= days


def test_bars_without_numbers_that_add_up_leave_out_the_rare() -> None:
    [trace] = traces(draw(FigureKind.BAR, (PRODUCT,), Metric.NPS, size=400))
    assert len(trace["y"]) == 11
    assert "Others" not in trace["y"]


def test_stacked_bars_lose_nothing() -> None:
    drawn = draw(FigureKind.BAR, (PRODUCT, CHANNEL), size=400)
    total = drawn_table(1, (PRODUCT, CHANNEL), size=400).totals.numbers[Metric.COUNT]
    assert sum(x or 0 for trace in traces(drawn) for x in trace["x"]) == total
    assert drawn.plotly["layout"]["showlegend"]


def test_what_flows_in_flows_out() -> None:
    [trace] = traces(draw(FigureKind.SANKEY, (CHANNEL, TYPE, OUTCOME), size=400))
    link, nodes = trace["link"], len(trace["node"]["label"])
    flows = list(zip(link["source"], link["target"], link["value"], strict=True))
    into = [sum(value for _, target, value in flows if target == node) for node in range(nodes)]
    out = [sum(value for source, _, value in flows if source == node) for node in range(nodes)]
    middle = [node for node in range(nodes) if into[node] and out[node]]
    assert [into[node] for node in middle] == [out[node] for node in middle]
    total = drawn_table(1, (CHANNEL, TYPE, OUTCOME), size=400).totals.numbers[Metric.COUNT]
    assert sum(into[node] for node in range(nodes) if not out[node]) == total
    assert len(middle) == 7


@pytest.mark.parametrize(
    ("language", "title", "label"), [("en", "Feedback by product", "Router"), ("zh-CN", "反馈量（按产品）", "路由器")]
)
def test_titles_labels_and_descriptions_are_in_the_language(language: str, title: str, label: str) -> None:
    drawn = draw(FigureKind.BAR, (PRODUCT,), language=language, size=400)
    assert drawn.title == drawn.plotly["layout"]["title"]["text"] == title
    assert label in {row.labels[0] for row in drawn_table(1, (PRODUCT,), language, 400).rows}
    assert bool(re.search("[一-鿿]", drawn.description)) == (language == "zh-CN")


def test_names_hold_no_markup_and_no_two_are_the_same() -> None:
    titles = {"p1": "Lamp", "p2": "Lamp", "p3": '<a href="https://elsewhere">Lamp</a>'}
    labels = Labels("en", {PRODUCT: {key: {"en": title} for key, title in titles.items()}})
    groups = [Group((key,), {Metric.COUNT: 3 - place}) for place, key in enumerate(titles)]
    drawn = figure(
        FigureKind.PIE, table((PRODUCT,), Answer(groups, {Metric.COUNT: 6}), None, labels), Metric.COUNT, labels
    )
    assert traces(drawn)[0]["labels"] == ["Lamp (p1)", "Lamp (p2)", '&lt;a href="https://elsewhere"&gt;Lamp&lt;/a&gt;']


def test_a_figure_of_nothing_says_so() -> None:
    assert draw(FigureKind.PIE, (TYPE,), size=0).description == "There is nothing to show yet."


def test_a_type_has_the_same_colour_in_every_figure() -> None:
    pie = traces(draw(FigureKind.PIE, (TYPE,), size=400))[0]
    lines = {trace["name"]: trace["line"]["color"] for trace in traces(draw(FigureKind.TREND, (WEEK, TYPE), size=400))}
    shared = [label for label in pie["labels"] if label in lines and label != "Others"]
    assert len(shared) >= 4
    assert {label: lines[label] for label in shared} == {
        label: colour for label, colour in zip(pie["labels"], pie["marker"]["colors"], strict=True) if label in shared
    }


def linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return tuple(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def test_every_colour_stands_out_on_white_and_no_two_are_alike() -> None:
    assert [colour for colour in PALETTE if 1.05 / (luminance(colour) + 0.05) < 3] == []
    assert [pair for pair in combinations(PALETTE, 2) if abs(luminance(pair[0]) - luminance(pair[1])) < 0.002] == []
