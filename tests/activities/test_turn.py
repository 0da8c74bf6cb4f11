"""A turn happens once: repeated it answers what is stored, and a late attempt of an older one changes nothing."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from voxloop.activities.intake import Intake
from voxloop.activities.moments import Moments
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Turn, Verb
from voxloop.store import linked_items
from voxloop.store.effect_tables import linked_item, message, receipt
from voxloop.store.item_tables import event
from voxloop.store.sessions import Row
from voxloop.store.work_tables import clock, clock_event, step_run
from voxloop.tests.activities.hand import START, Hand, begin, called
from voxloop.worker import Parts

TABLES = (event, message, receipt, linked_item, clock, clock_event, step_run)


async def sizes(parts: Parts) -> Mapping[str, int]:
    async with parts.means.sessions.begin() as session:
        counts = {table.name: select(func.count()).select_from(table) for table in TABLES}
        return {name: (await session.execute(count)).scalar_one() for name, count in counts.items()}


async def test_a_repeated_turn_writes_nothing_and_gives_the_same_plan(parts: Parts) -> None:
    hand = await begin(parts, "defect")
    for verb, outcome in ((Verb.ACCEPT, None), (Verb.COMPLETE, "fixed")):
        await hand.act(verb, outcome=outcome)
        before = await sizes(parts)
        assert await hand.again() == hand.plan
        assert await sizes(parts) == before


async def test_each_turn_of_the_intake_can_be_repeated(parts: Parts) -> None:
    hand = await begin(parts, "defect", customer_ref="C0004")
    before = await sizes(parts)
    intake = Intake(parts.means)
    for version, activity in enumerate((intake.acknowledge, intake.classify, intake.decide), start=2):
        stored = (await hand.events())[version - 1]["plan"]
        plan = await called(activity, Turn(str(hand.item), version, 99, START + timedelta(days=9)))
        assert (plan.version, plan.number, plan.goto) == (version, stored["number"], stored["goto"])
    assert await sizes(parts) == before


async def test_a_late_attempt_gets_the_plan_of_its_own_version(parts: Parts) -> None:
    hand = await begin(parts, "defect")
    accepted = await hand.act(Verb.ACCEPT)
    assert hand.last is not None
    activity, arguments = hand.last
    await hand.act(Verb.COMPLETE, outcome="fixed")
    assert await called(activity, *arguments) == accepted
    assert (await hand.row())["version"] == hand.plan.version > accepted.version


async def test_a_turn_that_fails_leaves_nothing(parts: Parts) -> None:
    hand = await begin(parts, "defect")
    before = await sizes(parts)
    with pytest.raises(KeyError):
        await hand.act(Verb.COMPLETE, outcome="no such outcome")
    assert await sizes(parts) == before
    assert (await hand.row())["version"] == hand.plan.version


async def test_a_turn_of_an_unknown_item_fails(parts: Parts) -> None:
    with pytest.raises(NoResultFound):
        await called(Intake(parts.means).acknowledge, Turn(str(new_id()), 2, 0, START))


async def test_a_moment_acted_on_after_an_outage_says_once_how_late(parts: Parts) -> None:
    hand = await begin(parts, "question")
    while (moment := hand.plan.moments[0]).name != "finish.breach":
        hand.now = moment.at
        await hand.turn(Moments(parts.means).fire, moment)
    hand.now = moment.at + timedelta(hours=3)
    await hand.turn(Moments(parts.means).fire, moment)
    await hand.again()
    breaches = [event for event in await hand.events() if event["detail"].get("moment") == "finish.breach"]
    assert [breach["detail"]["late_seconds"] for breach in breaches] == [3 * 3600]
    assert [row["late_seconds"] for row in await late(hand)] == [3 * 3600]
    assert all(each.name != "finish.breach" for each in hand.plan.moments)


async def test_an_act_after_the_deadline_stores_the_breach_that_no_timer_saw(parts: Parts) -> None:
    hand = await begin(parts, "question")
    hand.now = START + timedelta(hours=30)
    await hand.act(Verb.REPLY, {"text": "答复"})
    rows = {(row["name"], row["kind"]): row["late_seconds"] for row in await late(hand)}
    hours = {"first_response": 12, "respond": 26, "finish": 6}  # nobody is there at night
    assert rows == {(name, "breach"): late * 3600 for name, late in hours.items()}


async def late(hand: Hand) -> Sequence[Row]:
    """The clock events of the item that came late."""
    async with hand.parts.means.sessions.begin() as session:
        wanted = select(clock.c.name, clock_event).join(clock, clock.c.id == clock_event.c.clock)
        wanted = wanted.where(clock.c.item == hand.item, clock_event.c.late_seconds > 0).order_by(clock_event.c.id)
        return (await session.execute(wanted)).mappings().all()


async def test_numbers_of_effects_go_on_from_turn_to_turn(parts: Parts) -> None:
    hand = await begin(parts, "defect", customer_ref="C0004")
    await hand.act(Verb.COMPLETE, outcome="fixed")
    async with parts.means.sessions.begin() as session:
        keys = [row["key"] for row in await linked_items.of_items(session, [hand.item])]
        keys += (await session.execute(select(receipt.c.key).where(receipt.c.item == hand.item))).scalars()
    numbers = sorted(int(key.rpartition("-")[2]) for key in keys)
    assert numbers == list(range(1, hand.plan.number + 1)) == [1, 2, 3, 4, 5, 6]
