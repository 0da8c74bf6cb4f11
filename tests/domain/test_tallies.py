"""Sums of what-ifs: pages add up, percentiles are near the exact ones, hours of the week hold what was open in them."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voxloop.domain.clocks import Verdict
from voxloop.domain.tallies import Group, Tally, clock_sums, count_clock, count_step, hours_of, open_hours

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
GROUP = Group("finish", "repair", "rd", "high")


def late(tally: Tally, seconds: float | None) -> None:
    breached = None if seconds is None else MONDAY
    until = MONDAY + timedelta(seconds=seconds or 0)
    count_clock(tally, GROUP, Verdict(MONDAY, breached, timedelta()), until, SHANGHAI)


@pytest.mark.parametrize("seed", range(10))
def test_percentiles_are_within_one_percent(seed: int) -> None:
    chance = random.Random(seed)
    seconds = sorted(chance.lognormvariate(9, 2) + 100 for _ in range(999))
    pages: list[Tally] = [Counter(), Counter()]
    for place, each in enumerate(seconds):
        late(pages[place % 2], each)
    found = clock_sums(pages[0] + pages[1])[GROUP]
    assert found.p50 is not None
    assert found.p90 is not None
    assert found.p50.total_seconds() == pytest.approx(seconds[499], rel=0.011)
    assert found.p90.total_seconds() == pytest.approx(seconds[899], rel=0.011)
    assert found.late.total_seconds() == pytest.approx(sum(seconds), abs=999)


def test_what_was_in_time_counts_as_a_target_alone() -> None:
    tally: Tally = Counter()
    late(tally, None)
    late(tally, 60)
    found = clock_sums(tally)[GROUP]
    assert (found.targets, found.breaches) == (2, 1)
    assert hours_of(tally, "breach")[8] == 1  # Monday, 08:00 in Shanghai


@pytest.mark.parametrize("seed", range(30))
def test_hours_of_the_week_hold_what_was_open_in_them(seed: int) -> None:
    chance = random.Random(seed)
    tally: Tally = Counter()
    seconds = [0] * 168
    for _ in range(20):
        began = MONDAY + timedelta(seconds=chance.randrange(14 * 86400))
        ended = began + timedelta(seconds=chance.randrange(20 * 86400))
        count_step(tally, "load", "rd", (began, ended), UTC)
        at = began
        while at < ended:
            following = min(ended, at.replace(minute=0, second=0) + timedelta(hours=1))
            seconds[at.weekday() * 24 + at.hour] += int((following - at).total_seconds())
            at = following
    assert open_hours(tally, "load", "rd") == seconds
