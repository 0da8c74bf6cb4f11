"""Periods and buckets: days of the organisation, and as much time before them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voxloop.domain.statistics import Dimension, Period, bucket, next_bucket

NOON = datetime(2026, 10, 1, 4, tzinfo=UTC)


def test_the_last_days_begin_at_midnight_of_the_organisation() -> None:
    period = Period.last_days(7, NOON, ZoneInfo("Asia/Shanghai"))
    assert (period.begin, period.end) == (datetime(2026, 9, 24, 16, tzinfo=UTC), NOON)


def test_they_are_compared_with_as_many_days_up_to_the_same_hour() -> None:
    before = Period.last_days(1, NOON, ZoneInfo("Asia/Shanghai")).before
    assert (before.begin, before.end) == (datetime(2026, 9, 29, 16, tzinfo=UTC), NOON - timedelta(days=1))


def test_a_stretch_is_compared_with_the_same_length_directly_before() -> None:
    period = Period.between(NOON, NOON + timedelta(hours=5))
    assert (period.before.begin, period.before.end) == (NOON - timedelta(hours=5), NOON)


@pytest.mark.parametrize(
    ("dimension", "first", "following"),
    [
        (Dimension.DAY, date(2026, 12, 31), date(2027, 1, 1)),
        (Dimension.WEEK, date(2026, 12, 28), date(2027, 1, 4)),
        (Dimension.MONTH, date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_a_day_lies_in_one_bucket_and_the_next_one_follows(dimension: Dimension, first: date, following: date) -> None:
    assert bucket(dimension, date(2026, 12, 31)) == first
    assert next_bucket(dimension, first) == following
    assert bucket(dimension, following - timedelta(days=1)) == first
