"""What a made-up item meets on its way: waits, reminders, branches, conditions, what follows its closing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from voxloop.domain.clocks import Pace
from voxloop.domain.durations import Duration
from voxloop.domain.feedback import FeedbackType, Priority
from voxloop.domain.limits import ClockName
from voxloop.domain.process_reader import read_process
from voxloop.domain.sample_walks import walked
from voxloop.domain.samples import Around, Given, Sample, Walked
from voxloop.domain.walks import End
from voxloop.rules.evaluator import holds
from voxloop.tests.domain.test_clocks import TIMES

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
TITLE = {"zh-CN": "步骤", "en": "Step"}
WORK = "{key: work, kind: task, team: service, outcomes: {done: close}}"


def around(word: str | None, team: str | None) -> Pace:
    return Pace() if word is None else Pace(TIMES[word], timedelta(hours=7.5))


def walk(*steps: str, given: tuple[Given, ...] = (), strict: bool = False, facts: Any = None, **process: Any) -> Walked:
    written = [yaml.safe_load(step) for step in steps]
    for each in written:
        each["title"] = TITLE
        for branch in each.get("branches", ()):
            branch["title"] = TITLE
    body = {"key": "tried", "title": TITLE, "reopen_for": "7d", "steps": written, **process}
    sample = Sample(MONDAY, FeedbackType.OTHER, Priority.NORMAL, facts=facts or {}, given=given, strict=strict)
    return walked(read_process(body), sample, Around(around, holds))


def stays(found: Walked) -> list[tuple[str, str | None, float | None]]:
    return [(each.step.key, each.outcome, hours(each.left_at)) for each in found.stays]


def hours(at: datetime | None) -> float | None:
    return None if at is None else (at - MONDAY) / HOUR


RATED = "{key: work, kind: task, team: service, outcomes: {done: [{if: {fact: rating, is: less, value: 3}, go: call}, {else: close}]}}"  # noqa: E501
CALL = "{key: call, kind: task, team: service, outcomes: {called: close}}"


def test_an_outcome_leads_where_its_condition_says() -> None:
    assert [key for key, *_ in stays(walk(RATED, CALL, facts={"rating": 2}))] == ["work", "call"]
    assert [key for key, *_ in stays(walk(RATED, CALL, facts={"rating": 5}))] == ["work"]


def test_the_shortest_way_is_that_which_conditions_leave_open() -> None:
    looping = "{key: work, kind: task, team: service, outcomes: {again: [{if: {fact: rating, is: less, value: 3}, go: work}, {else: close}], more: call}}"  # noqa: E501
    assert stays(walk(looping, CALL, facts={"rating": 1})) == [("work", "more", 0), ("call", "called", 0)]


def test_an_automatic_step_is_left_when_its_wait_is_over() -> None:
    pause = "{key: pause, kind: automatic, wait: 3h, outcomes: {over: work}}"
    assert stays(walk(pause, WORK)) == [("pause", "over", 3), ("work", "done", 3)]
    assert stays(walk(pause, WORK, strict=True))[0] == ("pause", "over", 3)


def test_a_wait_counts_in_its_calendar() -> None:
    pause = "{key: pause, kind: automatic, wait: 5h, calendar: office, outcomes: {over: work}}"
    assert stays(walk(pause, WORK))[0] == ("pause", "over", 7.5)  # from 8:00 in Shanghai, with an hour and a half off


ASK = """{key: ask, kind: customer, wait: 72h, send: ask, outcomes: {answered: close, silent: close},
    remind: [{at: 24h, send: remind}, {at: 48h, send: remind_again}]}"""


def test_reminders_come_until_the_customer_answers() -> None:
    found = walk(ASK, given=(Given("ask", "answered", Duration(30 * HOUR)),))
    assert [(hours(each.at), each.send) for each in found.stays[0].reminded] == [(24, "remind")]
    assert len(walk(ASK, given=(Given("ask", "silent"),)).stays[0].reminded) == 2


LOOK = """{key: look, kind: parallel, %s, branches: [
    {key: quality, kind: task, team: quality, limit: {normal: 8h}, outcomes: [safe, unsafe]},
    {key: supplier, kind: task, team: buying, limit: {normal: 20h}, outcomes: [agreed, refused]}]}"""


def test_branches_are_left_when_the_last_has_ended() -> None:
    found = walk(LOOK % "outcomes: {done: work}", WORK)
    assert stays(found) == [
        ("look", "done", 10),
        ("quality", "safe", 4),
        ("supplier", "agreed", 10),
        ("work", "done", 10),
    ]
    assert [each.branch_of for each in found.stays] == [None, 0, 0, None]


def test_the_first_branch_that_ends_so_withdraws_the_others() -> None:
    joined = LOOK % "join: {any: [agreed]}, outcomes: {done: work}"
    found = walk(joined, WORK, given=(Given("supplier", "agreed"),))
    assert stays(found)[:3] == [("look", "done", 10), ("quality", None, 10), ("supplier", "agreed", 10)]


def test_branches_end_so_that_the_item_is_soonest_closed() -> None:
    looking = LOOK % "choice: [{if: {quality: safe}, go: work}, {if: {supplier: agreed}, go: work}, {else: close}]"
    assert stays(walk(looking, WORK)) == [("look", "close", 10), ("quality", "unsafe", 4), ("supplier", "refused", 10)]


def test_what_is_said_of_a_branch_counts() -> None:
    looking = LOOK % "choice: [{if: {quality: safe}, go: work}, {else: close}]"
    found = walk(looking, WORK, given=(Given("quality", "safe", Duration(30 * HOUR)),))
    assert stays(found)[:2] == [("look", "work", 30), ("quality", "safe", 30)]


def test_a_step_is_left_after_working_days_of_its_calendar_or_after_days_by_the_clock() -> None:
    task = "{key: work, kind: task, team: service, limit: {normal: 5wd, calendar: office}, outcomes: {done: close}}"
    found = walk(task, given=(Given("work", "done", Duration(days=5)),))
    assert stays(found)[0] == ("work", "done", 4 * 24 + 10)  # on Friday at 18:00 in Shanghai
    assert [hours(each.due_at) for each in found.deadlines if each.clock is ClockName.FINISH] == [4 * 24 + 10]
    by_the_clock = walk(task, given=(Given("work", "done", Duration(3 * 24 * HOUR, whole=True)),))
    assert stays(by_the_clock)[0] == ("work", "done", 3 * 24)


def test_a_parallel_step_of_which_a_branch_goes_on_is_not_left() -> None:
    found = walk(LOOK % "outcomes: {done: close}", given=(Given("quality", "safe"),), strict=True)
    assert (stays(found)[0], found.end) == (("look", None, None), End.WAITING)


def test_a_branch_has_its_clocks_and_its_escalations() -> None:
    late = LOOK.replace("limit: {normal: 8h}", "limit: {normal: 8h}, escalate: [{at: 100%%, tell: {to: team_lead}}]")
    found = walk(late % "outcomes: {done: close}", given=(Given("quality", "safe", Duration(9 * HOUR)),))
    assert [hours(each.at) for each in found.stays[1].raised] == [8]
    missed = [hours(each.breached_at) for each in found.deadlines if (each.clock, each.stay) == (ClockName.FINISH, 1)]
    assert missed == [8]


def test_an_escalation_counts_in_its_own_calendar() -> None:
    task = """{key: work, kind: task, team: service, limit: {normal: 10h, calendar: office}, outcomes: {done: close},
        escalate: [{at: +2h, calendar: real, tell: {to: team_lead}}, {at: +2h, tell: {to: assignee}}]}"""
    found = walk(task, given=(Given("work", "done", Duration(40 * HOUR)),))
    first, second = (each.at for each in found.stays[0].raised)
    due = next(each.due_at for each in found.deadlines if each.clock is ClockName.FINISH)
    assert due is not None
    assert first - due == 2 * HOUR
    assert second == TIMES["office"].due(due, 2 * HOUR)


def test_a_raised_priority_brings_later_escalations_forward() -> None:
    task = """{key: work, kind: task, team: service, limit: {high: 4h, normal: 8h}, outcomes: {done: close},
        escalate: [{at: 1h, tell: {to: team_lead}, raise: priority}, {at: 100%, tell: {to: assignee}}]}"""
    found = walk(task, given=(Given("work", "done", Duration(20 * HOUR)),))
    assert [hours(each.at) for each in found.stays[0].raised] == [1, 4]


def test_the_total_resolution_ends_with_the_closing() -> None:
    found = walk(
        WORK, clocks={"total_resolution": {"normal": "2h"}}, given=(Given("work", "done", Duration(3 * HOUR)),)
    )
    [total] = [each for each in found.deadlines if each.clock is ClockName.TOTAL_RESOLUTION]
    assert (hours(total.due_at), hours(total.breached_at)) == (2, 2)


REASON = {"zh-CN": "没有回音", "en": "No reply"}
ENDS: dict[str, Any] = {
    "reasons": {"quiet": REASON},
    "closes": {"silent": {"outcome": "no_answer", "reason": "quiet"}},
    "survey": {"kind": "nps", "send": "survey_nps", "after": "24h", "unless": ["no_answer"]},
}


def test_a_closed_item_has_the_reason_that_follows_and_its_survey() -> None:
    silent = walk(ASK, given=(Given("ask", "silent"),), **ENDS)
    assert (silent.reason, silent.surveyed_at) == (REASON, None)
    answered = walk(ASK, given=(Given("ask", "answered", Duration(HOUR)),), **ENDS)
    assert (answered.reason, hours(answered.surveyed_at)) == (None, 25)
