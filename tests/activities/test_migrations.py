"""An item keeps to the version that it was decided under; taken to another one, it goes on where it stands."""

from collections.abc import AsyncIterator

import pytest

from voxloop.activities.intake import Intake
from voxloop.activities.steps import Steps
from voxloop.domain.loop import Verb
from voxloop.domain.process import HOLD, RELEASED
from voxloop.store import documents, steps
from voxloop.store.sessions import Row
from voxloop.tests.activities.hand import START, Hand, begin
from voxloop.tests.items import hand_in
from voxloop.tests.rule_sets import published, rule
from voxloop.tests.workflows.moving import KEY, LONGER, OLD, publish
from voxloop.worker import Parts


@pytest.fixture
async def old(parts: Parts) -> AsyncIterator[int]:
    """The version under which suggestions begin."""
    async with parts.means.sessions.begin() as session:
        standing = await documents.published(session, "process", KEY)
    assert standing is not None
    yield await publish(parts.means.sessions, OLD)
    await publish(parts.means.sessions, standing["body"])


async def last_step(hand: Hand) -> Row:
    async with hand.parts.means.sessions.begin() as session:
        return (await steps.of_items(session, [hand.item]))[-1]


async def test_what_is_published_between_the_decision_and_the_first_step_is_for_others(parts: Parts, old: int) -> None:
    async with parts.means.sessions.begin() as session:
        hand = Hand(parts, await hand_in(session, START, scenario="suggestion"))
    intake = Intake(parts.means)
    for activity in (intake.acknowledge, intake.classify, intake.decide):
        await hand.once(activity)
    assert hand.plan.goto == "review"
    await publish(parts.means.sessions, LONGER)
    await hand.once(Steps(parts.means).enter, "review")
    assert (hand.plan.process, (await last_step(hand))["required"]) == (old, [])


async def test_a_held_item_stays_held_and_then_goes_the_new_way(parts: Parts, old: int) -> None:
    async with published(parts.means.sessions, rule("odd", {"hold_for_review": True})):
        hand = await begin(parts, "suggestion")
    new = await publish(parts.means.sessions, LONGER)
    plan = await hand.act(Verb.MIGRATE, document=new)
    assert (plan.step, plan.outcomes, plan.process) == (HOLD, [RELEASED, "spam"], new)
    plan = await hand.act(Verb.COMPLETE, {"fields": {}}, outcome=RELEASED)
    assert (plan.step, plan.required) == ("review", ["value"])


async def test_a_turn_that_is_taken_again_moves_nobody_twice(parts: Parts, old: int) -> None:
    hand = await begin(parts, "suggestion")
    new = await publish(parts.means.sessions, LONGER)
    plan = await hand.act(Verb.MIGRATE, document=new)
    assert await hand.again() == plan
    assert [event["kind"] for event in await hand.events()].count("migrated") == 1
