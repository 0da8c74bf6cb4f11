"""What one item costs in history events (DESIGN 5), on workers with the default sandbox."""

from datetime import timedelta

from voxloop.domain.loop import Verb
from voxloop.tests.workflows.house import House


async def test_an_item_that_nobody_touches(house: House) -> None:
    item = await house.settled_item("praise", text="很好用，非常满意")
    assert (await house.row(item))["stage"] == "closed"
    closed = len((await house.history(item)).events)
    await house.let_pass(timedelta(days=14))
    assert (await house.row(item))["finished_at"] is not None
    finished = len((await house.history(item)).events)
    assert closed <= 14
    assert finished <= 20


async def test_a_defect_that_meets_everything(house: House) -> None:
    item = await house.settled_item("defect")
    await house.let_pass(timedelta(hours=25))  # past the limit: the assignee was reminded, the team lead was told
    await house.act(item, Verb.ACCEPT)
    await house.act(item, Verb.COMPLETE, {"fields": {}}, outcome="needs_release", fields=["root_cause"])
    await house.move_links(item, "done")
    await house.act(item, Verb.REPLY, {"text": "已修复"})
    await house.act(item, Verb.CONFIRM)
    await house.let_pass(timedelta(days=14))
    assert (await house.row(item))["finished_at"] is not None
    kinds = await house.kinds(item)
    assert {"warned", "escalated", "linked_item_changed", "replied", "confirmed", "finished"} <= set(kinds)
    assert len((await house.history(item)).events) <= 90
