"""Clocks against somebody who counts minutes, case by case; and what holds of every clock."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxloop.domain.calendar_reader import read_calendar
from voxloop.domain.calendars import Hours
from voxloop.domain.clocks import REAL_TIME, Clock, ClockState, Course, OpenTime, Pace, course_of, verdict
from voxloop.domain.durations import read_length
from voxloop.public_holidays import kind_of
from voxloop.tests.domain.clock_oracle import CALENDARS, Counted, instant
from voxloop.tests.domain.janitor import MINUTE, Body

LONGEST = timedelta(days=60)
Happening = tuple[datetime, str, object]


class Case(NamedTuple):
    name: str
    calendar: str
    start: datetime
    target: timedelta | None
    happenings: Sequence[Happening]
    until: datetime

    def counted(self) -> Counted:
        counted = Counted(CALENDARS.get(self.calendar), self.start, _minutes(self.target))
        happenings = [
            (at, what, _minutes(value) if isinstance(value, timedelta) else value)
            for at, what, value in self.happenings
            if at <= self.until
        ]
        counted.run(happenings, self.until)
        return counted


def _minutes(value: timedelta | None) -> int | None:
    return None if value is None else value // MINUTE


def hours_of(body: Body) -> Hours:
    calendar = read_calendar(body)
    return Hours(calendar, ZoneInfo(calendar.zone), kind_of(calendar.country))


TIMES: dict[str, OpenTime] = {key: hours_of(body) for key, body in CALENDARS.items()} | {"real": REAL_TIME}


def read_cases() -> list[Case]:
    lines = Path(__file__).with_name("clock_cases.txt").read_text("utf-8").splitlines()
    return [read_case(line) for line in lines if line and not line.startswith("#")]


def read_case(line: str) -> Case:
    name, calendar, start, target, happenings, until = (part.strip() for part in line.split("|"))
    body, pace = CALENDARS.get(calendar), pace_of(calendar)
    happened = [read_happening(each.split(), body, pace) for each in happenings.split(", ") if each]
    return Case(name, calendar, instant(start, body), length(target, pace), happened, instant(until, body))


def read_happening(words: list[str], body: Body | None, pace: Pace) -> Happening:
    what, at = words[0], instant(" ".join(words[1:3]), body)
    value = instant(" ".join(words[3:5]), body) if what == "due" else length(words[3], pace) if words[3:] else None
    return at, what, value


def length(text: str, pace: Pace) -> timedelta | None:
    return None if text == "none" else pace.length(read_length(text))


def pace_of(calendar: str) -> Pace:
    time = TIMES[calendar]
    return Pace(time, time.calendar.day_hours) if isinstance(time, Hours) else Pace()


def lived(case: Case) -> Clock:
    """The clock as turns make it: what each does to it is told, and read back where it is aimed anew."""
    time, told = TIMES[case.calendar], [("activate", case.start)]
    clock = Clock(case.start).aimed(case.target, time, Course(case.start))
    for at, what, value in case.happenings:
        if at > case.until:
            break
        if what in ("pause", "done") and clock.missed(at):
            clock = clock.breached()
        if what == "pause":
            clock = clock.paused(at)
        elif what == "resume":
            clock = clock.resumed(time, at)
        elif what == "done":
            clock = clock.ended(at, fulfilled=True)
        elif isinstance(value, datetime):
            clock = clock.breached() if clock.missed(at) else clock
            clock = clock.promised(value, time)
        else:
            assert value is None or isinstance(value, timedelta)
            clock = clock.breached() if clock.missed(at) else clock
            clock = clock.aimed(value, time, course_of(told))
        told.append(({"done": "fulfil"}.get(what, what), at))
    return clock.breached() if clock.ended_at is None and clock.missed(case.until) else clock


CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_clock_says_what_somebody_counts_who_looks_every_minute(case: Case) -> None:
    time, clock, counted = TIMES[case.calendar], lived(case), case.counted()
    assert clock.breached_at == counted.breached
    assert clock.elapsed(time, case.until) // MINUTE == counted.counted
    if clock.breached_at is None and clock.paused_at is None and clock.ended_at is None:
        ahead = case._replace(until=case.until + LONGEST).counted() if counted.due is None else counted
        assert clock.due_at == (ahead.due if clock.target_seconds is not None else None)


def test_there_are_cases_enough_and_each_is_named_once() -> None:
    assert len(CASES) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


# What holds of every clock, to the second.
KEYS = st.sampled_from(sorted(TIMES))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
SPANS = st.integers(0, 400_000).map(lambda seconds: timedelta(seconds=seconds))
TARGETS = st.integers(1, 900_000).map(lambda seconds: timedelta(seconds=seconds))
Gaps = list[tuple[timedelta, timedelta]]
GAPS = st.lists(st.tuples(SPANS, SPANS), max_size=4)


def through(start: datetime, gaps: Gaps) -> list[tuple[datetime, datetime]]:
    """Pauses, each so long after the one before, and so long."""
    pauses: list[tuple[datetime, datetime]] = []
    for after, lasting in gaps:
        began = (pauses[-1][1] if pauses else start) + after
        pauses.append((began, began + lasting))
    return pauses


def paused(clock: Clock, time: OpenTime, pauses: Sequence[tuple[datetime, datetime]]) -> Clock:
    for began, ended in pauses:
        clock = (clock.breached() if clock.missed(began) else clock).paused(began).resumed(time, ended)
    return clock


def aimed(start: datetime, target: timedelta, time: OpenTime) -> Clock:
    return Clock(start).aimed(target, time, Course(start))


@given(KEYS, INSTANTS, TARGETS, GAPS, SPANS)
def test_what_has_passed_and_what_is_left_are_the_target(
    key: str, start: datetime, target: timedelta, gaps: Gaps, after: timedelta
) -> None:
    time, pauses = TIMES[key], through(start, gaps)
    clock = paused(aimed(start, target, time), time, pauses)
    now = (pauses[-1][1] if pauses else start) + after
    left = clock.remaining(time, now)
    assert left is not None
    assert clock.elapsed(time, now) + left == target
    assert clock.elapsed(time, now) >= timedelta()
    if clock.breached_at is None and clock.due_at is not None and now <= clock.due_at:
        assert left == time.elapsed(now, clock.due_at)


@given(KEYS, INSTANTS, TARGETS, GAPS)
def test_a_pause_never_brings_the_due_instant_nearer(key: str, start: datetime, target: timedelta, gaps: Gaps) -> None:
    time = TIMES[key]
    clock = aimed(start, target, time)
    for pause in through(start, gaps):
        before, clock = clock.due_at, paused(clock, time, [pause])
        assert before is not None
        assert clock.due_at is not None
        assert clock.due_at >= before


@given(KEYS, INSTANTS, TARGETS, st.tuples(SPANS, SPANS), st.tuples(SPANS, SPANS))
def test_it_does_not_matter_in_which_order_pauses_come(
    key: str, start: datetime, target: timedelta, one: tuple[timedelta, timedelta], other: tuple[timedelta, timedelta]
) -> None:
    """In a clock's own time: as much work before and after, with the pauses changed about."""
    (before, first), (between, second) = one, other
    clocks = []
    for pauses in ((first, second), (second, first)):
        clock = aimed(start, target, REAL_TIME)
        clocks.append(paused(clock, REAL_TIME, through(start, [(before, pauses[0]), (between, pauses[1])])))
    if all(clock.breached_at is None for clock in clocks):
        assert clocks[0].due_at == clocks[1].due_at == start + target + first + second
    time = TIMES[key]
    pauses_ = through(start, [one, other])
    at_once = Course(start, tuple(pauses_)).due(time, target)
    clock = paused(aimed(start, target, time), time, pauses_)
    assert (clock.breached_at or clock.due_at) == at_once


@given(KEYS, INSTANTS, st.tuples(TARGETS, TARGETS), GAPS, SPANS)
def test_whenever_it_is_aimed_anew_it_stands_as_if_it_had_always_been_aimed_so(
    key: str, start: datetime, targets: tuple[timedelta, timedelta], gaps: Gaps, at: timedelta
) -> None:
    time, told = TIMES[key], [("activate", start)]
    target, other = targets
    clock = aimed(start, target, time)
    for began, ended in through(start, gaps):
        clock = paused(clock, time, [(began, ended)])
        told += [("pause", began), ("resume", ended)]
    now = told[-1][1] + at
    if clock.missed(now) or clock.breached_at is not None:
        return
    anew = clock.aimed(other, time, course_of(told))
    said = verdict(course_of(told), other, time, now)
    assert (anew.due_at, anew.missed(now)) == (said.due_at, said.breached_at is not None)
    assert anew.elapsed(time, now) == said.elapsed


def test_what_stands_still_at_its_due_instant_is_due_when_it_goes_on() -> None:
    start = datetime(2026, 11, 3, 9, tzinfo=UTC)
    clock = aimed(start, timedelta(hours=2), REAL_TIME).paused(start + timedelta(hours=2))
    assert not clock.missed(start + timedelta(days=9))
    assert clock.resumed(REAL_TIME, start + timedelta(hours=5)).due_at == start + timedelta(hours=5)


OPENED, LATER = (datetime(2026, 11, 3, hour, tzinfo=UTC) for hour in (1, 2))


@pytest.mark.parametrize(
    ("clock", "at", "state"),
    [
        (Clock(OPENED), "11-03 10:00", ClockState.RUNNING),
        (Clock(OPENED), "11-03 12:30", ClockState.OUTSIDE_HOURS),
        (Clock(OPENED).paused(LATER), "11-03 12:30", ClockState.PAUSED),
        (Clock(OPENED, 60.0, LATER), "11-03 12:30", ClockState.BREACHED),
        (Clock(OPENED).ended(LATER, fulfilled=True), "11-03 12:30", ClockState.FULFILLED),
        (Clock(OPENED).ended(LATER, fulfilled=False), "11-03 12:30", ClockState.CANCELLED),
    ],
)
def test_a_badge_says_whether_the_calendar_or_the_stage_holds_a_clock(clock: Clock, at: str, state: ClockState) -> None:
    assert clock.state(TIMES["office"], instant(at, CALENDARS["office"])) == state
