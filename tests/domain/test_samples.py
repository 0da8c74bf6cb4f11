"""A made-up item on its way: steps, instants, deadlines, escalations."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from voxloop.domain.clocks import Pace
from voxloop.domain.durations import Duration
from voxloop.domain.feedback import FeedbackType, Outcome, Priority
from voxloop.domain.limits import ClockName
from voxloop.domain.process import Process
from voxloop.domain.process_reader import read_process
from voxloop.domain.sample_walks import walked
from voxloop.domain.samples import Around, Given, Sample, Walked
from voxloop.domain.walks import End
from voxloop.rules.evaluator import holds

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


AROUND = Around(lambda word, team: Pace(), holds)


def complaint() -> Process:
    title = {"zh-CN": "步骤", "en": "Step"}
    tell = {"at": "100%", "tell": {"to": {"role": "director"}, "via": ["sms"]}, "raise": "priority"}
    task = {"kind": "task", "team": "service", "title": title}
    return read_process(
        {
            "key": "complaint",
            "title": title,
            "reopen_for": "14d",
            "clocks": {
                "first_response": {"normal": "4h"},
                "resolution": {"normal": "2d", "pause": ["waiting_customer"]},
            },
            "steps": [
                {
                    **task,
                    "key": "handle",
                    "limit": {"high": "2h", "normal": "8h"},
                    "escalate": [tell],
                    "outcomes": {"settled": "sort", "ask": "ask"},
                },
                {"key": "ask", "kind": "customer", "title": title, "wait": "10h", "send": "ask",
                 "outcomes": {"answered": "handle", "silent": "sort"}},
                {"key": "sort", "kind": "choice", "title": title, "choice": [
                    {"if": {"fact": "priority", "is": "equals", "value": "high"}, "go": "call"}, {"else": "reply"}]},
                {**task, "key": "call", "outcomes": {"called": "close"}},
                {**task, "key": "reply", "kind": "reply", "outcomes": {"sent": "close"}},
            ],
        }
    )  # fmt: skip


def walk(*given: Given, **more: Any) -> Walked:
    sample = Sample(MONDAY, FeedbackType.COMPLAINT, Priority.NORMAL, given=given, **more)
    return walked(complaint(), sample, AROUND)


def steps(found: Walked) -> list[str]:
    return [stay.step.key for stay in found.stays]


def test_without_a_word_each_step_is_left_by_the_shortest_way_after_half_of_its_limit() -> None:
    found = walk()
    assert steps(found) == ["handle", "sort", "reply"]
    assert found.stays[0].left_at == MONDAY + 4 * HOUR
    assert (found.end, found.outcome) == (End.CLOSED, Outcome.SOLVED)


def test_a_step_that_is_come_to_again_takes_the_next_outcome_given() -> None:
    found = walk(Given("handle", "ask", Duration(HOUR)), Given("handle", "settled", Duration(HOUR)))
    assert steps(found) == ["handle", "ask", "handle", "sort", "reply"]
    assert found.stays[1].left_at == MONDAY + 6 * HOUR  # half of ten hours


def test_an_escalation_that_comes_raises_what_the_choice_then_asks() -> None:
    found = walk(Given("handle", "settled", Duration(9 * HOUR)))
    [raised] = found.stays[0].raised
    assert (raised.at, raised.tells, raised.via, raised.raises) == (
        MONDAY + 8 * HOUR,
        ("role:director",),
        ("sms",),
        True,
    )
    assert steps(found) == ["handle", "sort", "call"]


def test_deadlines_stand_still_where_the_process_says_so() -> None:
    found = walk(
        Given("handle", "ask", Duration(HOUR)),
        Given("ask", "answered", Duration(10 * HOUR)),
        Given("handle", "settled", Duration(HOUR)),
    )
    due = {each.clock: each for each in found.deadlines if each.stay is None}
    assert due[ClockName.RESOLUTION].due_at == MONDAY + 58 * HOUR
    assert due[ClockName.FIRST_RESPONSE].breached_at == MONDAY + 4 * HOUR
    assert due[ClockName.NEXT_REPLY].started_at == MONDAY + 11 * HOUR


def test_a_strict_way_ends_where_nothing_is_said() -> None:
    found = walk(Given("handle", "settled"), strict=True)
    assert (steps(found), found.end) == (["handle", "sort", "reply"], End.WAITING)


def test_an_outcome_that_the_step_has_not_ends_the_way() -> None:
    assert walk(Given("handle", "lost")).end is End.UNMATCHED


def test_a_circle_is_left_behind() -> None:
    found = walk(*[Given("handle", "ask", Duration(HOUR)), Given("ask", "answered", Duration(HOUR))] * 200)
    assert found.end is End.ENDLESS


def test_every_process_of_the_starter_is_walked_to_an_end() -> None:
    for file in Path(__file__).parents[2].joinpath("starter/processes").glob("*.yaml"):
        process = read_process(yaml.safe_load(file.read_text("utf-8")))
        for priority in Priority:
            found = walked(process, Sample(MONDAY, FeedbackType.OTHER, priority), AROUND)
            assert found.end is End.CLOSED, (file.name, priority)
