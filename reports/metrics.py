"""What the numbers of each metric are: their unit, and whether those of several groups may be added up.

Formulas, for readers, stand in ``texts`` under ``metric_formula``; the SQL is in ``store/statistics``.
"""

from collections.abc import Mapping
from enum import StrEnum

from voxloop.domain.statistics import Metric, Numbers


class Unit(StrEnum):
    """In what a metric counts. ``points`` go from -100 to 100, ``share`` from 0 to 1."""

    ITEMS = "items"
    ANSWERS = "answers"
    STARS = "stars"
    POINTS = "points"
    SECONDS = "seconds"
    SHARE = "share"


UNITS: Mapping[Metric, Unit] = {
    Metric.COUNT: Unit.ITEMS,
    Metric.RATINGS: Unit.ANSWERS,
    Metric.AVERAGE_RATING: Unit.STARS,
    Metric.NPS_ANSWERS: Unit.ANSWERS,
    Metric.NPS: Unit.POINTS,
    Metric.FIRST_RESPONSE_P50: Unit.SECONDS,
    Metric.FIRST_RESPONSE_P90: Unit.SECONDS,
    Metric.RESOLUTION_P50: Unit.SECONDS,
    Metric.RESOLUTION_P90: Unit.SECONDS,
    Metric.BREACH_SHARE: Unit.SHARE,
    Metric.FIRST_CONTACT_SHARE: Unit.SHARE,
}
ADDITIVE = frozenset(metric for metric, unit in UNITS.items() if unit in (Unit.ITEMS, Unit.ANSWERS))
NOTHING: Numbers = {metric: 0 if metric in ADDITIVE else None for metric in Metric}
"""The numbers of no items at all."""
