"""A member's step waits for the customer: its clocks stand still exactly as long, and it goes on as it stood."""

from datetime import timedelta

import pytest

from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.test_escalation import clock_events, clock_of, fired

HOUR = timedelta(hours=1)
CUSTOMER = "customer:C0010"


async def test_what_the_process_pauses_stands_still_until_the_customer_writes(house: House) -> None:
    item = await house.settled_item("defect")
    before = {name: await clock_of(house, item, name) for name in ("resolution", "finish")}
    owner = (await house.row(item))["owner"]
    await house.act(item, Verb.WAIT_FOR_CUSTOMER, {"text": "机身批次号是多少？"})
    waiting = await house.row(item)
    assert (waiting["stage"], waiting["step"], waiting["owner"]) == ("waiting_customer", "repair", owner)
    assert waiting["first_responded_at"] is not None
    await house.let_pass(48 * HOUR)
    assert fired(await house.events(item)) == []
    await house.act(item, Verb.CUSTOMER_REPLY, {"text": "P3-1"}, actor=CUSTOMER)
    assert (await house.row(item))["stage"] == "working"
    for name, clock in before.items():
        after = await clock_of(house, item, name)
        kinds = {event["kind"]: event["at"] for event in await clock_events(house, after)}
        pause = kinds["resume"] - kinds["pause"]
        assert pause >= 48 * HOUR
        assert after["due_at"] == clock["due_at"] + pause
        assert after["paused_seconds"] == pause.total_seconds()


async def test_afterwards_the_steps_escalations_come_later_by_the_pause(house: House) -> None:
    item = await house.settled_item("defect")
    await house.let_pass(17 * HOUR)  # a quarter of the limit before it, an hour ago, was a warning
    assert ("escalate.0" in [name for name, _ in fired(await house.events(item))]) is False
    await house.act(item, Verb.WAIT_FOR_CUSTOMER)
    await house.let_pass(10 * HOUR)
    await house.act(item, Verb.RESUME)
    await house.let_pass(HOUR / 2)
    assert "escalate.0" not in [name for name, _ in fired(await house.events(item))]
    await house.let_pass(HOUR)
    assert "escalate.0" in [name for name, _ in fired(await house.events(item))]
    await house.let_pass(5 * HOUR)
    assert "escalate.1" not in [name for name, _ in fired(await house.events(item))]
    await house.let_pass(HOUR)
    assert "escalate.1" in [name for name, _ in fired(await house.events(item))]


async def test_a_customer_who_does_not_answer_is_waited_for_only_so_long(house: House) -> None:
    item = await house.settled_item("question")
    await house.act(item, Verb.WAIT_FOR_CUSTOMER, {"text": "哪个型号？"})
    await house.let_pass(timedelta(days=3) - HOUR)
    assert (await house.row(item))["stage"] == "waiting_customer"
    await house.let_pass(HOUR)
    row = await house.row(item)
    assert (row["stage"], row["step"]) == ("working", "answer")
    assert (await house.kinds(item))[-1] == "customer_silent"


async def test_a_step_is_done_while_it_waits(house: House) -> None:
    item = await house.settled_item("defect")
    await house.act(item, Verb.WAIT_FOR_CUSTOMER)
    await house.act(item, Verb.COMPLETE, {"fields": {}}, outcome="fixed", fields=["root_cause"])
    row = await house.row(item)
    assert (row["stage"], row["step"]) == ("working", "reply")
    assert (await clock_of(house, item, "resolution"))["paused_at"] is None
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.RESUME)
    assert refused.value.code is RefusalCode.NOT_WAITING


async def test_without_words_the_customer_hears_nothing_and_waits_for_her_first_response(house: House) -> None:
    item = await house.settled_item("defect")
    told = len(await house.messages(item))
    await house.act(item, Verb.WAIT_FOR_CUSTOMER)
    assert len(await house.messages(item)) == told
    assert (await clock_of(house, item, "first_response"))["ended_at"] is None
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.WAIT_FOR_CUSTOMER)
    assert refused.value.code is RefusalCode.ALREADY_WAITING
