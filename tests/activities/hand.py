"""A loop played by hand: one turn after the other, at instants that the test chooses."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from temporalio.converter import DataConverter

from voxloop.activities.acts import Acts
from voxloop.activities.intake import Intake
from voxloop.activities.steps import Steps
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Act, Plan, Turn, Verb
from voxloop.store import contents, events
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row
from voxloop.tests.items import hand_in
from voxloop.worker import Parts

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
Turning = Callable[..., Awaitable[Plan]]


@dataclass
class Hand:
    """What a loop does, without Temporal. ``now`` is the test's to set, ``last`` the latest turn and its arguments."""

    parts: Parts
    item: UUID
    now: datetime = START
    plan: Plan = field(default_factory=lambda: Plan(1))
    last: tuple[Turning, tuple[Any, ...]] | None = None

    async def turn(self, activity: Turning, *about: object) -> Plan:
        """Take a turn, then go where it says."""
        await self.once(activity, *about)
        while self.plan.goto is not None:
            await self.once(Steps(self.parts.means).enter, self.plan.goto)
        return self.plan

    async def once(self, activity: Turning, *about: object) -> Plan:
        """Take one turn and stay there."""
        turn = Turn(str(self.item), self.plan.version + 1, self.plan.number, self.now)
        self.last = (activity, (turn, *about))
        self.plan = await called(activity, turn, *about)
        return self.plan

    async def again(self) -> Plan:
        """The latest turn once more, as after a lost answer."""
        assert self.last is not None
        return await called(self.last[0], *self.last[1])

    async def act(self, verb: Verb, words: dict[str, Any] | None = None, **wish: Any) -> Plan:
        """A member's act."""
        content = None
        if words is not None:
            async with self.parts.means.sessions.begin() as session:
                content = str(await contents.offer(session, self.item, "member:li_na", words))
        act = Act(verb, "member:li_na", str(new_id()), content=content, **wish)
        return await self.turn(Acts(self.parts.means).perform, act)

    async def row(self) -> Row:
        async with self.parts.means.sessions.begin() as session:
            return (await session.execute(select(feedback).where(feedback.c.id == self.item))).mappings().one()

    async def events(self) -> list[Row]:
        async with self.parts.means.sessions.begin() as session:
            return list(await events.of_items(session, [self.item]))


async def called(activity: Turning, *arguments: object) -> Plan:
    """An activity's answer as the workflow gets it: out of a payload."""
    converter = DataConverter.default
    plan: Plan
    [plan] = await converter.decode(await converter.encode([await activity(*arguments)]), [Plan])
    return plan


async def begin(parts: Parts, scenario: str, **columns: Any) -> Hand:
    """An item that has been received and stands at its first step."""
    async with parts.means.sessions.begin() as session:
        hand = Hand(parts, await hand_in(session, START, scenario=scenario, **columns))
    intake = Intake(parts.means)
    for activity in (intake.acknowledge, intake.classify, intake.decide):
        await hand.turn(activity)
    return hand
