"""Several steps at once: each with its owner, clocks and outcome, until they join."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.store import documents
from voxloop.tests.workflows.branching import BRANCHES, SAFETY, done, owners, published, runs
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.test_escalation import fired

HOUR = timedelta(hours=1)


@pytest.fixture
async def risky(house: House) -> AsyncIterator[House]:
    """Its suggestions are safety risks, looked into by three at once."""
    async with published(house, SAFETY):
        yield house
        await house.settle()


async def test_all_branches_begin_at_once(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    row, plan = await risky.row(item), await risky.plan(item)
    assert (row["step"], row["stage"], row["team"], row["owner"]) == ("look", "working", "customer_service", None)
    assert [branch.step for branch in plan.branches] == list(BRANCHES)
    assert (await risky.kinds(item))[-1] == "branched"
    having = await owners(risky, item)
    assert having["quality"] is not None
    assert having["design"] is not None
    assert having["supplier"] is None
    told = [message["member"] for message in await risky.messages(item) if message["purpose"] == "notice_assigned"]
    assert told == [having["quality"], having["design"]]
    [link] = await risky.links(item)
    assert link["system"] == "srm"


async def test_why_each_has_her_branch_is_told_branch_by_branch(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    detail = (await risky.events(item))[-1]["detail"]
    quality, design, supplier = detail["branches"]
    assert {quality["assigned"]["strategy"], design["assigned"]["strategy"]} == {"least_loaded"}
    assert "assigned" not in supplier
    assert "assigned" not in detail


async def test_the_lead_of_a_branchs_team_is_told_when_nobody_can_do_it(house: House) -> None:
    unable = {"strategy": "least_loaded", "skills": ["underwater"]}
    look = SAFETY["steps"][0]
    branches = [{**branch, "assign": unable} if branch["key"] == "quality" else branch for branch in look["branches"]]
    async with published(house, {**SAFETY, "steps": [{**look, "branches": branches}, *SAFETY["steps"][1:]]}):
        item = await house.settled_item("suggestion")
        assert (await house.events(item))[-1]["detail"]["branches"][0]["unassigned"]
        told = [
            message["member"] for message in await house.messages(item) if message["purpose"] == "notice_unassigned"
        ]
        assert told == ["zhou_ming"]  # who leads R&D, not customer service, which has the whole
        await house.settle()


async def test_the_item_goes_on_when_the_last_one_ends(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    await done(risky, item, "quality", "safe", ["cause"])
    await done(risky, item, "design", "refuted")
    assert (await risky.row(item))["step"] == "look"
    await risky.move_links(item, "done", "srm")
    row, found = await risky.row(item), await runs(risky, item)
    assert (row["step"], row["stage"]) == ("reply", "working")
    assert [found[branch]["outcome"] for branch in BRANCHES] == ["safe", "refuted", "done"]
    assert found["look"]["outcome"] == "reply"
    assert (await risky.events(item))[-2]["detail"]["joined"] == "look"


async def test_where_it_goes_depends_on_what_the_branches_ended_with(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    await risky.move_links(item, "refused", "srm")
    await done(risky, item, "design", "agreed")
    await done(risky, item, "quality", "unsafe", ["cause"])
    row = await risky.row(item)
    assert (row["step"], row["team"]) == ("recall", "product")
    assert (await risky.kinds(item))[-2:] == ["completed", "step_entered"]


async def test_an_act_says_which_branch_it_means(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    for wish, code in (
        ({"outcome": "safe", "fields": ["cause"]}, RefusalCode.STEP_NEEDED),
        ({"step": "quality", "outcome": "safe"}, RefusalCode.FIELDS_MISSING),
        ({"step": "quality", "outcome": "agreed", "fields": ["cause"]}, RefusalCode.UNKNOWN_OUTCOME),
        ({"step": "supplier", "outcome": "done"}, RefusalCode.WRONG_STEP),
        ({"step": "recall", "outcome": "recalled"}, RefusalCode.STEP_NOT_OPEN),
    ):
        with pytest.raises(Refused) as refused:
            await risky.act(item, Verb.COMPLETE, {"fields": {}}, **wish)
        assert refused.value.code is code
    await done(risky, item, "quality", "safe", ["cause"])
    await risky.act(item, Verb.COMPLETE, {"fields": {}}, outcome="agreed")  # only one is left that a member can do
    assert (await runs(risky, item))["design"]["outcome"] == "agreed"


async def test_each_branch_is_accepted_and_handed_on_for_itself(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    before = await owners(risky, item)
    await risky.act(item, Verb.ACCEPT, step="quality", member="wu_hao")
    await risky.act(item, Verb.REASSIGN, step="design", team="customer_service", member="li_na")
    assert await owners(risky, item) == before | {"quality": "wu_hao", "design": "li_na"}
    found, plan = await runs(risky, item), await risky.plan(item)
    assert [branch.accepted for branch in plan.branches] == [True, False, False]
    assert found["design"]["team"] == "customer_service"
    assert (await risky.row(item))["owner"] is None
    assert [event["detail"]["step"] for event in (await risky.events(item))[-2:]] == ["quality", "design"]
    with pytest.raises(Refused) as refused:
        await risky.act(item, Verb.ACCEPT, step="quality", member="wu_hao")
    assert refused.value.code is RefusalCode.ALREADY_ACCEPTED


async def test_a_branch_is_late_while_another_is_done(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    owner = (await owners(risky, item))["quality"]
    await done(risky, item, "design", "agreed")
    await risky.let_pass(30 * HOUR)
    seq = (await runs(risky, item))["quality"]["seq"]
    assert [each for each in fired(await risky.events(item)) if f"/{seq}." in each[0]] == [
        (f"respond/{seq}.breach", ["zhou_ming"]),
        (f"escalate/{seq}.0", [owner]),
        (f"escalate/{seq}.1", ["zhou_ming"]),
        (f"finish/{seq}.breach", ["zhou_ming"]),
    ]
    assert (await risky.row(item))["overdue"] is True
    told = {event["detail"].get("branch") for event in await risky.events(item) if event["kind"] == "escalated"}
    assert told == {"quality"}


async def test_the_limit_of_them_all_counts_until_they_join(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    await done(risky, item, "quality", "safe", ["cause"])
    await risky.let_pass(73 * HOUR)
    assert "finish.breach" in [name for name, _ in fired(await risky.events(item))]


async def test_what_is_warned_about_the_whole_reaches_all_who_work_on_it(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    having = [owner for owner in (await owners(risky, item)).values() if owner]
    await risky.let_pass(30 * HOUR)
    warned = dict(fired(await risky.events(item)))
    assert warned["first_response.warn.0.75"] == having


async def test_a_cancelled_item_leaves_no_branch_open(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    await done(risky, item, "design", "agreed")
    await risky.act(item, Verb.CANCEL)
    row, found, plan = await risky.row(item), await runs(risky, item), await risky.plan(item)
    assert (row["stage"], row["outcome"]) == ("closed", "cancelled")
    assert all(run["ended_at"] is not None for run in found.values())
    assert [found[branch]["outcome"] for branch in ("look", *BRANCHES)] == [None, None, "agreed", None]
    assert (plan.branches, [moment.name for moment in plan.moments]) == ([], ["finish"])
    assert (await risky.events(item))[-1]["detail"]["withdrawn"] == ["quality", "supplier"]


async def test_a_reopened_item_begins_them_anew(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    await risky.act(item, Verb.CANCEL)
    await risky.act(item, Verb.REOPEN)
    assert [branch.step for branch in (await risky.plan(item)).branches] == list(BRANCHES)
    assert {run["round"] for run in (await runs(risky, item)).values()} == {2}
    await done(risky, item, "quality", "safe", ["cause"])


async def test_a_corrected_type_withdraws_them(risky: House) -> None:
    item = await risky.settled_item("suggestion")
    await risky.act(item, Verb.CHANGE_TYPE, type="question")
    row, found = await risky.row(item), await runs(risky, item)
    assert row["step"] == "answer"
    assert all(found[branch]["ended_at"] is not None for branch in BRANCHES)


async def test_an_unmerged_item_goes_back_to_those_who_had_its_branches_and_opens_nothing_twice(risky: House) -> None:
    other, item = await risky.settled_item("question"), await risky.settled_item("suggestion")
    await risky.act(item, Verb.REASSIGN, step="design", team="customer_service", member="li_na")
    having, links = await owners(risky, item), await risky.links(item)
    await risky.act(item, Verb.MERGE, other=str(other))
    await risky.settle()
    await risky.act(item, Verb.UNMERGE)
    await risky.settle()
    assert await owners(risky, item) == having
    assert (await runs(risky, item))["design"]["team"] == "customer_service"
    assert [link["key"] for link in await risky.links(item)] == [link["key"] for link in links]
    await risky.move_links(item, "done", "srm")
    assert "supplier" not in await owners(risky, item)


@pytest.mark.parametrize("moves", [False, True], ids=["under the same version", "under another one"])
async def test_what_was_done_before_the_merge_is_done_afterwards(risky: House, moves: bool) -> None:
    other, item = await risky.settled_item("question"), await risky.settled_item("suggestion")
    await done(risky, item, "quality", "unsafe", ["cause"])
    await risky.act(item, Verb.MERGE, other=str(other))
    if moves:
        stricter = {**SAFETY["steps"][0], "limit": {"normal": "48h"}}
        async with risky.sessions.begin() as session:
            body = {**SAFETY, "steps": [stricter, *SAFETY["steps"][1:]]}
            version = await documents.publish(session, "process", "suggestion", body, "test")
        await risky.act(item, Verb.MIGRATE, document=version)
    await risky.settle()
    await risky.act(item, Verb.UNMERGE)
    await risky.settle()
    assert ("quality" in await owners(risky, item)) is moves
    if moves:
        await done(risky, item, "quality", "unsafe", ["cause"])
    await done(risky, item, "design", "agreed")
    await risky.move_links(item, "done", "srm")
    assert (await risky.row(item))["step"] == "recall"
