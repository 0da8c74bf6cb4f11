"""The reconciler puts right what no outage should have left, and finds nothing to do when it comes again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, ColumnElement, delete, select, update
from temporalio.client import WorkflowExecutionStatus

from voxloop.activities.reconciler import Repairs
from voxloop.activities.steps import Steps
from voxloop.background import running
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Answer, Turn, Verb
from voxloop.store import people
from voxloop.store.effect_tables import linked_item, receipt
from voxloop.store.item_tables import content, event, feedback, outbox
from voxloop.store.work_tables import assignment
from voxloop.tests.workflows.house import House, until
from voxloop.workflows.policies import FEEDBACK_LOOP, LOOPS_QUEUE, RECONCILER

NOTHING = Repairs(loops_started=0, loops_told=0, loops_ended=0, targets_woken=0, links_started=0, words_swept=0)
INTAKE = ["received", "acknowledged", "classified", "decided", "step_entered"]
FIXED: dict[str, Any] = {"outcome": "fixed", "fields": ["root_cause"]}
LONGER_THAN_GRACE, LONGER_THAN_A_MONTH = timedelta(minutes=6), timedelta(days=31)


@pytest.fixture
async def calm_house(real_house: House) -> House:
    """The house once what other tests left has come to rest."""
    await real_house.forget_others()

    async def rests() -> bool:
        await real_house.settle()
        return await reconcile(real_house) == NOTHING

    await until(rests, "rest")
    return real_house


async def reconcile(house: House) -> Repairs:
    """Run the reconciler as its schedule does."""
    run = house.env.client.execute_workflow
    repairs: Repairs = await run(RECONCILER, id="reconciler", task_queue=LOOPS_QUEUE, result_type=Repairs)
    return repairs


async def age(house: House, column: Column[Any], which: ColumnElement[bool], by: timedelta = LONGER_THAN_GRACE) -> None:
    """Make rows older."""
    async with house.sessions.begin() as session:
        await session.execute(update(column.table).where(which).values({column.name: column - by}))


async def listed(house: House, item: UUID, *, there: bool = True) -> None:
    """Wait until Temporal lists the item's loop as open, or no longer."""

    async def shows() -> bool:
        return there == (str(item) in [open_ async for open_ in house.loops.open_items()])

    await until(shows, f"listed: {there}")


async def terminated(house: House) -> UUID:
    """An item that an operator left without a loop."""
    item = await house.settled_item("defect")
    await house.act(item, Verb.ACCEPT)
    await house.env.client.get_workflow_handle(f"feedback/{item}").terminate("by mistake")
    await listed(house, item, there=False)
    await age(house, feedback.c.received_at, feedback.c.id == item)
    return item


async def never_started(house: House) -> UUID:
    """An item whose start command was lost."""
    item = await house.hand_in("defect")
    async with house.sessions.begin() as session:
        await session.execute(delete(outbox).where(outbox.c.workflow == f"feedback/{item}"))
    await age(house, feedback.c.received_at, feedback.c.id == item)
    return item


async def without_its_effects(house: House) -> UUID:
    """An item whose messages and linked items were decided, but whose commands were lost."""
    item = await house.hand_in("defect")
    await house.relay.carry()

    async def stands() -> bool:
        return await house.kinds(item) == INTAKE

    await until(stands, "stands at its step")
    async with house.sessions.begin() as session:
        await session.execute(delete(outbox))
    return item


async def with_a_lost_act(house: House) -> UUID:
    """An item with an act of which its loop knows nothing: worker and Temporal died with it, and nobody repeats it."""
    item = await house.settled_item("defect")
    await house.lose(item, await house.wish(item, Verb.COMPLETE, **FIXED))
    await listed(house, item)
    await age(house, feedback.c.received_at, feedback.c.id == item)
    return item


async def orphan(house: House) -> UUID:
    """A loop without an item."""
    item = new_id()
    await house.loops.start_loop(str(item))
    await listed(house, item)
    return item


async def age_effects(house: House, item: UUID) -> None:
    keys = [link["key"] for link in await house.links(item)]
    await age(house, receipt.c.created_at, receipt.c.item == item)
    await age(house, linked_item.c.changed_at, linked_item.c.key.in_(keys))


async def gapless(house: House, item: UUID) -> None:
    """Each version stands in the timeline once."""
    versions = [event["version"] for event in await house.events(item)]
    assert versions == list(range(1, (await house.row(item))["version"] + 1))


async def test_what_is_wrong_is_counted_once_and_then_right(calm_house: House) -> None:
    for wrong in (terminated, with_a_lost_act, orphan):
        await wrong(calm_house)
    await age_effects(calm_house, await without_its_effects(calm_house))
    words = await calm_house.wish(calm_house.items[0], Verb.NOTE, {"text": "被拒绝的话"})
    await age(calm_house, content.c.created_at, content.c.id == words.content, LONGER_THAN_A_MONTH)
    assert await reconcile(calm_house) == Repairs(1, 1, 1, 1, 1, 1)
    await calm_house.settle()
    for item in calm_house.items:
        await listed(calm_house, item)
    assert await reconcile(calm_house) == NOTHING


async def test_an_item_whose_loop_was_ended_goes_on_from_its_rows(calm_house: House) -> None:
    item = await terminated(calm_house)
    assert (await reconcile(calm_house)).loops_started == 1
    version = (await calm_house.row(item))["version"]
    assert await calm_house.act(item, Verb.COMPLETE, expect=version, **FIXED) == Answer(version + 1)
    await calm_house.settle()
    assert await calm_house.kinds(item) == [*INTAKE, "accepted", "completed", "step_entered"]
    await gapless(calm_house, item)


async def test_a_loop_started_again_knows_the_acts_of_the_one_before(calm_house: House) -> None:
    item = await calm_house.settled_item("defect")
    note = await calm_house.wish(item, Verb.NOTE, {"text": "看过了"})
    answer = await calm_house.loops.act(item, note)
    await calm_house.act(item, Verb.ACCEPT)
    await calm_house.env.client.get_workflow_handle(f"feedback/{item}").terminate()
    await listed(calm_house, item, there=False)
    await age(calm_house, feedback.c.received_at, feedback.c.id == item)
    assert (await reconcile(calm_house)).loops_started == 1
    assert await calm_house.loops.act(item, note) == answer
    assert await calm_house.kinds(item) == [*INTAKE, "noted", "accepted"]


async def test_an_item_whose_loop_never_started_gets_one(calm_house: House) -> None:
    item = await never_started(calm_house)
    assert (await reconcile(calm_house)).loops_started == 1
    await calm_house.settle()
    assert await calm_house.kinds(item) == INTAKE
    assert await calm_house.act(item, Verb.ACCEPT) == Answer(6)
    await gapless(calm_house, item)


async def test_a_loop_without_an_item_is_ended(calm_house: House) -> None:
    item = await orphan(calm_house)
    other = await calm_house.settled_item("defect")
    assert (await reconcile(calm_house)).loops_ended == 1
    status = [
        (await calm_house.env.client.get_workflow_handle(f"feedback/{each}").describe()).status
        for each in (item, other)
    ]
    assert status == [WorkflowExecutionStatus.TERMINATED, WorkflowExecutionStatus.RUNNING]


async def test_effects_whose_commands_were_lost_happen(calm_house: House) -> None:
    item = await without_its_effects(calm_house)
    assert {message["state"] for message in await calm_house.messages(item)} == {"pending"}
    assert [link["state"] for link in await calm_house.links(item)] == ["opening"]
    await age_effects(calm_house, item)
    repairs = await reconcile(calm_house)
    assert (repairs.targets_woken, repairs.links_started) == (1, 1)
    await calm_house.settle()
    assert "pending" not in {message["state"] for message in await calm_house.messages(item)}
    assert [link["state"] for link in await calm_house.links(item)] == ["open"]


async def test_what_is_younger_than_the_grace_is_left_to_itself(calm_house: House) -> None:
    await without_its_effects(calm_house)
    await calm_house.hand_in("defect")
    assert await reconcile(calm_house) == NOTHING


async def test_words_that_no_act_took_up_are_swept_after_a_month(calm_house: House) -> None:
    item = await calm_house.settled_item("defect")
    young, refused, taken = [await calm_house.wish(item, Verb.NOTE, {"text": text}) for text in "一二三"]
    await calm_house.loops.act(item, taken)
    old = content.c.id.in_([refused.content, taken.content])
    await age(calm_house, content.c.created_at, old, LONGER_THAN_A_MONTH)
    assert (await reconcile(calm_house)).words_swept == 1
    async with calm_house.sessions.begin() as session:
        kept = (await session.execute(select(content.c.id).where(content.c.item == item))).scalars().all()
    assert {str(id_) for id_ in kept} == {young.content, taken.content}


async def test_a_loop_goes_where_a_lost_act_went(calm_house: House) -> None:
    item = await calm_house.settled_item("defect")
    act = await calm_house.wish(item, Verb.COMPLETE, **FIXED)
    lost = await calm_house.lose(item, act)
    await listed(calm_house, item)
    await age(calm_house, feedback.c.received_at, feedback.c.id == item)
    assert (await reconcile(calm_house)).loops_told == 1
    await calm_house.settle()
    row = await calm_house.row(item)
    assert (row["step"], row["version"]) == ("reply", lost + 1)
    assert (await calm_house.plan(item)).version == lost + 1
    assert await calm_house.loops.act(item, act) == Answer(lost)
    assert await calm_house.act(item, Verb.ACCEPT, expect=lost + 1) == Answer(lost + 2)
    await gapless(calm_house, item)


async def test_a_loop_finds_the_step_that_was_entered_after_a_lost_act(calm_house: House) -> None:
    item = await with_a_lost_act(calm_house)
    left, now = (await calm_house.events(item))[-1]["plan"], await calm_house.now()
    entering = Turn(str(item), left["version"] + 1, left["number"], now, by=left["goto"])
    entered = await Steps(calm_house.parts.means).enter(entering, left["goto"])
    assert (await reconcile(calm_house)).loops_told == 1
    assert await calm_house.act(item, Verb.ACCEPT, expect=entered.version) == Answer(entered.version + 1)
    await gapless(calm_house, item)


async def test_a_loop_is_not_moved_by_news_that_it_knows(calm_house: House) -> None:
    item = await calm_house.settled_item("defect")
    version = (await calm_house.act(item, Verb.ACCEPT)).version
    for known in (version - 1, version):
        await calm_house.loops.signal(f"feedback/{item}", "look_again", known)
    assert await calm_house.act(item, Verb.NOTE, {"text": "一"}) == Answer(version + 1)
    await gapless(calm_house, item)


async def test_a_loop_that_does_not_answer_keeps_no_other_from_its_repair(calm_house: House) -> None:
    silent, lost = await terminated(calm_house), await with_a_lost_act(calm_house)
    start = calm_house.env.client.start_workflow
    await start(FEEDBACK_LOOP, {"item": str(silent)}, id=f"feedback/{silent}", task_queue="nobody")
    await listed(calm_house, silent)
    assert await reconcile(calm_house) == Repairs(0, 1, 0, 0, 0, 0)
    await until(lambda: _stands_at(calm_house, lost, "reply"), "reply")


async def _stands_at(house: House, item: UUID, step: str) -> bool:
    return bool((await house.row(item))["step"] == step)


async def test_a_merged_item_that_missed_the_end_of_the_other_one_hears_of_it(calm_house: House) -> None:
    first, second = [await calm_house.settled_item("defect") for _ in range(2)]
    await calm_house.act(second, Verb.MERGE, other=str(first))
    await calm_house.settle()
    await calm_house.act(first, Verb.CANCEL, reason="given_up")
    await until(lambda: _is_closed(calm_house, first), "closed")
    async with calm_house.sessions.begin() as session:
        await session.execute(delete(outbox).where(outbox.c.command == "signal"))
    assert (await reconcile(calm_house)).duplicates_told == 0
    await age(calm_house, event.c.recorded_at, event.c.item == first)
    assert (await reconcile(calm_house)).duplicates_told == 1
    await calm_house.settle()
    assert (await calm_house.row(second))["settled_at"] is not None
    assert await reconcile(calm_house) == NOTHING


async def test_what_somebody_was_given_as_she_left_goes_to_others(calm_house: House) -> None:
    item = await calm_house.settled_item("defect")
    async with calm_house.sessions.begin() as session:
        await people.change_member(session, "sun_yi", {"active": False})
    await calm_house.act(item, Verb.REASSIGN, team="rd_bugfix", member="sun_yi")  # asked for when she was there
    try:
        assert await reconcile(calm_house) == NOTHING
        await age(calm_house, assignment.c.began_at, assignment.c.item == item)
        assert (await reconcile(calm_house)).handovers_begun == 1
        async with running(calm_house.relay.run()):
            await until(lambda: _is_anothers(calm_house, item, "sun_yi"), "another's")
        assert await reconcile(calm_house) == NOTHING
    finally:
        async with calm_house.sessions.begin() as session:
            await people.change_member(session, "sun_yi", {"active": True})


async def _is_anothers(house: House, item: UUID, member: str) -> bool:
    return (await house.row(item))["owner"] not in (None, member)


async def _is_closed(house: House, item: UUID) -> bool:
    return bool((await house.row(item))["stage"] == "closed")
