"""An office that is played turn by turn: items come in and are given to people by the real activities, as loops do.

Nobody sleeps: in each round so many items come in, eight at once, and everybody completes a share of what she has, so
that people do as much as they have room for. What happened is read from the rows.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from voxloop.activities.acts import Acts
from voxloop.activities.handovers import Handovers
from voxloop.activities.scene import Means
from voxloop.activities.steps import Steps
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Act, Answer, Plan, Turn, Verb
from voxloop.store import absences, documents
from voxloop.store.item_tables import feedback
from voxloop.store.tables import member, team, team_member
from voxloop.store.work_tables import assignment

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEAM, STEP = "crowd", "handle"
AT_ONCE = 8
_ROUND = timedelta(minutes=10)
_DECIDED = 4


@dataclass
class Office:
    """A team of people with these capacities. ``open``: what each has, as the turns told."""

    means: Means
    capacities: Mapping[str, int]
    dice: Random = field(default_factory=lambda: Random(6))
    now: datetime = START
    plans: dict[UUID, Plan] = field(default_factory=dict)
    _begun: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _fewer: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def found(self, assign: str = "least_loaded") -> int:
        """Hire everybody; answers the version of the process by which items are handled."""
        title = {"zh-CN": "全员", "en": "Everybody"}
        async with self.means.sessions.begin() as session:
            await session.execute(insert(team).values(key=TEAM, title=title))
            for key, capacity in self.capacities.items():
                await session.execute(insert(member).values(key=key, name=title, capacity=capacity))
                await session.execute(insert(team_member).values(team=TEAM, member=key))
            step = {"key": STEP, "kind": "task", "team": TEAM, "assign": assign, "outcomes": {"done": "close"}}
            body = {"key": TEAM, "title": title, "reopen_for": "1d", "steps": [step]}
            return await documents.publish(session, "process", TEAM, body, "test")

    async def accept(self, process: int, many: int) -> list[UUID]:
        """Items that rules have sent to the team."""
        items = [new_id() for _ in range(many)]
        values: dict[str, Any] = {
            "source": "test",
            "argument_hash": "-",
            "text": "-",
            "language": "en",
            "channel": "app",
        }
        values |= {"received_at": self.now, "search_keys": [], "version": _DECIDED, "process": process}
        rows = [{"id": item, "idempotency_key": str(item), **values} for item in items]
        async with self.means.sessions.begin() as session:
            await session.execute(insert(feedback), rows)
        return items

    async def enter(self, items: Iterable[UUID]) -> None:
        """Bring items to the step, several at once."""
        await self._at_once(self._enter(item) for item in items)

    async def work(self, share: float) -> None:
        """Everybody completes this share of what she has, any of it; what is left of an item counts next time."""
        for key in self.capacities:
            hers = [item for item, plan in self.plans.items() if plan.owner == key]
            many, self._begun[key] = divmod(len(hers) * share + self._begun[key], 1)
            await self._at_once(self._complete(item) for item in self.dice.sample(hers, min(int(many), len(hers))))
        self.now += _ROUND

    async def leave(self, key: str, for_: timedelta) -> None:
        """Somebody is away from now on, and what she has goes to others."""
        span = {"since": self.now, "until": self.now + for_, "hand_over": True}
        async with self.means.sessions.begin() as session:
            await absences.add(session, id=new_id(), member=key, author="test", **span)
        assert (await Handovers(self.means, self).go_on(key, self.now)).done

    async def act(self, item: UUID, act: Act, known: int) -> Answer:
        """What a loop does with an act."""
        plan = self.plans[item]
        self.plans[item] = await Acts(self.means).perform(self._turn(item, plan), act)
        return Answer(self.plans[item].version)

    def loads(self) -> Counter[str]:
        """How many items each has."""
        return Counter(plan.owner for plan in self.plans.values() if plan.owner is not None)

    def filled(self) -> dict[str, float]:
        """What each has for her capacity."""
        loads = self.loads()
        return {key: loads[key] / capacity for key, capacity in self.capacities.items()}

    async def given(self, since: datetime = START) -> dict[str | None, int]:
        """How many items each was given from an instant on; None: to nobody."""
        counted = select(assignment.c.member, func.count()).where(assignment.c.began_at >= since)
        async with self.means.sessions.begin() as session:
            found = await session.execute(counted.where(assignment.c.team == TEAM).group_by(assignment.c.member))
            return {row[0]: row[1] for row in found}

    async def unexplained(self) -> int:
        """How many assignments do not say of each of the team what was decided."""
        wanted = select(assignment.c.reason).where(assignment.c.team == TEAM)
        async with self.means.sessions.begin() as session:
            reasons = (await session.execute(wanted)).scalars().all()
        return sum({each["member"] for each in reason["why"]} != set(self.capacities) for reason in reasons)

    async def _enter(self, item: UUID) -> None:
        self.plans[item] = await Steps(self.means).enter(self._turn(item, Plan(_DECIDED)), STEP)

    async def _complete(self, item: UUID) -> None:
        plan = self.plans.pop(item)
        act = Act(Verb.COMPLETE, f"member:{plan.owner}", str(item), outcome="done")
        await Acts(self.means).perform(self._turn(item, plan), act)

    def _turn(self, item: UUID, plan: Plan) -> Turn:
        return Turn(str(item), plan.version + 1, plan.number, self.now)

    async def _at_once(self, works: Iterable[Awaitable[None]]) -> None:
        async def one(work: Awaitable[None]) -> None:
            async with self._fewer:
                await work

        await asyncio.gather(*map(one, works))
