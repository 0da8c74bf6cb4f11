"""Clocks replayed under other limits say what somebody says who looks at a watch every minute."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voxloop.domain.calendars import Calendar, DayKind, Hours, Interval
from voxloop.domain.clocks import REAL_TIME, Course, OpenTime, Pace
from voxloop.domain.feedback import FeedbackType, Priority, Stage
from voxloop.domain.replays import Standing, aims, decided_otherwise, history_of, in_force, paused_by_stages, replayed
from voxloop.domain.rulers import Ruler

MINUTE = timedelta(minutes=1)
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
TARGETS = {Priority.URGENT: 60, Priority.HIGH: 240, Priority.NORMAL: 480}  # minutes


def interval(start: float, end: float) -> Interval:
    return Interval(timedelta(hours=start), timedelta(hours=end))


def hours(*day: Interval) -> Hours:
    week = (day,) * 5 + ((), ())
    calendar = Calendar("office", {}, "Asia/Shanghai", week, timedelta(hours=8), {date(2026, 11, 4): ()})
    return Hours(calendar, ZoneInfo("Asia/Shanghai"), lambda on: DayKind.ORDINARY)


OFFICE = hours(interval(9, 12), interval(13.5, 18))
NIGHT = hours(interval(22, 30))


@dataclass(frozen=True)
class Case:
    """A clock that runs in minutes: the item's priorities and stages from an instant on, and until when."""

    history: list[Standing]
    started: datetime
    ended: datetime | None
    now: datetime
    pause: tuple[Stage, ...]


def made(seed: int) -> Case:
    chance = random.Random(seed)
    at = MONDAY + chance.randrange(7 * 1440) * MINUTE
    started, history = at, []
    for _ in range(chance.randrange(1, 9)):
        priority, stage = chance.choice([*TARGETS, Priority.LOW]), chance.choice(list(Stage))
        history.append(Standing(at, FeedbackType.DEFECT, priority, stage, 1))
        at += chance.randrange(1, 2000) * MINUTE
    ended = at if chance.random() < 0.6 else None
    pause = tuple(chance.sample(list(Stage), chance.randrange(3)))
    return Case(history, started, ended, at + chance.randrange(1, 3000) * MINUTE, pause)


Day = tuple[tuple[float, float], ...] | None  # the hours of a working day; None: all time counts


def is_open(at: datetime, day: Day) -> bool:
    """Whether the minute that begins then counts; written without the calendars' own code."""
    if day is None:
        return True
    local = at + timedelta(hours=8)
    for back in (0, 1):
        on = local.date() - timedelta(days=back)
        if on.weekday() < 5 and on != date(2026, 11, 4):
            since = (local.replace(tzinfo=None) - datetime.combine(on, datetime.min.time())).total_seconds() / 3600
            if any(start <= since < end for start, end in day):
                return True
    return False


def by_the_watch(case: Case, day: Day) -> tuple[datetime | None, bool]:
    """When the clock is missed, if it is, counted minute by minute; and whether it has a target at last."""
    counted = 0
    reached: dict[int, datetime] = {}
    at, until = case.started, min(case.ended or case.now, case.now)
    standing = case.history[0]
    while at < until:
        standing = next(each for each in reversed(case.history) if each.at <= at)
        target = TARGETS.get(standing.priority)
        if target is not None and counted >= target:
            return reached[target], True
        if standing.stage not in case.pause and is_open(at, day):
            counted += 1
            reached[counted] = at + MINUTE
        at += MINUTE
    return None, TARGETS.get(standing.priority) is not None


@pytest.mark.parametrize("seed", range(120))
@pytest.mark.parametrize(
    ("time", "day"),
    [(REAL_TIME, None), (OFFICE, ((9, 12), (13.5, 18))), (NIGHT, ((22, 30),))],
    ids=["real", "office", "night"],
)
def test_a_replay_says_what_the_watch_says(seed: int, time: OpenTime, day: Day) -> None:
    case = made(seed)
    course = paused_by_stages(Course(case.started, (), case.ended, case.ended is not None), case.history, case.pause)

    def target(standing: Standing) -> timedelta | None:
        minutes = TARGETS.get(standing.priority)
        return None if minutes is None else minutes * MINUTE

    found = aims(course, case.history, target)
    said = replayed(course, found, Pace(time), case.now)
    breached, aimed = by_the_watch(case, day)
    assert said.breached_at == breached
    assert (found[-1].target is not None) == aimed or breached is not None


@pytest.mark.parametrize("calendar", [OFFICE, NIGHT], ids=["office", "night"])
@pytest.mark.parametrize("seed", range(80))
def test_a_ruler_answers_as_the_calendar_that_it_was_made_of(calendar: Hours, seed: int) -> None:
    chance = random.Random(seed)
    ruler = Ruler(calendar, MONDAY, MONDAY + timedelta(days=30))
    start, end = (MONDAY + timedelta(seconds=chance.randrange(-86400, 35 * 86400)) for _ in range(2))
    length = timedelta(seconds=chance.randrange(40 * 3600))
    assert ruler.elapsed(start, end) == calendar.elapsed(start, end)
    assert ruler.due(start, length) == calendar.due(start, length)
    assert ruler.opens(start) == calendar.opens(start)


def standing(hours: int, priority: Priority = Priority.NORMAL, process: int = 1) -> Standing:
    return Standing(MONDAY + timedelta(hours=hours), FeedbackType.DEFECT, priority, Stage.WORKING, process)


def test_a_history_begins_when_the_process_is_known() -> None:
    at = [MONDAY + timedelta(hours=hour) for hour in range(3)]
    changes = [
        (at[0], None, None, "received", None),
        (at[1], "defect", "high", None, "7"),
        (at[2], None, None, "working", None),
    ]
    assert history_of(changes) == [
        Standing(at[1], FeedbackType.DEFECT, Priority.HIGH, Stage.RECEIVED, 7),
        Standing(at[2], FeedbackType.DEFECT, Priority.HIGH, Stage.WORKING, 7),
    ]


def test_before_its_process_was_known_an_item_stood_as_it_did_then() -> None:
    history = [standing(1), standing(5, Priority.HIGH)]
    assert in_force(history, MONDAY) == history[0]
    assert in_force(history, MONDAY + timedelta(hours=5)) == history[1]


def test_what_people_changed_stays_when_rules_decide_otherwise() -> None:
    history = [standing(0), standing(2, Priority.HIGH), standing(4, Priority.HIGH, process=2)]
    otherwise = decided_otherwise(history, FeedbackType.QUESTION, Priority.URGENT, 9)
    assert [(each.priority, each.process) for each in otherwise] == [("urgent", 9), ("high", 9), ("high", 2)]


def test_a_clock_that_never_pauses_has_no_pauses_left() -> None:
    course = Course(MONDAY, ((MONDAY, MONDAY + MINUTE),), None)
    assert paused_by_stages(course, [standing(0)], ()).pauses == ()
