"""Acts: guarded under the lock, once for each key, and never without an answer to their caller."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from voxloop.domain.identity import new_id
from voxloop.domain.loop import Answer, Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.store.tables import document
from voxloop.tests.workflows.house import House
from voxloop.workflows.client import Loops
from voxloop.workflows.failures import answered
from voxloop.workflows.policies import FEEDBACK_LOOP

SHORT = timedelta(seconds=1.5)
INTAKE = ["received", "acknowledged", "classified", "decided", "step_entered"]
FIXED = {"outcome": "fixed", "fields": ["root_cause"]}


async def test_of_three_that_accept_at_once_one_does(house: House) -> None:
    item = await house.settled_item("defect")
    acts = [house.act(item, Verb.ACCEPT, member=member) for member in ("wu_hao", "feng_xue", "zheng_kai")]
    results = await asyncio.gather(*acts, return_exceptions=True)
    codes = [result.code for result in results if isinstance(result, Refused)]
    assert codes == [RefusalCode.ALREADY_ACCEPTED] * 2
    assert Counter(await house.kinds(item))["accepted"] == 1


@pytest.mark.parametrize(
    ("verb", "wish", "code"),
    [
        (Verb.ACCEPT, {"expect": 2}, RefusalCode.CHANGED_MEANWHILE),
        (Verb.COMPLETE, {"outcome": "gone"}, RefusalCode.UNKNOWN_OUTCOME),
        (Verb.COMPLETE, {"outcome": "fixed"}, RefusalCode.FIELDS_MISSING),
        (Verb.CONFIRM, {}, RefusalCode.NOT_ASKED),
        (Verb.REOPEN, {}, RefusalCode.NOT_CLOSED),
    ],
)
async def test_what_is_not_possible_now_is_refused_and_leaves_no_trace(
    house: House, verb: Verb, wish: dict[str, Any], code: RefusalCode
) -> None:
    item = await house.settled_item("defect")
    with pytest.raises(Refused) as refused:
        await house.act(item, verb, **wish)
    assert refused.value.code is code
    accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    assert accepted not in [event.event_type for event in (await house.history(item)).events]


async def test_a_refusal_brings_the_values_of_its_sentence(house: House) -> None:
    item = await house.settled_item("defect")
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.COMPLETE, outcome="fixed")
    assert (refused.value.params["step"], refused.value.params["fields"]) == ("repair", "root_cause")


async def test_a_closed_item_takes_notes_and_a_finished_one_nothing(house: House) -> None:
    item = await house.settled_item("praise")
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.ACCEPT)
    assert refused.value.code is RefusalCode.ALREADY_CLOSED
    await house.act(item, Verb.NOTE, {"text": "转告安装师傅"})
    await house.let_pass(timedelta(days=14))
    for verb in (Verb.NOTE, Verb.REOPEN):
        with pytest.raises(Refused) as refused:
            await house.act(item, verb, {"text": "晚了"})
        assert refused.value.code is RefusalCode.ALREADY_FINISHED


async def test_the_same_key_acts_once(house: House) -> None:
    item = await house.settled_item("defect")
    act = await house.wish(item, Verb.NOTE, {"text": "看过了"})
    other = await house.wish(item, Verb.NOTE, {"text": "别人的"}, key=act.key, actor="member:wang_fang")
    answers = [await house.loops.act(item, each) for each in (act, act, other)]
    assert [answer.version - answers[0].version for answer in answers] == [0, 0, 1]
    assert Counter(await house.kinds(item))["noted"] == 2


async def test_a_repeated_key_is_answered_even_when_the_act_is_no_longer_possible(house: House) -> None:
    item = await house.settled_item("defect")
    act = await house.wish(item, Verb.COMPLETE, {"fields": {}}, **FIXED)
    first = await house.loops.act(item, act)
    await house.continue_as_new(item, **{act.turn: first.version})
    assert await house.loops.act(item, act) == first
    assert Counter(await house.kinds(item))["completed"] == 1


async def test_an_act_before_the_loop_starts_starts_it(house: House) -> None:
    item = await house.hand_in("defect")
    assert (await house.act(item, Verb.NOTE, {"text": "已电话联系"})).version == 6
    await house.settle()
    assert await house.kinds(item) == [*INTAKE, "noted"]


async def test_without_a_worker_the_caller_hears_that_nothing_is_certain(real_house: House) -> None:
    item = new_id()
    handle = await real_house.env.client.start_workflow(
        FEEDBACK_LOOP, {"item": str(item)}, id=f"feedback/{item}", task_queue="nobody"
    )
    with pytest.raises(Refused) as refused:
        await Loops(real_house.env.client, SHORT).act(item, await real_house.wish(item, Verb.NOTE))
    assert refused.value.code is RefusalCode.NOT_CONFIRMED
    await handle.terminate()


async def test_a_turn_that_cannot_succeed_waits_for_its_repair(real_house: House) -> None:
    item = await real_house.settled_item("defect")
    missing = document.c.key == "notice_assigned"
    async with real_house.sessions.begin() as session:
        kept = (await session.execute(select(document).where(missing))).mappings().one()
        await session.execute(delete(document).where(missing))
    act = await real_house.wish(item, Verb.COMPLETE, {"fields": {}}, **FIXED)
    with pytest.raises(Refused) as refused:
        await Loops(real_house.env.client, SHORT).act(item, act)
    assert refused.value.code is RefusalCode.NOT_CONFIRMED
    loop = await real_house.env.client.get_workflow_handle(f"feedback/{item}").describe()
    assert loop.status is WorkflowExecutionStatus.RUNNING
    async with real_house.sessions.begin() as session:
        await session.execute(document.insert().values({k: v for k, v in kept.items() if k != "id"}))
    assert await real_house.loops.act(item, act) == Answer(6)
    assert (await real_house.row(item))["step"] == "reply"
    assert Counter(await real_house.kinds(item))["completed"] == 1


@pytest.mark.parametrize(("verb", "argument"), [("accept", "no act"), ("accept", {"verb": "accept"}), ("dance", {})])
async def test_what_is_no_act_is_refused_at_once(house: House, verb: str, argument: object) -> None:
    item = await house.settled_item("defect")
    handle = house.env.client.get_workflow_handle(f"feedback/{item}")
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update(verb, argument)
    await house.act(item, Verb.ACCEPT)


@pytest.mark.parametrize(
    ("error", "type_"),
    [(KeyError("张三"), "INTERNAL"), (ApplicationError("x", type="WRONG_STEP"), "WRONG_STEP")],
)
async def test_a_bug_in_a_handler_is_answered(error: Exception, type_: str) -> None:
    @answered
    async def handler(self: object) -> None:
        raise error

    with pytest.raises(ApplicationError) as answer:
        await handler(None)
    assert answer.value.type == type_
    assert "张三" not in str(answer.value)
