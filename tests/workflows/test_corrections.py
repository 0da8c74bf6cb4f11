"""What people put right: priority, type, tags, and that an item is spam."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from voxloop.domain.loop import Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.submission import MOST_TAGS
from voxloop.store.work_tables import decision
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.test_escalation import clock_events, clock_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_a_priority_aims_anew_from_the_first_start_and_keeps_pauses(house: House) -> None:
    item = await house.settled_item("defect")
    await house.let_pass(HOUR)
    await house.act(item, Verb.WAIT_FOR_CUSTOMER)
    await house.let_pass(2 * HOUR)
    await house.act(item, Verb.RESUME)
    for priority, limits in (("high", {"resolution": 3 * DAY, "finish": 4 * HOUR}), ("normal", {"finish": DAY})):
        await house.act(item, Verb.CHANGE_PRIORITY, priority=priority)
        assert (await house.row(item))["priority"] == priority
        for name, limit in limits.items():
            clock = await clock_of(house, item, name)
            assert clock["due_at"] == clock["started_at"] + limit + timedelta(seconds=clock["paused_seconds"])
            assert clock["paused_seconds"] >= 2 * HOUR.total_seconds()
            assert (await clock_events(house, clock))[-1]["kind"] == "retarget"
    event = (await house.events(item))[-1]
    assert (event["kind"], event["actor"], event["detail"]) == (
        "priority_changed",
        "li_na",
        {"from": "high", "to": "normal"},
    )


async def test_a_priority_without_a_limit_of_its_own_or_a_lower_one_has_none(house: House) -> None:
    item = await house.settled_item("defect")
    await house.act(item, Verb.CHANGE_PRIORITY, priority="low")
    clock = await clock_of(house, item, "resolution")
    assert (clock["target_seconds"], clock["due_at"]) == (None, None)
    assert (await house.row(item))["due_at"] is None
    await house.act(item, Verb.CHANGE_PRIORITY, priority="urgent")
    clock = await clock_of(house, item, "resolution")
    assert clock["due_at"] == clock["started_at"] + 3 * DAY


async def test_a_type_put_right_before_anybody_began_leads_to_its_process(house: House) -> None:
    item = await house.settled_item("complaint")
    received = (await house.row(item))["received_at"]
    await house.act(item, Verb.CHANGE_TYPE, type="defect")
    row = await house.row(item)
    assert (row["type"], row["type_confidence"], row["step"], row["team"]) == ("defect", 1.0, "repair", "rd_bugfix")
    clock = await clock_of(house, item, "resolution")
    assert (clock["started_at"], clock["due_at"]) == (received, received + 10 * DAY)
    changed = (await house.events(item))[-2]
    assert (changed["kind"], changed["actor"]) == ("type_changed", "li_na")
    assert changed["detail"] == {"from": "complaint", "to": "defect", "confidence": 1.0, "process": "product_defect"}
    async with house.sessions.begin() as session:
        decided = select(decision.c.body).where(decision.c.item == item).order_by(decision.c.version)
        kept = (await session.execute(decided)).scalars().all()
    assert [body["route"]["process"] for body in kept] == [None, "product_defect"]


async def test_a_type_put_right_later_leaves_the_item_where_it_is(house: House) -> None:
    item = await house.settled_item("complaint")
    await house.act(item, Verb.ACCEPT)
    await house.act(item, Verb.CHANGE_TYPE, type="question")
    row = await house.row(item)
    assert (row["type"], row["step"]) == ("question", "handle")
    await house.act(item, Verb.CANCEL, reason="withdrawn")
    await house.act(item, Verb.CHANGE_TYPE, type="praise")
    assert (await house.row(item))["stage"] == "closed"


async def test_tags_come_once_and_go_and_never_stand_in_the_history(house: House) -> None:
    item = await house.settled_item("defect")
    for tag in ("王女士", "批次问题", "王女士"):
        await house.act(item, Verb.ADD_TAG, {"tag": tag})
    assert (await house.row(item))["tags"] == ["王女士", "批次问题"]
    await house.act(item, Verb.REMOVE_TAG, {"tag": "批次问题"})
    assert (await house.row(item))["tags"] == ["王女士"]
    assert (await house.plan(item)).tags == 1
    raw = b"".join(event.SerializeToString() for event in (await house.history(item)).events)
    assert "王女士".encode() not in raw
    assert b"\\u738b" not in raw


async def test_an_item_has_only_so_many_tags(house: House) -> None:
    item = await house.settled_item("defect")
    for number in range(MOST_TAGS):
        await house.act(item, Verb.ADD_TAG, {"tag": str(number)})
    with pytest.raises(Refused) as refused:
        await house.act(item, Verb.ADD_TAG, {"tag": "one more"})
    assert (refused.value.code, refused.value.params["most"]) == (RefusalCode.TOO_MANY_TAGS, str(MOST_TAGS))


async def test_spam_is_closed_without_a_word_and_can_come_back(house: House) -> None:
    item = await house.settled_item("defect")
    links, told = await house.links(item), len(await house.messages(item))
    await house.act(item, Verb.MARK_SPAM)
    row = await house.row(item)
    assert (row["stage"], row["outcome"], row["owner"]) == ("closed", "spam", None)
    await house.settle()
    assert [link["state"] for link in await house.links(item)] == [link["state"] for link in links]
    await house.let_pass(13 * DAY)
    assert len(await house.messages(item)) == told
    await house.act(item, Verb.REOPEN)
    assert (await house.row(item))["step"] == "repair"
