"""Tables of invented numbers, for figures to be drawn from."""

import random
from datetime import date, timedelta
from typing import Any

from voxloop.domain.feedback import Channel, FeedbackType, Outcome
from voxloop.domain.statistics import Answer, Dimension, Group, Metric
from voxloop.reports.labels import Labels
from voxloop.reports.metrics import ADDITIVE
from voxloop.reports.tables import Table, table

VALUES: dict[Dimension, list[Any]] = {
    Dimension.TYPE: [*(each.value for each in FeedbackType), None],
    Dimension.CHANNEL: [each.value for each in Channel],
    Dimension.OUTCOME: [*(each.value for each in Outcome), None],
    Dimension.PRODUCT: [f"p{number}" for number in range(30)],
    Dimension.DAY: [date(2026, 2, 20) + timedelta(days=number) for number in range(20)],
    Dimension.WEEK: [date(2026, 2, 16) + timedelta(weeks=number) for number in range(6)],
    Dimension.MONTH: [date(2025, month, 1) for month in range(1, 13)],
}
TITLES = {Dimension.PRODUCT: {"p0": {"zh-CN": "路由器", "en": "Router"}}}


def drawn_table(seed: int, by: tuple[Dimension, ...], language: str = "en", size: int = 40) -> Table:
    """A table with up to ``size`` rows."""
    chance = random.Random(seed)
    cells = {tuple(chance.choice(VALUES[dimension]) for dimension in by) for _ in range(size)}
    groups = [Group(cell, _numbers(chance)) for cell in sorted(cells, key=str)]
    totals: dict[Metric, float | None] = dict(_numbers(chance))
    totals |= {metric: sum(group.numbers[metric] or 0 for group in groups) for metric in ADDITIVE}
    return table(by, Answer(groups, totals), None, Labels(language, TITLES))


def _numbers(chance: random.Random) -> dict[Metric, float | None]:
    return {
        metric: chance.randrange(1, 90) if metric in ADDITIVE else chance.choice([None, chance.random() * 300_000])
        for metric in Metric
    }
