"""Turns that a worker wrote and then died: no history tells of them, and the loop may come back with another one first.

Neither is lost, and neither happens twice.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from voxloop.activities.handovers import Handovers
from voxloop.activities.moments import Moments
from voxloop.domain.errands import DONE
from voxloop.domain.loop import Answer, Turn, Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.store import people, steps
from voxloop.tests.workflows.branching import SAFETY, done, joined_by, published, runs
from voxloop.tests.workflows.house import House, until
from voxloop.tests.workflows.test_escalation import fired


async def test_an_act_after_a_lost_one_is_written_too(house: House) -> None:
    item = await house.settled_item("defect")
    lost = await house.lose(item, await house.wish(item, Verb.NOTE, {"text": "一"}))
    assert await house.act(item, Verb.NOTE, {"text": "二"}) == Answer(lost + 1)
    assert (await house.kinds(item))[-2:] == ["noted", "noted"]


async def test_an_act_that_expects_what_the_rows_show_after_a_lost_one_is_done(house: House) -> None:
    item = await house.settled_item("defect")
    lost = await house.lose(item, await house.wish(item, Verb.NOTE, {"text": "一"}))
    assert await house.act(item, Verb.ACCEPT, member="wu_hao", expect=lost) == Answer(lost + 1)
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.NOTE, {"text": "二"}, expect=lost)
    assert (refused.value.code, refused.value.params["version"]) == (RefusalCode.CHANGED_MEANWHILE, str(lost + 1))


async def test_what_a_loop_would_refuse_that_does_not_know_a_lost_act_is_done(house: House) -> None:
    item = await house.settled_item("defect")
    lost = await house.lose(item, await house.wish(item, Verb.WAIT_FOR_CUSTOMER))
    assert await house.act(item, Verb.RESUME) == Answer(lost + 1)


async def test_a_version_that_no_row_shows_is_refused_and_waited_for_by_nobody(house: House) -> None:
    item = await house.settled_item("defect")
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.ACCEPT, member="wu_hao", expect=99)
    assert refused.value.code is RefusalCode.CHANGED_MEANWHILE
    await house.act(item, Verb.ACCEPT, member="wu_hao")


async def test_what_a_member_has_who_left_goes_to_others_after_a_lost_act(house: House) -> None:
    item = await house.settled_item("defect")
    gone = (await house.row(item))["owner"]
    await house.lose(item, await house.wish(item, Verb.NOTE, {"text": "一"}))
    async with house.sessions.begin() as session:
        await people.change_member(session, gone, {"active": False})
    try:
        assert await Handovers(house.parts.means, house.loops).go_on(gone, await house.now()) == DONE
        assert (await house.row(item))["owner"] not in (None, gone)
    finally:
        async with house.sessions.begin() as session:
            await people.change_member(session, gone, {"active": True})


async def test_a_lost_act_gets_its_answer_and_is_not_done_again(house: House) -> None:
    item = await house.settled_item("defect")
    act = await house.wish(item, Verb.ACCEPT, member="wu_hao")
    lost = await house.lose(item, act)
    await house.act(item, Verb.NOTE, {"text": "二"})
    assert await house.loops.act(item, act) == Answer(lost)
    assert (await house.kinds(item)).count("accepted") == 1


async def test_where_a_lost_act_went_the_loop_goes(house: House) -> None:
    item = await house.settled_item("defect")
    await house.lose(item, await house.wish(item, Verb.COMPLETE, outcome="fixed", fields=["root_cause"]))
    await house.act(item, Verb.NOTE, {"text": "二"})
    assert (await house.kinds(item))[-3:] == ["completed", "step_entered", "noted"]
    assert (await house.row(item))["step"] == "reply"


@pytest.mark.parametrize(
    ("signal", "argument", "kind"),
    [
        ("linked_item_changed", {"key": "", "state": "done", "version": 9}, "linked_item_changed"),
        ("delivery_failed", "vox-test-FB000001-1", "delivery_failed"),
    ],
)
async def test_a_signal_after_a_lost_act_is_noted(house: House, signal: str, argument: Any, kind: str) -> None:
    item = await house.settled_item("defect")
    if isinstance(argument, dict):
        argument = argument | {"key": (await house.links(item))[0]["key"]}
    await house.lose(item, await house.wish(item, Verb.NOTE, {"text": "一"}))
    await house.loops.signal(f"feedback/{item}", signal, argument)

    async def noted() -> bool:
        return (await house.kinds(item))[-2:] == ["noted", kind]

    await until(noted, kind)


async def test_what_was_filled_in_by_a_lost_act_is_kept_once(house: House) -> None:
    item = await house.settled_item("defect")
    fixed: dict[str, Any] = {"outcome": "fixed", "fields": ["root_cause"]}
    act = await house.wish(item, Verb.COMPLETE, {"fields": {"root_cause": "虚焊"}}, **fixed)
    lost = await house.lose(item, act)
    assert await house.loops.act(item, act) == Answer(lost)
    await house.settle()
    async with house.sessions.begin() as session:
        filled = [run["filled"] for run in await steps.of_items(session, [item])]
    assert filled == [{"root_cause": "虚焊"}, None]


async def lose_moment(house: House, item: UUID, name: str) -> None:
    """Write what is done at a moment as a worker does that dies then."""
    plan = await house.plan(item)
    moment = next(moment for moment in plan.moments if moment.name == name)
    await Moments(house.parts.means).fire(Turn(str(item), plan.version + 1, plan.number, moment.at, by=name), moment)


@pytest.mark.parametrize("acts", [False, True], ids=["the moment comes again", "an act comes first"])
async def test_a_lost_end_of_a_wait_leads_on_once(house: House, acts: bool) -> None:
    wait = {"key": "wait", "kind": "automatic", "title": SAFETY["title"], "wait": "2d", "outcomes": {"over": "reply"}}
    async with published(house, SAFETY | {"steps": [wait, *SAFETY["steps"][2:]]}):
        item = await house.settled_item("suggestion")
        await lose_moment(house, item, "waited")
        if acts:
            await house.act(item, Verb.NOTE, {"text": "一"})
        await house.env.sleep(timedelta(days=3))  # until then its loop knows nothing of that turn
        await house.settle()
        assert (await house.kinds(item)).count("waited") == 1
        assert (await house.row(item))["step"] == "reply"


async def test_a_lost_survey_is_sent_once_and_can_be_answered(house: House) -> None:
    item = await house.settled_item("question")
    await house.act(item, Verb.REPLY, {"text": "答复"})
    await house.act(item, Verb.CONFIRM)
    await lose_moment(house, item, "survey")
    await house.let_pass(timedelta(hours=2))
    assert [row["purpose"] for row in await house.messages(item)].count("survey_ces") == 1
    await house.act(item, Verb.ANSWER_SURVEY, {"score": 6})
    assert (await house.kinds(item)).count("survey_sent") == 1


async def test_the_lost_end_of_the_last_branch_joins_them_once(house: House) -> None:
    async with published(house, joined_by("all")):
        item = await house.settled_item("suggestion")
        await done(house, item, "design", "agreed")
        await house.lose(item, await house.wish(item, Verb.COMPLETE, step="quality", outcome="safe", fields=["cause"]))
        await house.act(item, Verb.NOTE, {"text": "一"})
        assert (await house.kinds(item))[-3:] == ["completed", "step_entered", "noted"]
        assert ((await house.row(item))["step"], (await house.plan(item)).branches) == ("reply", [])


async def test_a_loop_that_continues_as_new_amid_branches_goes_on_with_them(house: House) -> None:
    async with published(house, joined_by("all")):
        item = await house.settled_item("suggestion")
        await done(house, item, "design", "agreed")
        act = await house.wish(item, Verb.ACCEPT, step="quality", member="wu_hao")
        answer = await house.loops.act(item, act)
        await house.continue_as_new(item, **{act.turn: answer.version})
        assert await house.loops.act(item, act) == answer
        await house.let_pass(timedelta(hours=25))
        seq = (await runs(house, item))["quality"]["seq"]
        names = [name for name, _ in fired(await house.events(item))]
        assert [name for name in names if f"/{seq}." in name] == [
            *(f"escalate/{seq}.0", f"escalate/{seq}.1", f"finish/{seq}.breach"),
        ]
        await done(house, item, "quality", "safe", ["cause"])
        assert (await house.row(item))["step"] == "reply"
