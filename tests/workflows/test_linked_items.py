"""Linked items: opened once, followed while they move, and what their end does to the feedback behind them."""

from sqlalchemy import select
from temporalio.client import WorkflowExecutionStatus

from voxloop.domain.loop import Verb
from voxloop.store.effect_tables import register_item
from voxloop.tests.workflows.house import House, until

NEEDS_RELEASE = {"outcome": "needs_release", "fields": ["root_cause"]}


async def test_an_item_is_opened_once_however_often_its_workflow_looks(house: House) -> None:
    item = await house.settled_item("defect")
    [link] = await house.links(item)
    assert (link["system"], link["state"]) == ("pms", "open")
    for _ in range(2):
        await house.loops.start_link(link["key"])
    await house.settle()
    assert await house.count(select(register_item).where(register_item.c.key == link["key"])) == 1
    assert "linked_item_changed" not in await house.kinds(item)  # that it opened is no news to its loop


async def test_a_settled_item_ends_its_workflow_and_lets_the_step_go_on(house: House) -> None:
    item = await house.settled_item("defect")
    await house.act(item, Verb.COMPLETE, {"fields": {}}, **NEEDS_RELEASE)
    assert (await house.row(item))["stage"] == "waiting_linked"
    [link] = await house.links(item)
    await house.move_links(item, "waiting")
    assert (await house.row(item))["step"] == "release"
    await house.move_links(item, "done")
    assert (await house.row(item))["step"] == "reply"
    changes = [event["detail"] for event in await house.events(item) if event["kind"] == "linked_item_changed"]
    assert [change["state"] for change in changes] == ["waiting", "done"]
    await until(lambda: is_over(house, link["key"]), "workflow over")


async def test_a_refusal_leads_back_and_one_refused_of_two_is_a_refusal(house: House) -> None:
    item = await house.settled_item("defect")
    await house.act(item, Verb.COMPLETE, {"fields": {}}, **NEEDS_RELEASE)
    await house.move_links(item, "refused")
    assert (await house.row(item))["step"] == "repair"
    await house.act(item, Verb.COMPLETE, {"fields": {}}, **NEEDS_RELEASE)
    assert len(await house.links(item)) == 2
    await house.move_links(item, "done")
    [left] = [event for event in await house.events(item) if event["kind"] == "step_entered"][-1:]
    assert left["detail"]["step"] == "repair"


async def test_one_settled_before_the_step_waits_for_nobody(house: House) -> None:
    item = await house.settled_item("defect")
    await house.move_links(item, "done")
    await house.act(item, Verb.COMPLETE, {"fields": {}}, **NEEDS_RELEASE)
    assert (await house.row(item))["step"] == "reply"


async def test_an_item_that_is_opened_again_is_followed_again(house: House) -> None:
    item = await house.settled_item("defect")
    [link] = await house.links(item)
    await house.move_links(item, "done")
    await until(lambda: is_over(house, link["key"]), "workflow over")
    await house.move_link(link["key"], "open")
    await house.settle()
    assert not await is_over(house, link["key"])
    changes = [event["detail"]["state"] for event in await house.events(item) if event["kind"] == "linked_item_changed"]
    assert changes == ["done", "open"]


async def is_over(house: House, key: str) -> bool:
    described = await house.env.client.get_workflow_handle(f"link/{key}").describe()
    return described.status is WorkflowExecutionStatus.COMPLETED
