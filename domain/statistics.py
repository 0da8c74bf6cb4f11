"""What statistics can be asked for: what is measured, by what, over which time.

How a measure is computed stands in ``store/statistics``, its unit in ``reports/metrics``, and its formula, for readers,
in ``texts`` under ``metric_formula.<name>``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

DEFAULT_TIME_ZONE = "Asia/Shanghai"
MOST_DIMENSIONS = 3

Numbers = Mapping["Metric", float | None]
"""Measures of some items; None where there is nothing to measure."""


class Metric(StrEnum):
    """What is measured."""

    COUNT = "count"
    RATINGS = "ratings"
    AVERAGE_RATING = "average_rating"
    NPS_ANSWERS = "nps_answers"
    NPS = "nps"
    FIRST_RESPONSE_P50 = "first_response_p50"
    FIRST_RESPONSE_P90 = "first_response_p90"
    RESOLUTION_P50 = "resolution_p50"
    RESOLUTION_P90 = "resolution_p90"
    BREACH_SHARE = "breach_share"
    FIRST_CONTACT_SHARE = "first_contact_share"


class Dimension(StrEnum):
    """By what items are grouped."""

    STAGE = "stage"
    TYPE = "type"
    PRIORITY = "priority"
    OUTCOME = "outcome"
    TEAM = "team"
    CHANNEL = "channel"
    PRODUCT_LINE = "product_line"
    PRODUCT = "product"
    VERSION = "version"
    REGION = "region"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def is_time(self) -> bool:
        """Whether it is a stretch of time, named by its first day; weeks begin on Monday."""
        return self in (Dimension.DAY, Dimension.WEEK, Dimension.MONTH)


@dataclass(frozen=True)
class Period:
    """From ``begin`` up to, not including, ``end``, and how far back the period lies that it is compared with."""

    begin: datetime
    end: datetime
    step: timedelta

    @classmethod
    def between(cls, begin: datetime, end: datetime) -> "Period":
        """This stretch of time; before it lies one of the same length."""
        return cls(begin, end, end - begin)

    @classmethod
    def last_days(cls, days: int, now: datetime, zone: ZoneInfo) -> "Period":
        """The last ``days`` days of that time zone, today included so far; before them lie as many, up to this hour."""
        first = now.astimezone(zone).date() - timedelta(days=days - 1)
        return cls(datetime.combine(first, time(), zone).astimezone(UTC), now, timedelta(days=days))

    @property
    def before(self) -> "Period":
        """The period that it is compared with."""
        return Period(self.begin - self.step, self.end - self.step, self.step)


@dataclass(frozen=True)
class Group:
    """The items that have these values of the dimensions; a stretch of time is named by its first day."""

    values: tuple[Any, ...]
    numbers: Numbers


@dataclass(frozen=True)
class Answer:
    """All groups, in no order, and the numbers of all their items together."""

    groups: Sequence[Group]
    totals: Numbers


def next_bucket(dimension: Dimension, first_day: date) -> date:
    """The first day of the next day, week or month."""
    if dimension is Dimension.MONTH:
        return (first_day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return first_day + timedelta(days=7 if dimension is Dimension.WEEK else 1)


def bucket(dimension: Dimension, day: date) -> date:
    """The first day of the day, week or month in which ``day`` lies."""
    if dimension is Dimension.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday() if dimension is Dimension.WEEK else 0)


@dataclass(frozen=True)
class StepTraffic:
    """How many items stand at a step, how many have ``left`` it in a time, and after how long half of those had."""

    standing: int
    left: int
    median: timedelta | None
