"""When loops wake: shares counted in open time, escalations in their own, nothing while a clock stands still."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from voxloop.domain.clocks import Clock, Course, Pace
from voxloop.domain.durations import Duration
from voxloop.domain.feedback import Priority, Stage
from voxloop.domain.limits import Limits
from voxloop.domain.moments import Timed, clock_moments, escalation_moments, pausing
from voxloop.domain.problems import InvalidDocument
from voxloop.domain.process import Step
from voxloop.domain.process_reader import read_process
from voxloop.domain.quiet_hours import quiet_until
from voxloop.tests.domain.clock_oracle import CALENDARS, instant
from voxloop.tests.domain.test_clocks import TIMES

OFFICE = Pace(TIMES["office"], timedelta(minutes=450))
START = instant("11-06 15:00", CALENDARS["office"])  # a Friday
WARNED = Limits({Priority.LOW: Duration(timedelta(hours=4))}, warn=(0.5, 0.75))


def shown(moments: Any) -> dict[str, str]:
    """Their names, and when they are on the office's wall."""
    return {moment.name: f"{moment.at + timedelta(hours=8):%a %H:%M}" for moment in moments}


def timed(hours: float, pace: Pace = OFFICE) -> Timed:
    return Clock(START).aimed(timedelta(hours=hours), pace.time, Course(START)), pace


def step(*escalate: str, limit: str = "{low: 4h, calendar: office}") -> Step:
    levels = ", ".join(f"{{tell: {{to: assignee}}, {each}}}" for each in escalate)
    text = f"""key: p
title: {{zh-CN: 流程, en: Process}}
reopen_for: 7d
steps: [{{key: a, kind: task, team: service, limit: {limit}, escalate: [{levels}], outcomes: {{done: close}}}}]
"""
    return read_process(yaml.safe_load(text)).first


def run(*fired: str) -> dict[str, Any]:
    return {"entered_at": START, "fired": list(fired)}


def test_shares_of_a_target_are_counted_in_its_time() -> None:
    expected = {"finish.warn.0.5": "Fri 17:00", "finish.warn.0.75": "Fri 18:00", "finish.breach": "Mon 10:00"}
    assert shown(clock_moments("finish", timed(4), WARNED)) == expected


def test_warnings_only_rise() -> None:
    clock, pace = timed(4)
    warned = Clock(**vars(clock) | {"warned": 0.5})
    assert list(shown(clock_moments("finish", (warned, pace), WARNED))) == ["finish.warn.0.75", "finish.breach"]


def test_nothing_is_due_of_a_clock_that_stands_still_but_of_one_with_a_promised_date() -> None:
    clock, pace = timed(4)
    still = clock.paused(START + timedelta(hours=1))
    assert shown(clock_moments("finish", (still, pace), WARNED)) == {}
    promised = still.promised(START + timedelta(days=1), pace.time)
    assert shown(clock_moments("finish", (promised, pace), Limits({}))) == {"finish.breach": "Sat 15:00"}


def test_a_clock_that_is_aimed_at_what_passed_before_it_stood_still_has_missed_it() -> None:
    clock, pace = timed(4)
    still = clock.paused(START + timedelta(hours=2)).aimed(timedelta(hours=1), pace.time, Course(START))
    assert shown(clock_moments("finish", (still, pace), Limits({}))) == {"finish.breach": "Fri 16:00"}


def test_escalations_count_in_the_time_of_the_limit_or_in_one_of_their_own() -> None:
    levels = step("at: 75%", "at: 100%", "at: +2h", "at: 24h, calendar: real", "at: +1wd", "at: +2h, calendar: service")
    own = {"real": Pace(), "service": Pace(TIMES["service"])}
    assert shown(escalation_moments(levels, run(), timed(4), own)) == {
        "escalate.0": "Fri 18:00",
        "escalate.1": "Mon 10:00",
        "escalate.2": "Mon 12:00",
        "escalate.3": "Sat 15:00",
        "escalate.4": "Tue 10:00",
        "escalate.5": "Mon 12:00",
    }


def test_what_has_fired_never_returns_and_nothing_fires_while_the_limit_stands_still() -> None:
    levels = step("at: 75%", "at: 100%")
    assert list(shown(escalation_moments(levels, run("escalate.0"), timed(4), {}))) == ["escalate.1"]
    clock, pace = timed(4)
    assert shown(escalation_moments(levels, run(), (clock.paused(START), pace), {})) == {}


def test_a_pause_after_the_breach_delays_what_comes_after_it_and_not_the_breach() -> None:
    clock, pace = timed(2)
    late = clock.breached().paused(START + timedelta(days=3)).resumed(pace.time, START + timedelta(days=3, hours=1))
    assert shown(escalation_moments(step("at: 100%", "at: +8h"), run(), (late, pace), {})) == {
        "escalate.0": "Fri 17:00",
        "escalate.1": "Tue 09:30",
    }


@pytest.mark.parametrize(
    ("escalation", "code"),
    [
        ("at: +1d", "document.whole_days"),
        ("at: 2wd, calendar: real", "document.needs_calendar"),
        ("at: +3x", "process.not_an_instant"),
        ("at: 24h, calendar: Office", "document.not_a_key"),
    ],
)
def test_an_escalation_is_written_in_the_units_of_what_it_counts_in(escalation: str, code: str) -> None:
    with pytest.raises(InvalidDocument) as invalid:
        step(escalation)
    assert [problem.code for problem in invalid.value.problems] == [code]


def test_only_the_total_resolution_stands_still_while_an_item_is_closed() -> None:
    still = {name: pausing(name, Limits({})) for name in ("resolution", "total_resolution")}
    assert still == {"resolution": (), "total_resolution": (Stage.CLOSED,)}


@pytest.mark.parametrize(
    ("quiet", "hour", "until"),
    [
        (["22:00-08:00"], 23, 32),
        (["22:00-08:00"], 3, 8),
        (["22:00-08:00"], 8, None),
        (["22:00-08:00"], 21, None),
        (["22:00-24:00", "00:00-08:00"], 23, 32),
        (["12:00-13:00"], 12, 13),
        ([], 23, None),
    ],
)
def test_quiet_hours_last_until_they_end(quiet: list[str], hour: int, until: int | None) -> None:
    midnight = datetime(2026, 11, 2, 16, tzinfo=UTC)  # in Shanghai
    organisation = {"time_zone": "Asia/Shanghai", "quiet_hours": quiet}
    ends = None if until is None else midnight + timedelta(hours=until)
    assert quiet_until(organisation, midnight + timedelta(hours=hour)) == ends
