"""How branches join: with the first that is good enough, in the right order, once each, also when a worker is lost."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.store import clocks
from voxloop.tests.workflows.branching import SAFETY, done, joined_by, owners, published, runs
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.test_escalation import clock_of, fired

HOUR = timedelta(hours=1)
SAFE = {"outcome": "safe", "fields": ["cause"]}
# Both branches only wait for what stands open in the supplier's system already, if anything does.
SETTLED = [
    {"key": key, "kind": "linked", "title": {"zh-CN": key, "en": key}, "system": "srm"} for key in ("one", "two")
]


async def test_the_first_to_end_withdraws_the_others(house: House) -> None:
    async with published(house, joined_by("any")):
        item = await house.settled_item("suggestion")
        having = await owners(house, item)
        await done(house, item, "design", "agreed")
        row, found = await house.row(item), await runs(house, item)
        assert row["step"] == "reply"
        assert [found[branch]["outcome"] for branch in ("quality", "design", "look")] == [None, "agreed", "done"]
        assert found["quality"]["ended_at"] is not None
        told = [message["member"] for message in await house.messages(item) if message["purpose"] == "notice_withdrawn"]
        assert told == [having["quality"]]
        async with house.sessions.begin() as session:
            theirs = [
                clock for clock in await clocks.of_items(session, [item]) if clock["seq"] == found["quality"]["seq"]
            ]
        assert [(each["name"], each["fulfilled"]) for each in theirs] == [("respond", False), ("finish", False)]
        assert all(each["ended_at"] is not None for each in theirs)
        await house.let_pass(100 * HOUR)
        assert not [name for name, _ in fired(await house.events(item)) if "/" in name]


async def test_only_a_good_enough_outcome_withdraws_the_others(house: House) -> None:
    async with published(house, joined_by({"any": ["agreed", "safe"]})):
        item = await house.settled_item("suggestion")
        await done(house, item, "design", "refuted")
        assert (await house.row(item))["step"] == "look"
        await done(house, item, "quality", "unsafe", ["cause"])
        assert (await house.row(item))["step"] == "reply"


async def test_a_withdrawn_branch_takes_nothing_any_more(house: House) -> None:
    async with published(house, joined_by("any")):
        item = await house.settled_item("suggestion")
        await done(house, item, "design", "agreed")
        with pytest.raises(Refused) as refused:
            await done(house, item, "quality", "safe", ["cause"])
        assert refused.value.code is RefusalCode.STEP_NOT_OPEN


async def test_two_members_complete_theirs_at_once(house: House) -> None:
    async with published(house, joined_by("all")):
        item = await house.settled_item("suggestion")
        await asyncio.gather(
            done(house, item, "design", "agreed"),
            done(house, item, "quality", "safe", ["cause"]),
        )
        await house.settle()
        assert (await house.row(item))["step"] == "reply"
        assert (await house.kinds(item)).count("step_entered") == 1


async def test_of_two_who_end_it_at_once_one_comes_too_late(house: House) -> None:
    async with published(house, joined_by("any")):
        item = await house.settled_item("suggestion")
        results = await asyncio.gather(
            done(house, item, "design", "agreed"),
            done(house, item, "quality", "safe", ["cause"]),
            return_exceptions=True,
        )
        [late] = [result for result in results if result is not None]
        assert isinstance(late, Refused)
        assert late.code is RefusalCode.STEP_NOT_OPEN
        assert [run["outcome"] for run in (await runs(house, item)).values()].count(None) == 2  # and the answer's


async def test_a_linked_branch_waits_for_what_it_opened(house: House) -> None:
    async with published(house, SAFETY):
        item = await house.settled_item("suggestion")
        await house.move_links(item, "waiting", "srm")
        assert (await runs(house, item))["supplier"]["ended_at"] is None
        await house.move_links(item, "refused", "srm")
        assert (await runs(house, item))["supplier"]["outcome"] == "refused"
        assert (await house.events(item))[-1]["detail"]["ended"] == ["supplier"]
        assert (await house.row(item))["step"] == "look"
    await house.settle()


@pytest.mark.parametrize("join", ["all", "any"])
async def test_branches_that_have_nothing_to_wait_for_are_passed_at_once(house: House, join: str) -> None:
    async with published(house, joined_by(join, branches=SETTLED)):
        item = await house.settled_item("suggestion")
        assert (await house.kinds(item))[-2:] == ["branched", "step_entered"]
        assert (await house.row(item))["step"] == "reply"


async def test_a_branch_that_was_completed_as_its_worker_died_is_not_completed_again(house: House) -> None:
    async with published(house, joined_by("all")):
        item = await house.settled_item("suggestion")
        act = await house.wish(item, Verb.COMPLETE, {"fields": {}}, step="quality", **SAFE)
        lost = await house.lose(item, act)
        await done(house, item, "design", "agreed")
        assert (await house.loops.act(item, act)).version == lost
        assert (await house.kinds(item)).count("completed") == 2
        assert (await house.row(item))["step"] == "reply"


async def test_a_new_run_of_the_loop_knows_the_branches(house: House) -> None:
    async with published(house, joined_by("all")):
        item = await house.settled_item("suggestion")
        await done(house, item, "design", "agreed")
        before = await house.plan(item)
        await house.continue_as_new(item)
        assert await house.plan(item) == before
        await done(house, item, "quality", "safe", ["cause"])
        assert (await house.row(item))["step"] == "reply"


async def test_a_raised_priority_aims_the_limits_of_branches_anew(house: House) -> None:
    def limits(step: dict[str, Any]) -> dict[str, Any]:
        return {**step, "limit": {"urgent": "2h", "normal": "24h"}}

    two = [limits(branch) for branch in SAFETY["steps"][0]["branches"][:2]]
    async with published(house, joined_by("all", branches=two)):
        item = await house.settled_item("suggestion")
        before = await clock_of(house, item, "finish")
        await house.act(item, Verb.CHANGE_PRIORITY, priority="urgent")
        after = await clock_of(house, item, "finish")
        assert (after["seq"], after["due_at"]) == (before["seq"], before["due_at"] - 22 * HOUR)
        assert (await house.row(item))["due_at"] == after["due_at"]
