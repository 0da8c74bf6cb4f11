"""Choices and automatic steps: an item comes through at one turn each, and the timeline says why."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml
from temporalio.api.enums.v1 import EventType

from voxloop.domain.loop import Verb
from voxloop.store import documents
from voxloop.tests.workflows.house import House

BECAUSE = {"zh-CN": "客户等级为战略客户、VIP 客户之一", "en": "customer level is one of Strategic, VIP"}
PROCESS = yaml.safe_load("""
key: suggestion_short
title: {zh-CN: 建议, en: Suggestion}
handles: [suggestion]
reopen_for: 1d
steps:
  - key: level
    kind: choice
    title: {zh-CN: 客户等级, en: Level}
    choice:
      - {if: {fact: customer_level, is: in, value: [strategic, vip]}, go: mark}
      - {else: review}
  - key: mark
    kind: automatic
    title: {zh-CN: 标记, en: Mark}
    set: {priority: urgent, tags: [vip]}
    send: thanks
    tell: [{to: team_lead}, {to: {role: director}}]
    open: [{system: crm, template: vip_follow_up}]
    outcomes: {marked: review}
  - key: review
    kind: task
    title: {zh-CN: 评审, en: Review}
    team: product
    outcomes: {done: accepted, dropped: close}
  - key: accepted
    kind: choice
    title: {zh-CN: 是否受理过, en: Was it accepted}
    choice:
      - {if: {fact: accepted, is: equals, value: true}, go: review}
      - {else: close}
closes: {dropped: declined, close: adopted}
""")


@pytest.fixture
async def short(house: House) -> AsyncIterator[House]:
    """Its suggestions go a short way; as published it comes before the starter pack's."""
    async with house.sessions.begin() as session:
        standing = await documents.published(session, "process", "suggestion")
        assert standing is not None
        body = PROCESS | {"key": "suggestion"}
        await documents.publish(session, "process", "suggestion", body, "test")
    yield house
    async with house.sessions.begin() as session:
        await documents.publish(session, "process", "suggestion", standing["body"], "test")


async def details(house: House, item: Any, kind: str) -> list[dict[str, Any]]:
    return [event["detail"] for event in await house.events(item) if event["kind"] == kind]


async def test_a_key_customers_item_is_marked_on_the_way(short: House) -> None:
    item = await short.settled_item("suggestion", customer_ref="C0004")
    row = await short.row(item)
    assert (row["step"], row["stage"], row["priority"], row["tags"]) == ("review", "working", "urgent", ["vip"])
    assert await details(short, item, "chosen") == [
        {"step": "level", "outcome": "mark", "because": BECAUSE, "facts": {"customer_level": "vip"}}
    ]
    [done] = await details(short, item, "carried_out")
    assert (done["sent"], done["outcome"], [each["system"] for each in done["opened"]]) == ("thanks", "marked", ["crm"])
    assert {"jiang_wen", "liang_bo"} <= set(done["told"])
    purposes = [message["purpose"] for message in await short.messages(item)]
    assert purposes.count("thanks") == 1


async def test_another_customers_item_is_not(short: House) -> None:
    item = await short.settled_item("suggestion")
    row = await short.row(item)
    assert (row["step"], row["priority"], row["tags"]) == ("review", "normal", [])
    [chosen] = await details(short, item, "chosen")
    assert (chosen["outcome"], chosen["because"]["en"]) == ("review", "nothing else applies")
    assert (await short.kinds(item))[-2:] == ["chosen", "step_entered"]


@pytest.mark.parametrize(("accepts", "step", "outcome"), [(True, "review", None), (False, None, "adopted")])
async def test_a_choice_asks_how_things_stand_then(
    short: House, accepts: bool, step: str | None, outcome: str | None
) -> None:
    item = await short.settled_item("suggestion")
    if accepts:
        await short.act(item, Verb.ACCEPT)
    await short.act(item, Verb.COMPLETE, {"fields": {}}, outcome="done")
    row = await short.row(item)
    assert (row["step"], row["outcome"]) == (step, outcome)


async def test_each_costs_one_turn_and_no_workflow_task(short: House) -> None:
    async def cost(customer: str) -> tuple[int, int]:
        item = await short.settled_item("suggestion", customer_ref=customer)
        events = [event.event_type for event in (await short.history(item)).events]
        turns = events.count(EventType.EVENT_TYPE_MARKER_RECORDED)
        return turns, events.count(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)

    straight, marked = await cost("C0010"), await cost("C0004")
    assert (marked[0] - straight[0], straight[1]) == (1, marked[1])
