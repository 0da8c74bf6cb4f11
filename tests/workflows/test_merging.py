"""Duplicates: merged items wait for the one that stands for them, answer their own customers, and come back."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.store import feedback, item_links
from voxloop.store.relation_tables import item_link
from voxloop.tests.workflows.house import House

FIXED: dict[str, Any] = {"words": {"fields": {}}, "outcome": "fixed", "fields": ["root_cause"]}


async def merge(house: House, item: UUID, into: UUID) -> None:
    await house.act(item, Verb.MERGE, other=str(into))
    await house.settle()


async def solve(house: House, item: UUID) -> None:
    await house.act(item, Verb.COMPLETE, **FIXED)
    await house.settle()
    await house.act(item, Verb.REPLY, {"text": "已修复"})
    await house.settle()
    await house.act(item, Verb.CONFIRM)
    await house.settle()


async def two(house: House) -> tuple[UUID, UUID]:
    return await house.settled_item("defect"), await house.settled_item("defect")


async def purposes(house: House, item: UUID) -> list[str]:
    return [row["purpose"] for row in await house.messages(item) if row["direction"] == "out"]


async def code_of_refusal(house: House, item: UUID, verb: Verb, **wish: Any) -> RefusalCode:
    with pytest.raises(Refused) as refused:
        await house.act(item, verb, **wish)
    return refused.value.code


async def test_a_merged_item_waits_for_the_other_one_and_then_answers_its_own_customer(house: House) -> None:
    first, second = await two(house)
    await merge(house, second, first)
    row = await house.row(second)
    assert (row["stage"], row["outcome"], row["merged_into"]) == ("closed", "merged", first)
    assert (await house.kinds(first))[-1] == "merged_in"
    assert "notice_merged_in" in [message["purpose"] for message in await house.messages(first)]
    await house.let_pass(timedelta(days=30))
    assert (await house.row(second))["finished_at"] is None
    await solve(house, first)
    assert (await house.kinds(second))[-1] == "canonical_closed"
    assert (await purposes(house, second))[-1] == "merged_closed"
    told = [row["text"] for row in await house.messages(second) if row["purpose"] == "merged_closed"]
    assert "已解决" in told[0] or "solved" in told[0]
    await house.let_pass(timedelta(days=13))
    assert (await house.row(second))["finished_at"] is None
    await house.let_pass(timedelta(days=2))
    assert (await house.row(second))["finished_at"] is not None


async def test_an_item_merged_into_a_closed_one_answers_at_once(house: House) -> None:
    first, second = await two(house)
    await solve(house, first)
    await merge(house, second, first)
    assert (await purposes(house, second))[-1] == "merged_closed"
    assert (await house.row(second))["settled_at"] is not None


async def test_when_the_canonical_item_reopens_merged_ones_wait_again_and_are_told_again(house: House) -> None:
    first, second = await two(house)
    await merge(house, second, first)
    await house.act(first, Verb.CANCEL, reason="given_up")
    await house.settle()
    await house.act(first, Verb.REOPEN)
    await house.settle()
    assert (await house.kinds(second))[-2:] == ["canonical_closed", "canonical_reopened"]
    await house.let_pass(timedelta(days=20))
    assert (await house.row(second))["finished_at"] is None
    await house.act(first, Verb.CANCEL, reason="given_up")
    await house.settle()
    assert (await purposes(house, second)).count("merged_closed") == 2


async def test_of_spam_no_customer_hears(house: House) -> None:
    first, second = await two(house)
    await merge(house, second, first)
    await house.act(first, Verb.MARK_SPAM)
    await house.settle()
    assert "merged_closed" not in await purposes(house, second)
    assert (await house.row(second))["settled_at"] is not None


async def test_unmerged_it_goes_on_at_the_step_that_it_left_with_clocks_of_its_own(house: House) -> None:
    first, second = await two(house)
    step = (await house.row(second))["step"]
    await merge(house, second, first)
    await house.let_pass(timedelta(hours=1))
    await house.act(second, Verb.UNMERGE)
    await house.settle()
    row = await house.row(second)
    assert (row["step"], row["stage"], row["merged_into"], row["closed_at"]) == (step, "working", None, None)
    running = await house.clocks(second)
    assert {"resolution", "first_response", "finish"} <= set(running)
    assert running["resolution"]["started_at"] > row["received_at"] + timedelta(minutes=59)
    assert (await house.kinds(first))[-1] == "merged_out"
    await house.act(first, Verb.CANCEL, reason="given_up")
    await house.settle()
    assert "canonical_closed" not in await house.kinds(second)


async def test_it_can_be_unmerged_after_the_canonical_item_was_closed(house: House) -> None:
    first, second = await two(house)
    await merge(house, second, first)
    await solve(house, first)
    await house.act(second, Verb.UNMERGE)
    await house.settle()
    assert (await house.row(second))["step"] == "repair"


async def test_its_customer_reopens_it_only_when_she_was_answered(house: House) -> None:
    first, second = await two(house)
    await merge(house, second, first)
    assert await code_of_refusal(house, second, Verb.REOPEN) is RefusalCode.IS_MERGED
    await solve(house, first)
    await house.act(second, Verb.REOPEN, {"text": "我的还是不行"})
    await house.settle()
    row = await house.row(second)
    assert (row["round"], row["merged_into"], row["settled_at"], row["stage"]) == (2, None, None, "working")
    assert (await house.kinds(first))[-1] == "merged_out"


async def test_what_was_merged_into_an_item_goes_along_when_that_is_merged(house: House) -> None:
    first, second = await two(house)
    third = await house.settled_item("defect")
    await merge(house, third, second)
    await merge(house, second, first)
    assert (await house.row(third))["merged_into"] == first
    assert (await house.kinds(third))[-1] == "canonical_moved"
    await house.act(first, Verb.CANCEL, reason="given_up")
    await house.settle()
    for item in (second, third):
        assert (await purposes(house, item)).count("merged_closed") == 1


async def test_merging_is_refused_where_it_would_lead_nowhere(house: House) -> None:
    first, second = await two(house)
    third, done = await house.settled_item("defect"), await house.settled_item("praise")
    await merge(house, second, first)
    with pytest.raises(Refused) as refused:
        await house.act(third, Verb.MERGE, other=str(second))
    assert refused.value.code is RefusalCode.OTHER_MERGED
    assert refused.value.params["other"] == (await house.row(first))["code"]
    assert await code_of_refusal(house, second, Verb.MERGE, other=str(third)) is RefusalCode.IS_MERGED
    assert await code_of_refusal(house, third, Verb.MERGE, other=str(third)) is RefusalCode.ITSELF
    assert await code_of_refusal(house, first, Verb.UNMERGE) is RefusalCode.NOT_MERGED
    await house.let_pass(timedelta(days=15))
    assert await code_of_refusal(house, third, Verb.MERGE, other=str(done)) is RefusalCode.OTHER_FINISHED
    assert "merged" not in await house.kinds(third)


async def test_items_merged_into_each_other_at_once_make_no_circle(house: House) -> None:
    items = [await house.settled_item("defect") for _ in range(3)]
    rounds = zip(items, [*items[1:], items[0]], strict=True)
    acts = [house.act(item, Verb.MERGE, other=str(into)) for item, into in rounds]
    results = await asyncio.gather(*acts, return_exceptions=True)
    await house.settle()
    refused = [result.code for result in results if isinstance(result, Refused)]
    assert refused
    assert set(refused) == {RefusalCode.OTHER_MERGED}
    standing = [(await house.row(item))["merged_into"] for item in items]
    [root] = [item for item, into in zip(items, standing, strict=True) if into is None]
    assert {into for into in standing if into is not None} == {root}


async def test_both_can_be_merged_into_a_third_that_closes_meanwhile(house: House) -> None:
    first, second = await two(house)
    third = await house.settled_item("defect")
    await asyncio.gather(
        house.act(second, Verb.MERGE, other=str(first)),
        house.act(first, Verb.CANCEL, reason="given_up"),
        house.act(third, Verb.MERGE, other=str(first)),
    )
    await house.settle()
    for item in (second, third):
        assert (await purposes(house, item)).count("merged_closed") == 1


async def test_items_are_linked_once_and_unlinked_from_either_side(house: House) -> None:
    first, second = await two(house)
    link: dict[str, Any] = {"reason": "caused_by"}
    await house.act(first, Verb.LINK, other=str(second), **link)
    assert await code_of_refusal(house, second, Verb.LINK, other=str(first), **link) is RefusalCode.ALREADY_LINKED
    assert await code_of_refusal(house, first, Verb.LINK, other=str(first), **link) is RefusalCode.ITSELF
    assert (await house.kinds(first))[-1] == "linked"
    await house.act(second, Verb.UNLINK, other=str(first), **link)
    assert await code_of_refusal(house, first, Verb.UNLINK, other=str(second), **link) is RefusalCode.NOT_LINKED
    assert await house.count(item_link.select().where(item_link.c.item == first)) == 0
    await house.settle()


async def test_unmerged_it_goes_back_to_whoever_had_it_and_opens_nothing_twice(house: House) -> None:
    first, second = await two(house)
    await house.act(second, Verb.ACCEPT, member="feng_xue")
    await house.act(second, Verb.COMPLETE, **FIXED | {"outcome": "needs_release"})
    await house.settle()
    step, links = (await house.row(second))["step"], await house.links(second)
    await merge(house, second, first)
    await house.act(second, Verb.UNMERGE)
    await house.settle()
    assert (await house.row(second))["step"] == step
    assert [link["key"] for link in await house.links(second)] == [link["key"] for link in links]
    await house.move_links(second, "done")
    assert (await house.row(second))["step"] != step


async def test_a_task_that_is_unmerged_has_its_owner_again(house: House) -> None:
    first, second = await two(house)
    await house.act(second, Verb.ACCEPT, member="feng_xue")
    await merge(house, second, first)
    assert (await house.row(second))["owner"] is None
    await house.act(second, Verb.UNMERGE)
    await house.settle()
    assert (await house.row(second))["owner"] == "feng_xue"
    assert (await house.events(second))[-1]["detail"]["assigned"]["strategy"] == "returned"


async def test_so_has_the_team_to_which_people_gave_it(house: House) -> None:
    first, second = await two(house)
    await house.act(second, Verb.REASSIGN, team="product", member="gao_yuan")
    await merge(house, second, first)
    await house.act(second, Verb.UNMERGE)
    await house.settle()
    row = await house.row(second)
    assert (row["team"], row["owner"]) == ("product", "gao_yuan")


async def test_what_the_customer_of_a_merged_item_writes_reaches_whoever_works_on_it(house: House) -> None:
    first, second = await two(house)
    await merge(house, second, first)
    await house.act(second, Verb.CUSTOMER_REPLY, {"text": "有进展吗"}, actor="customer:C0010")
    await house.settle()
    assert (await house.kinds(first))[-1] == "merged_wrote"
    [notice] = [row for row in await house.messages(first) if row["purpose"] == "notice_merged_wrote"]
    assert notice["member"] == (await house.row(first))["owner"]
    assert "有进展吗" not in notice["text"]


async def test_what_she_writes_while_the_items_go_along_is_heard_where_they_went(house: House) -> None:
    first, second = await two(house)
    third = await house.settled_item("defect")
    await merge(house, third, second)
    await house.act(second, Verb.MERGE, other=str(first))  # of which the third has not heard when its customer writes
    await house.act(third, Verb.CUSTOMER_REPLY, {"text": "有进展吗"}, actor="customer:C0010")
    await house.settle()
    told = [row["member"] for row in await house.messages(first) if row["purpose"] == "notice_merged_wrote"]
    assert told == [(await house.row(first))["owner"]]


@pytest.mark.parametrize(("closes", "waits"), [(False, True), (True, False)])
async def test_unmerged_what_its_customer_wrote_meanwhile_waits_for_a_reply_unless_she_had_one(
    house: House, closes: bool, waits: bool
) -> None:
    first, second = await two(house)
    await merge(house, second, first)
    await house.act(second, Verb.CUSTOMER_REPLY, {"text": "有进展吗"}, actor="customer:C0010")
    if closes:
        await house.act(first, Verb.CANCEL, reason="given_up")
    await house.settle()
    await house.act(second, Verb.UNMERGE)
    await house.settle()
    assert ("next_reply" in await house.clocks(second)) is waits


async def test_a_merged_item_stays_so_when_the_main_one_is_closed_as_it_is_taken_out(house: House) -> None:
    first, second = await two(house)
    await merge(house, second, first)
    await asyncio.gather(
        house.act(first, Verb.CANCEL, reason="given_up"),
        house.act(second, Verb.UNMERGE),
    )
    await house.act(first, Verb.REOPEN)
    await house.settle()
    row = await house.row(second)
    assert (row["merged_into"], row["settled_at"], row["step"]) == (None, None, "repair")
    assert "merged_closed" not in await purposes(house, second)


async def test_turns_that_refer_to_each_others_items_do_not_wait_for_each_other(house: House) -> None:
    first, second = await two(house)
    async with house.sessions.connect() as one, house.sessions.connect() as other:
        for session, mine in ((one, first), (other, second)):
            await session.execute(text("SET LOCAL lock_timeout = '5s'"))
            await feedback.lock(session, mine)
        links = ((one, first, second, "related"), (other, second, first, "caused_by"))  # of a kind there is one alone
        for session, mine, its, kind in links:
            values = {"item": mine, "other": its, "kind": kind, "actor": "member:li_na", "at": await house.now()}
            await item_links.link(session, **values)
        await one.rollback()
        await other.rollback()
