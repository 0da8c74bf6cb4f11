"""Clocks in calendars through the real loop: lunch, weekends, nights, other targets, reopening, promised dates."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.test_escalation import clock_events, clock_of, fired
from voxloop.tests.workflows.timed import HERE, HOUR, MINUTE, team_works, timed_questions, wait_for

CUSTOMER = "customer:C0010"


async def shown(house: House, item: UUID, name: str = "finish") -> str:
    """When a clock is due on the wall, to the minute it was started at."""
    due = (await clock_of(house, item, name))["due_at"]
    assert due is not None
    return f"{due.astimezone(HERE):%a %H:%M}"


async def asked(house: House, weekday: str, clock: str, **columns: Any) -> UUID:
    await wait_for(house, weekday, clock)
    return await house.settled_item("question", **columns)


async def test_lunch_counts_neither_as_work_nor_as_a_pause(house: House) -> None:
    async with timed_questions(house, {"normal": "2h", "calendar": "desk", "pause": ["waiting_customer"]}):
        item = await asked(house, "tue", "11:00")
        assert await shown(house, item) == "Tue 14:30"
        await house.let_pass(30 * MINUTE)
        await house.act(item, Verb.WAIT_FOR_CUSTOMER)
        await house.let_pass(150 * MINUTE)  # until 14:00, an hour of it open
        await house.act(item, Verb.CUSTOMER_REPLY, {"text": "X5"}, actor=CUSTOMER)
        assert await shown(house, item) == "Tue 15:30"
        clock = await clock_of(house, item, "finish")
        assert 3600 - 60 < clock["paused_seconds"] < 3600 + 60
        assert clock["zone"] == "Asia/Shanghai"


async def test_over_the_weekend_nothing_is_due_and_the_breach_is_exact(house: House) -> None:
    async with timed_questions(house, {"normal": "2h", "calendar": "desk", "warn": ["50%"]}):
        item = await asked(house, "fri", "16:30")
        await house.let_pass(timedelta(days=2))
        assert [name for name, _ in fired(await house.events(item))] == ["finish.warn.0.5"]
        await house.let_pass(timedelta(days=1))
        clock = await clock_of(house, item, "finish")
        assert clock["breached_at"] - clock["started_at"] == timedelta(days=2, hours=17)
        kinds = {event["kind"]: event for event in await clock_events(house, clock)}
        assert kinds["warn"]["at"] - clock["started_at"] == HOUR
        assert kinds["breach"]["at"] == clock["due_at"]


async def test_a_team_that_works_at_night_is_given_its_nights(house: House) -> None:
    async with team_works(house, calendar="nights"), timed_questions(house, {"normal": "6h", "calendar": "team"}):
        item = await asked(house, "tue", "15:00")
        assert await shown(house, item) == "Wed 04:00"
        await house.let_pass(12 * HOUR)
        assert fired(await house.events(item)) == []
        await house.let_pass(2 * HOUR)
        assert [name for name, _ in fired(await house.events(item))] == ["finish.breach"]


async def test_a_team_without_a_calendar_is_given_real_time(house: House) -> None:
    async with timed_questions(house, {"normal": "6h", "calendar": "team"}, first_response={"normal": "1h"}):
        item = await asked(house, "sat", "15:00")
        assert await shown(house, item) == "Sat 21:00"
        assert (await clock_of(house, item, "finish"))["calendar"] is None


async def test_another_priority_aims_from_the_start_with_the_pause_kept(house: House) -> None:
    limit = {"normal": "2wd", "high": "3h", "calendar": "desk", "pause": ["waiting_customer"]}
    async with timed_questions(house, limit):
        item = await asked(house, "mon", "08:00")
        assert await shown(house, item) == "Tue 18:00"
        await house.act(item, Verb.WAIT_FOR_CUSTOMER)
        await house.let_pass(3 * HOUR)
        await house.act(item, Verb.RESUME)
        await house.act(item, Verb.CHANGE_PRIORITY, priority="high")
        assert await shown(house, item) == "Mon 15:30"  # three hours, two that it stood still, and lunch
        events = await clock_events(house, await clock_of(house, item, "finish"))
        assert [event["kind"] for event in events] == ["activate", "pause", "resume", "retarget"]
        assert [(event["why"] or {}).get("priority") for event in events] == ["normal", None, None, "high"]
        assert events[-1]["due_at"] == (await clock_of(house, item, "finish"))["due_at"]


async def test_the_customers_level_and_the_type_have_targets_of_their_own(house: House) -> None:
    limit = {"normal": "8h", "levels": {"vip": {"low": "2h"}}, "types": {"complaint": {"low": "4h"}}}
    async with timed_questions(house, {"normal": "30h"}, first_response=limit):
        hours = []
        for ref in ("C0010", "C0004"):
            item = await house.settled_item("question", customer_ref=ref)
            clock = await clock_of(house, item, "first_response")
            hours.append(clock["target_seconds"] / 3600)
        assert hours == [8, 2]
        [started] = await clock_events(house, clock)
        assert (started["why"]["level"], started["why"]["type"]) == ("vip", "question")


async def test_the_total_resolution_stands_still_while_closed_and_ends_with_the_last_closing(house: House) -> None:
    async with timed_questions(house, {"normal": "8h"}, total_resolution={"normal": "2wd", "calendar": "desk"}):
        item = await asked(house, "mon", "08:00")
        await house.act(item, Verb.CANCEL)
        await house.let_pass(timedelta(days=1))
        row = await house.row(item)
        assert (row["due_at"], row["overdue"]) == (None, False)
        await house.act(item, Verb.REOPEN, {"text": "还是不行"}, actor=CUSTOMER)
        reopened = await clock_of(house, item, "total_resolution")
        assert reopened["paused_seconds"] == pytest.approx(7.5 * 3600, abs=60)
        assert await shown(house, item, "total_resolution") == "Wed 18:00"
        await house.act(item, Verb.CANCEL)
        closed_at = (await house.row(item))["closed_at"]
        await house.let_pass(timedelta(days=14))
        ended = await clock_of(house, item, "total_resolution")
        assert (ended["ended_at"], ended["fulfilled"], ended["breached_at"]) == (closed_at, True, None)
        kinds = [event["kind"] for event in await clock_events(house, ended)]
        assert kinds == ["activate", "pause", "resume", "pause", "fulfil"]


async def test_a_second_message_does_not_start_the_wait_for_an_answer_anew(house: House) -> None:
    async with timed_questions(house, {"normal": "30h"}, next_reply={"normal": "4h"}):
        item = await house.settled_item("question")
        await house.act(item, Verb.CUSTOMER_REPLY, {"text": "在吗？"}, actor=CUSTOMER)
        first = await clock_of(house, item, "next_reply")
        await house.let_pass(HOUR)
        await house.act(item, Verb.CUSTOMER_REPLY, {"text": "有人吗？"}, actor=CUSTOMER)
        assert await clock_of(house, item, "next_reply") == first
        await house.act(item, Verb.WAIT_FOR_CUSTOMER, {"text": "在的"})
        assert (await clock_of(house, item, "next_reply"))["fulfilled"]


async def test_a_robots_answer_is_no_first_response(house: House) -> None:
    item = await house.settled_item("question")
    await house.act(item, Verb.WAIT_FOR_CUSTOMER, {"text": "请稍候"}, actor="integration:bot")
    assert (await clock_of(house, item, "first_response"))["ended_at"] is None
    await house.act(item, Verb.RESUME)
    await house.act(item, Verb.WAIT_FOR_CUSTOMER, {"text": "您好"})
    assert (await clock_of(house, item, "first_response"))["fulfilled"]


async def test_a_promised_date_stays_until_it_is_taken_back(house: House) -> None:
    limit = {"normal": "2h", "high": "1h", "calendar": "desk", "pause": ["waiting_customer"]}
    async with timed_questions(house, limit):
        item = await asked(house, "tue", "09:00")
        at = await house.now() + timedelta(days=2)
        await house.act(item, Verb.SET_DUE, clock="finish", at=at)
        await house.act(item, Verb.CHANGE_PRIORITY, priority="high")
        await house.act(item, Verb.WAIT_FOR_CUSTOMER)
        await house.let_pass(HOUR)
        await house.act(item, Verb.RESUME)
        clock = await clock_of(house, item, "finish")
        assert (clock["due_at"], clock["manual"], (await house.row(item))["due_at"]) == (at, True, at)
        [said] = [event for event in await house.events(item) if event["kind"] == "due_set"]
        assert (said["actor"], said["detail"]["clock"]) == ("li_na", "finish")
        await house.act(item, Verb.SET_DUE, clock="finish", at=None)
        assert await shown(house, item) == "Tue 11:00"  # an hour, and one that it stood still
        assert not (await clock_of(house, item, "finish"))["manual"]


async def test_a_promised_date_is_missed_also_while_the_customer_is_waited_for(house: House) -> None:
    async with timed_questions(house, {"normal": "2h", "pause": ["waiting_customer"]}):
        item = await house.settled_item("question")
        at = await house.now() + 5 * HOUR
        await house.act(item, Verb.SET_DUE, clock="finish", at=at)
        await house.act(item, Verb.WAIT_FOR_CUSTOMER)
        await house.let_pass(6 * HOUR)
        assert (await clock_of(house, item, "finish"))["breached_at"] == at


async def test_a_promise_that_is_taken_back_after_it_was_missed_leaves_the_target_and_the_breach(house: House) -> None:
    async with timed_questions(house, {"normal": "2h"}):
        item = await house.settled_item("question")
        before = (await clock_of(house, item, "finish"))["due_at"]
        at = await house.now() + HOUR
        await house.act(item, Verb.SET_DUE, clock="finish", at=at)
        await house.let_pass(90 * MINUTE)
        await house.act(item, Verb.SET_DUE, clock="finish", at=None)
        clock = await clock_of(house, item, "finish")
        assert (clock["due_at"], clock["target_seconds"], clock["breached_at"]) == (before, 7200, at)


async def test_only_a_clock_that_runs_can_be_given_a_date(house: House) -> None:
    item = await house.settled_item("question")
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.SET_DUE, clock="next_reply", at=await house.now() + HOUR)
    assert refused.value.code is RefusalCode.CLOCK_NOT_RUNNING


async def test_a_calendar_that_never_opens_fails_no_loop_and_the_timeline_says_so(house: House) -> None:
    async with timed_questions(house, {"normal": "2h", "calendar": "never"}):
        item = await house.settled_item("question")
        assert (await clock_of(house, item, "finish"))["due_at"] is None
        entered = next(event for event in await house.events(item) if event["kind"] == "step_entered")
        assert entered["detail"]["never_due"] == ["finish"]
        await house.act(item, Verb.REPLY, {"text": "答复"})


def level(at: str, to: str, **more: Any) -> Mapping[str, Any]:
    return {"at": at, "tell": {"to": to}, **more}


async def test_escalations_count_in_the_calendar_of_the_limit_or_in_their_own(house: House) -> None:
    escalate = [level("50%", "assignee"), level("30h", "team_lead", calendar="real"), level("+1h", "team_lead")]
    limit = {"normal": "4h", "calendar": "desk", "pause": ["waiting_customer"]}
    async with timed_questions(house, limit, escalate=escalate):
        item = await asked(house, "fri", "15:00")
        await house.let_pass(timedelta(days=4))
        began = (await clock_of(house, item, "finish"))["started_at"]
        acted = {
            event["detail"]["moment"]: event["at"] for event in await house.events(item) if "moment" in event["detail"]
        }
        after = {name: at - began for name, at in acted.items() if name.startswith(("escalate", "finish"))}
        weekend = timedelta(days=2, hours=15)  # from Friday 18:00 to Monday 9:00
        assert {name: round(each / MINUTE) for name, each in after.items()} == {
            "escalate.0": 2 * 60,
            "escalate.1": 30 * 60,
            "finish.breach": round((4 * HOUR + weekend) / MINUTE),
            "escalate.2": round((5 * HOUR + weekend) / MINUTE),
        }
