"""A clock was missed, and before its loop could say so something else came first: the breach stands, and is told."""

from datetime import timedelta
from typing import Any

import pytest

from voxloop.activities.moments import Moments
from voxloop.domain.loop import Verb
from voxloop.store import clocks, documents
from voxloop.store.sessions import Row
from voxloop.tests.activities.hand import Hand, begin
from voxloop.tests.workflows.moving import KEY, LONGER, OLD, publish
from voxloop.worker import Parts

HOUR = timedelta(hours=1)


async def resolution(hand: Hand) -> Row:
    async with hand.parts.means.sessions.begin() as session:
        found = await clocks.of_items(session, [hand.item])
    return [clock for clock in found if clock["name"] == "resolution"][-1]


async def overdue(parts: Parts, scenario: str = "defect") -> tuple[Hand, Row]:
    """An item whose loop was away since before it was due, and comes back an hour after that."""
    hand = await begin(parts, scenario)
    clock = await resolution(hand)
    hand.now = clock["due_at"] + HOUR
    return hand, clock


async def tells(hand: Hand, clock: Row) -> None:
    """The breach is what the loop does next about the clock, and it is exact."""
    [moment] = [each for each in hand.plan.moments if each.name == "resolution.breach"]
    assert moment.at == clock["due_at"]
    await hand.turn(Moments(hand.parts.means).fire, moment)
    assert (await resolution(hand))["breached_at"] == clock["due_at"]
    last = (await hand.events())[-1]
    assert (last["kind"], last["detail"]["told"]) == ("breached", ["zhou_ming"])


@pytest.mark.parametrize(
    ("verb", "wish"),
    [(Verb.CHANGE_PRIORITY, {"priority": "low"}), (Verb.WAIT_FOR_CUSTOMER, {}), (Verb.NOTE, {"words": {"text": "一"}})],
    ids=["another target", "a pause", "a note"],
)
async def test_what_comes_first_takes_no_breach_away(parts: Parts, verb: Verb, wish: dict[str, Any]) -> None:
    hand, clock = await overdue(parts)
    await hand.act(verb, **wish)
    await tells(hand, clock)


async def test_while_the_customer_is_waited_for_it_is_told_too_and_stands_still_then(parts: Parts) -> None:
    hand, clock = await overdue(parts)
    await hand.act(Verb.WAIT_FOR_CUSTOMER)
    await hand.act(Verb.RESUME)
    await hand.act(Verb.CHANGE_PRIORITY, priority="low")
    await tells(hand, clock)


async def test_a_date_that_a_person_sets_then_does_not_undo_it(parts: Parts) -> None:
    hand, clock = await overdue(parts)
    at = hand.now + HOUR
    await hand.act(Verb.SET_DUE, clock="resolution", at=at)
    after = await resolution(hand)
    assert (after["breached_at"], after["due_at"], after["manual"]) == (clock["due_at"], at, True)


async def test_another_version_of_the_process_does_not_undo_it(parts: Parts) -> None:
    async with parts.means.sessions.begin() as session:
        standing = await documents.published(session, "process", KEY)
    assert standing is not None
    await publish(parts.means.sessions, OLD)
    hand, clock = await overdue(parts, "suggestion")
    new = await publish(parts.means.sessions, LONGER | {"clocks": {"resolution": {"normal": "90d"}}})
    await hand.act(Verb.MIGRATE, document=new)
    await publish(parts.means.sessions, standing["body"])
    [moment] = [each for each in hand.plan.moments if each.name == "resolution.breach"]
    assert moment.at == clock["due_at"]


async def test_closed_before_it_was_told_it_is_missed_all_the_same(parts: Parts) -> None:
    hand, clock = await overdue(parts)
    await hand.act(Verb.CANCEL)
    after = await resolution(hand)
    assert (after["breached_at"], after["fulfilled"]) == (clock["due_at"], True)
