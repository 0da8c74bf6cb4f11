"""Items that are put aside: they come back once, at their instant or sooner, and their clocks run on meanwhile."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from voxloop.activities.moments import Moments
from voxloop.domain.loop import Turn, Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.tests.workflows.house import House

HOUR = timedelta(hours=1)
CUSTOMER = "customer:C0010"


async def snoozed(house: House, duration: timedelta = HOUR) -> UUID:
    item = await house.settled_item("defect")
    await house.act(item, Verb.SNOOZE, at=await house.now() + duration)
    return item


async def until(house: House, item: UUID) -> Any:
    return (await house.row(item))["snoozed_until"]


async def test_it_comes_back_once_and_its_owner_is_told(house: House) -> None:
    item = await snoozed(house)
    before = await house.clocks(item)
    await house.let_pass(2 * HOUR)
    assert await until(house, item) is None
    [woken] = [event for event in await house.events(item) if event["kind"] == "woken"]
    assert (woken["actor_kind"], woken["detail"]["told"]) == ("system", [(await house.row(item))["owner"]])
    told = [message["purpose"] for message in await house.messages(item)]
    assert told.count("notice_woken") == 1
    assert {name: clock["due_at"] for name, clock in (await house.clocks(item)).items()} == {
        name: clock["due_at"] for name, clock in before.items()
    }


async def test_until_then_it_stays_aside_whatever_is_written_down_about_it(house: House) -> None:
    item = await snoozed(house)
    await house.act(item, Verb.NOTE, {"text": "等配件"})
    await house.act(item, Verb.ADD_TAG, {"tag": "parts"})
    await house.let_pass(HOUR / 2)
    assert await until(house, item) is not None


async def test_put_aside_again_it_comes_back_at_the_newer_instant(house: House) -> None:
    item = await snoozed(house)
    later = await house.now() + 3 * HOUR
    await house.act(item, Verb.SNOOZE, at=later)
    await house.let_pass(2 * HOUR)
    assert await until(house, item) == later
    await house.let_pass(2 * HOUR)
    assert (await house.kinds(item)).count("woken") == 1


CALLS: Mapping[str, tuple[Verb, dict[str, Any]]] = {
    "the customer writes": (Verb.CUSTOMER_REPLY, {"words": {"text": "还没好吗"}, "actor": CUSTOMER}),
    "it goes to somebody else": (Verb.REASSIGN, {"member": "wu_hao"}),
    "it goes on": (Verb.COMPLETE, {"outcome": "fixed", "fields": ["root_cause"]}),
    "it waits for the customer": (Verb.WAIT_FOR_CUSTOMER, {}),
    "it is given up": (Verb.CANCEL, {"reason": "given_up"}),
}


@pytest.mark.parametrize("call", CALLS)
async def test_what_calls_for_somebody_brings_it_back(house: House, call: str) -> None:
    item = await snoozed(house)
    verb, wish = CALLS[call]
    version = (await house.act(item, verb, **wish)).version
    assert await until(house, item) is None
    [event] = [event for event in await house.events(item) if event["version"] == version]
    assert event["detail"]["woken"] is True
    await house.let_pass(HOUR)
    assert "woken" not in await house.kinds(item)


async def test_a_target_that_nears_brings_it_back(house: House) -> None:
    item = await snoozed(house, timedelta(days=30))
    await house.let_pass(timedelta(days=2))
    [first, *_] = [event for event in await house.events(item) if event["kind"] in ("warned", "breached", "escalated")]
    assert first["detail"]["woken"] is True


async def test_a_person_takes_it_up_again(house: House) -> None:
    item = await snoozed(house)
    await house.act(item, Verb.SNOOZE)
    assert (await until(house, item), (await house.kinds(item))[-1]) == (None, "woken")
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.SNOOZE)
    assert refused.value.code is RefusalCode.UNCHANGED


async def test_what_is_closed_is_not_put_aside(house: House) -> None:
    item = await house.settled_item("defect")
    await house.act(item, Verb.CANCEL, reason="given_up")
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.SNOOZE, at=await house.now() + HOUR)
    assert refused.value.code is RefusalCode.ALREADY_CLOSED


async def test_one_whose_waking_was_lost_wakes_once(house: House) -> None:
    item = await snoozed(house)
    plan = await house.plan(item)
    [moment] = [moment for moment in plan.moments if moment.name == "wake"]
    turn = Turn(str(item), plan.version + 1, plan.number, moment.at, by="wake")
    await Moments(house.parts.means).fire(turn, moment)
    await house.let_pass(2 * HOUR)
    assert (await house.kinds(item)).count("woken") == 1
