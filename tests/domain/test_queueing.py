"""A team's queue, played: who is taken when, by whom, and that nothing is lost or done twice."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voxloop.domain.calendars import Calendar, DayKind, Hours, Interval
from voxloop.domain.clocks import REAL_TIME
from voxloop.domain.queueing import Done, Job, played

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
MORNINGS = Hours(
    Calendar("mornings", {}, "UTC", ((Interval(9 * HOUR, 12 * HOUR),),) * 5 + ((), ()), 3 * HOUR),
    ZoneInfo("UTC"),
    lambda on: DayKind.ORDINARY,
)


def job(name: str, arrived: float, work: float = 1, due: float | None = None) -> Job:
    due_at = None if due is None else MONDAY + due * HOUR
    return Job((name, 1), MONDAY + arrived * HOUR, work * HOUR, due_at)


def taken(done: list[Done]) -> dict[str, float]:
    return {each.job.key[0]: (each.taken_at - MONDAY) / HOUR for each in done}


def test_who_is_due_first_is_taken_first() -> None:
    jobs = [job("first", 0), job("late", 0.1, due=9), job("soon", 0.2, due=5), job("never", 0.3)]
    assert taken(list(played(jobs, [REAL_TIME]))) == {"first": 0, "soon": 1, "late": 2, "never": 3}


def test_two_work_beside_each_other() -> None:
    jobs = [job("a", 0, 4), job("b", 0, 1), job("c", 0.5, 1)]
    done = list(played(jobs, [REAL_TIME, REAL_TIME]))
    assert taken(done) == {"a": 0, "b": 0, "c": 1}
    assert len({each.worker for each in done if each.job.key[0] != "c"}) == 2


def test_nothing_is_taken_while_closed_and_work_stands_still_then() -> None:
    [done] = played([job("a", 11, 2)], [MORNINGS])
    assert (done.taken_at, done.done_at) == (MONDAY + 11 * HOUR, MONDAY + 34 * HOUR)
    assert taken(list(played([job("night", 20)], [MORNINGS]))) == {"night": 33}


def test_what_comes_before_the_doors_open_waits_in_order_of_its_due_instant() -> None:
    jobs = [job("a", 1, due=50), job("b", 2, due=40)]
    assert taken(list(played(jobs, [MORNINGS]))) == {"b": 9, "a": 10}


def test_without_anybody_nothing_is_done() -> None:
    assert list(played([job("a", 0)], [])) == []


@pytest.mark.parametrize("seed", range(40))
def test_everything_is_done_once_and_nobody_idles_beside_a_queue(seed: int) -> None:
    chance = random.Random(seed)
    jobs = [
        job(
            str(number),
            chance.randrange(200) / 4,
            chance.randrange(1, 12) / 4,
            chance.choice([None, chance.random() * 90]),
        )
        for number in range(60)
    ]
    workers = [REAL_TIME] * chance.randrange(1, 4)
    done = list(played(jobs, workers))
    assert sorted(each.job.key for each in done) == sorted(each.key for each in jobs)
    for worker in range(len(workers)):
        stays = sorted((each.taken_at, each.done_at) for each in done if each.worker == worker)
        assert all(ends <= begins for (_, ends), (begins, _) in itertools.pairwise(stays))
    for each in done:
        if each.taken_at > each.job.arrived_at:  # all were busy until then
            before = each.taken_at - timedelta(microseconds=1)
            assert sum(other.taken_at <= before < other.done_at for other in done) == len(workers)
