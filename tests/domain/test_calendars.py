"""Calendars against the janitor, who counts minute by minute, and what holds for any calendar in any time zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from voxloop.domain.calendar_reader import read_calendar
from voxloop.domain.calendars import DayKind, Hours, NeverOpen
from voxloop.domain.durations import read_length
from voxloop.public_holidays import kind_of
from voxloop.tests.domain import janitor
from voxloop.tests.domain.calendar_cases import CALENDARS, CASES, Case

MINUTE, HOUR, NONE = timedelta(minutes=1), timedelta(hours=1), timedelta()
# Around what is hard: clocks that are put forward or back, the day that never was, festivals, borders of seasons.
HARD = {
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Europe/London": ("2026-03-29", "2026-10-25"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Asia/Shanghai": ("2026-02-14", "2026-10-01", "2026-05-31", "1991-09-15"),
    "Pacific/Apia": ("2011-12-30", "2012-04-01"),
    "America/Sao_Paulo": ("2018-11-04", "2018-02-18"),
    "America/St_Johns": ("2010-11-07", "2010-03-14"),
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
    "Pacific/Chatham": ("2026-04-05", "2026-09-27"),
    "Asia/Gaza": ("2025-04-12", "2025-10-25"),
}


@cache
def hours_of(key: str) -> Hours:
    return made(CALENDARS[key])


def made(body: Mapping[str, Any]) -> Hours:
    calendar = read_calendar(body)
    return Hours(calendar, ZoneInfo(calendar.zone), kind_of(calendar.country))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_due_when(case: Case) -> None:
    hours, start = hours_of(case.calendar), datetime.fromisoformat(case.start).astimezone(UTC)
    length = read_length(case.duration).length(hours.calendar.day_hours)
    due = hours.due(start, length)
    assert due.astimezone(hours.zone).isoformat(timespec="minutes") == case.due
    body = CALENDARS[case.calendar]
    assert due == janitor.due(body, start, janitor.minutes_of(body, case.duration))
    assert hours.elapsed(start, due) == length


def test_the_table_has_no_case_twice() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 100
    assert {case.calendar for case in CASES} == CALENDARS.keys()


TIMES = [f"{number // 4:02}:{number % 4 * 15:02}" for number in range(96)]
INTERVALS = st.tuples(st.sampled_from(TIMES), st.sampled_from([*TIMES[1:], "24:00"])).filter(
    lambda pair: pair[0] != pair[1]
)
DAYS = st.lists(INTERVALS.map("-".join), max_size=2)
WEEKS = st.fixed_dictionaries(dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), DAYS)).filter(
    lambda week: any(week.values())
)  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> tuple[Mapping[str, Any], datetime]:
    """Any calendar in a zone, also one that a checker would refuse, and an instant near something hard in it."""
    zone = draw(st.sampled_from(sorted(HARD)))
    hard = datetime.fromisoformat(draw(st.sampled_from(HARD[zone]))).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    body = {**CALENDARS["service"], "time_zone": zone, "week": draw(WEEKS)}
    if draw(st.booleans()):
        body["days"] = {str((hard + timedelta(days=draw(st.integers(-2, 2)))).date()): draw(DAYS)}
    if draw(st.booleans()):
        body["seasons"] = [{"from": str(hard.date()), "to": str((hard + 9 * 24 * HOUR).date()), "week": draw(WEEKS)}]
    if zone == "Asia/Shanghai" and hard.year == 2026 and not any(body["week"][day] for day in ("sat", "sun")):
        body["country"] = "CN"
    return body, hard + draw(st.integers(-3 * 24 * 60, 24 * 60)) * MINUTE


@settings(deadline=None)
@given(bodies(), st.integers(0, 3 * 24 * 60))
def test_as_much_time_passes_as_the_janitor_counts(drawn: tuple[Mapping[str, Any], datetime], minutes: int) -> None:
    body, start = drawn
    end = start + minutes * MINUTE
    assert made(body).elapsed(start, end) == janitor.elapsed(body, start, end) * MINUTE


@settings(deadline=None, max_examples=50)
@given(bodies(), st.integers(0, 600))
def test_it_is_due_when_the_janitor_says(drawn: tuple[Mapping[str, Any], datetime], minutes: int) -> None:
    body, start = drawn
    assert made(body).due(start, minutes * MINUTE) == janitor.due(body, start, minutes)


@settings(deadline=None)
@given(bodies())
def test_it_is_open_when_the_janitor_has_unlocked(drawn: tuple[Mapping[str, Any], datetime]) -> None:
    body, at = drawn
    assert made(body).is_open(at) == janitor.is_open(body, at)


INSTANTS = st.integers(0, 14 * 24 * 60 * 60).map(lambda seconds: timedelta(seconds=seconds, microseconds=seconds % 7))


@settings(deadline=None)
@given(bodies(), INSTANTS, INSTANTS)
def test_time_adds_up(drawn: tuple[Mapping[str, Any], datetime], first: timedelta, more: timedelta) -> None:
    hours, a = made(drawn[0]), drawn[1]
    b, c = a + first, a + first + more
    assert hours.elapsed(a, c) == hours.elapsed(a, b) + hours.elapsed(b, c)
    assert NONE <= hours.elapsed(a, b) <= first
    assert hours.elapsed(c, b) == NONE


@settings(deadline=None)
@given(bodies(), INSTANTS)
@example((CALENDARS["new_york"], datetime(2026, 1, 1, tzinfo=UTC)), timedelta(days=400))
def test_due_and_elapsed_undo_each_other(drawn: tuple[Mapping[str, Any], datetime], length: timedelta) -> None:
    hours, start = made(drawn[0]), drawn[1]
    due = hours.due(start, length)
    assert hours.elapsed(start, due) == length
    assert due >= start + length
    if length:
        assert hours.elapsed(start, due - timedelta(microseconds=1)) < length


@settings(deadline=None)
@given(bodies(), INSTANTS, INSTANTS)
def test_what_begins_later_or_takes_longer_is_due_no_sooner(
    drawn: tuple[Mapping[str, Any], datetime], length: timedelta, more: timedelta
) -> None:
    hours, start = made(drawn[0]), drawn[1]
    due = hours.due(start, length)
    assert hours.due(start, length + more) >= due
    assert hours.due(start + more, length) >= due
    assert hours.due(due, more) == hours.due(start, length + more) or not length


@settings(deadline=None)
@given(bodies())
def test_it_opens_at_the_first_instant_at_which_it_is_open(drawn: tuple[Mapping[str, Any], datetime]) -> None:
    hours, at = made(drawn[0]), drawn[1]
    opens = hours.opens(at)
    assert hours.is_open(opens)
    assert hours.elapsed(at, opens) == NONE
    assume(opens > at)
    assert not hours.is_open(at)


def test_what_is_never_open_says_so() -> None:
    body = {**CALENDARS["service"], "week": {}}
    with pytest.raises(NeverOpen):
        made(body).due(datetime(2026, 3, 2, tzinfo=UTC), HOUR)
    with pytest.raises(NeverOpen):
        made(body).opens(datetime(2026, 3, 2, tzinfo=UTC))


def test_what_takes_no_time_is_due_at_once_even_when_it_is_closed() -> None:
    night = datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert hours_of("service").due(night, NONE) == night


@pytest.mark.parametrize(
    ("country", "on", "kind"),
    [
        ("CN", "2026-02-14", DayKind.MAKEUP),
        ("CN", "2026-02-28", DayKind.MAKEUP),
        ("CN", "2011-12-31", DayKind.MAKEUP),
        ("CN", "2026-02-17", DayKind.HOLIDAY),
        ("CN", "2026-03-02", DayKind.ORDINARY),
        ("CN", "2026-03-07", DayKind.ORDINARY),
        ("GB-ENG", "2026-08-31", DayKind.HOLIDAY),
        ("GB-SCT", "2026-08-31", DayKind.ORDINARY),
        ("US", "2021-12-31", DayKind.HOLIDAY),
        (None, "2026-10-01", DayKind.ORDINARY),
    ],
)
def test_what_a_date_is_in_a_country(country: str | None, on: str, kind: DayKind) -> None:
    assert kind_of(country)(datetime.fromisoformat(on).date()) is kind


def test_of_all_of_2026_the_library_says_what_the_state_council_has_announced() -> None:
    kind, on = kind_of("CN"), datetime(2026, 1, 1).date()
    while on.year == 2026:
        works = on in janitor.WORKS["CN"] or (on.weekday() < 5 and on not in janitor.OFF["CN"])
        told = kind(on) is DayKind.MAKEUP or (on.weekday() < 5 and kind(on) is not DayKind.HOLIDAY)
        assert works == told, on
        on += janitor.DAY
