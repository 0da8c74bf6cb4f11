"""Levels of an escalation only rise, each once, whatever happens to the item between them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from voxloop.domain.loop import Verb
from voxloop.tests.workflows.branching import SAFETY, joined_by, published
from voxloop.tests.workflows.house import House

HOUR = timedelta(hours=1)
LEAD = {"to": "team_lead"}


def one_step(limit: Mapping[str, Any], *levels: Mapping[str, Any]) -> dict[str, Any]:
    """A process with one task, which escalates to the lead of its team."""
    escalate = [{"tell": LEAD, **level} for level in levels]
    task = {"key": "work", "kind": "task", "title": SAFETY["title"], "team": "rd_bugfix", "wait": "20d"}
    work = {**task, "limit": limit, "escalate": escalate, "outcomes": {"done": "reply"}}
    return {**SAFETY, "clocks": {}, "steps": [work, *SAFETY["steps"][2:]]}


async def risen(house: House, item: UUID) -> Sequence[int]:
    """The levels to which it rose by the end of ten days."""
    await house.let_pass(timedelta(days=10))
    return [event["detail"]["level"] for event in await house.events(item) if event["kind"] == "escalated"]


async def test_a_level_that_a_new_priority_puts_behind_a_higher_one_does_not_come(house: House) -> None:
    levels = ({"at": "75%"}, {"at": "24h"}, {"at": "+24h"})
    async with published(house, one_step({"normal": "8h", "low": "72h"}, *levels)):
        item = await house.settled_item("suggestion")
        await house.act(item, Verb.CHANGE_PRIORITY, priority="low")
        assert await risen(house, item) == [2, 3]


async def test_a_level_that_was_passed_over_keeps_none_below_it_from_coming(house: House) -> None:
    urgent = {"fact": "priority", "is": "equals", "value": "urgent"}
    async with published(house, one_step({"normal": "48h"}, {"at": "100%"}, {"at": "24h", "if": urgent})):
        item = await house.settled_item("suggestion")
        assert await risen(house, item) == [1]


async def test_after_a_pause_a_reassignment_and_new_priorities_each_comes_once(house: House) -> None:
    limit = {"normal": "8h", "low": "72h", "pause": ["waiting_customer"]}
    async with published(house, one_step(limit, {"at": "50%"}, {"at": "100%"}, {"at": "+1h"})):
        item = await house.settled_item("suggestion")
        await house.let_pass(5 * HOUR)
        await house.act(item, Verb.WAIT_FOR_CUSTOMER)
        await house.let_pass(50 * HOUR)
        await house.act(item, Verb.REASSIGN, team="product")
        await house.act(item, Verb.CHANGE_PRIORITY, priority="low")
        await house.act(item, Verb.RESUME)
        await house.act(item, Verb.CHANGE_PRIORITY, priority="normal")
        assert await risen(house, item) == [1, 2, 3]


async def merged_and_taken_out(house: House, item: UUID) -> None:
    other = await house.settled_item("question")
    await house.act(item, Verb.MERGE, other=str(other))
    await house.settle()
    await house.act(item, Verb.UNMERGE)


async def test_an_unmerged_item_rises_on_from_where_it_was(house: House) -> None:
    raises = {"raise": "priority"}
    async with published(house, one_step({"normal": "8h"}, {"at": "50%", **raises}, {"at": "100%", **raises})):
        item = await house.settled_item("suggestion")
        await house.let_pass(5 * HOUR)
        await merged_and_taken_out(house, item)
        assert await risen(house, item) == [1, 2]


async def test_so_do_its_branches(house: House) -> None:
    async with published(house, joined_by("all")):
        item = await house.settled_item("suggestion")
        await house.let_pass(20 * HOUR)
        await merged_and_taken_out(house, item)
        assert await risen(house, item) == [1, 2]
