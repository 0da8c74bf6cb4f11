"""Tables: rows in an order that people expect, labelled, each beside the period before."""

from datetime import date
from typing import Any

import pytest

from voxloop.domain.statistics import Answer, Dimension, Group, Metric
from voxloop.reports.labels import Labels
from voxloop.reports.metrics import NOTHING
from voxloop.reports.tables import table

TITLES = {Dimension.TEAM: {"quality": {"zh-CN": "质量部", "en": "Quality"}}}
ENGLISH, CHINESE = Labels("en", TITLES), Labels("zh-CN", TITLES)


def answer(counts: dict[tuple[Any, ...], int]) -> Answer:
    total = {Metric.COUNT: sum(counts.values())}
    return Answer([Group(values, {Metric.COUNT: count}) for values, count in counts.items()], total)


def test_the_largest_groups_come_first() -> None:
    made = table((Dimension.TYPE,), answer({("praise",): 1, (None,): 3, ("defect",): 2}), None, ENGLISH)
    assert [row.labels for row in made.rows] == [("Not classified yet",), ("Defect",), ("Praise",)]


def test_time_runs_forward_and_within_it_the_largest_come_first() -> None:
    first, second = date(2026, 9, 28), date(2026, 10, 5)
    counts = {("defect", second): 9, ("praise", first): 1, ("defect", first): 2}
    made = table((Dimension.TYPE, Dimension.WEEK), answer(counts), None, ENGLISH)
    assert [row.values for row in made.rows] == [("defect", first), ("praise", first), ("defect", second)]


def test_a_group_of_either_period_is_a_row() -> None:
    now, before = answer({("web",): 4, ("app",): 5}), answer({("web",): 7, ("email",): 2})
    made = table((Dimension.CHANNEL,), now, before, ENGLISH)
    counts = [(row.values[0], row.numbers[Metric.COUNT], (row.before or {})[Metric.COUNT]) for row in made.rows]
    assert counts == [("app", 5, 0), ("web", 4, 7), ("email", 0, 2)]
    assert made.rows[2].numbers == NOTHING
    assert (made.totals.numbers, made.totals.before) == ({Metric.COUNT: 9}, {Metric.COUNT: 9})


@pytest.mark.parametrize(
    ("dimension", "value", "english", "chinese"),
    [
        (Dimension.DAY, date(2026, 10, 1), "1 Oct 2026", "2026年10月1日"),
        (Dimension.WEEK, date(2026, 9, 28), "week of 28 Sep 2026", "2026年9月28日起的一周"),
        (Dimension.MONTH, date(2026, 1, 1), "Jan 2026", "2026年1月"),
        (Dimension.TEAM, "quality", "Quality", "质量部"),
        (Dimension.TEAM, "gone", "gone", "gone"),
        (Dimension.TEAM, None, "No team", "未分配团队"),
        (Dimension.OUTCOME, None, "Not closed yet", "尚未关闭"),
        (Dimension.REGION, None, "Not given", "未填写"),
        (Dimension.REGION, "华东", "华东", "华东"),
        (Dimension.PRIORITY, "urgent", "Urgent", "紧急"),
    ],
)
def test_labels_are_in_the_language_of_the_reader(
    dimension: Dimension, value: object, english: str, chinese: str
) -> None:
    assert (ENGLISH.of(dimension, value), CHINESE.of(dimension, value)) == (english, chinese)
