"""Forty running items: a new version disturbs none, half of them go there and come back, and nobody goes twice."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from voxloop import bulk, migrating
from voxloop.activities.migration_runs import MigrationRuns
from voxloop.acts import Asked, Wish
from voxloop.background import running
from voxloop.bulk import Many
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.domain.operations import RunState
from voxloop.domain.viewer import Viewer
from voxloop.migrating import Move
from voxloop.reception import Parts
from voxloop.store import bulks, documents
from voxloop.store.item_tables import event, feedback
from voxloop.store.listing import Wanted
from voxloop.store.sessions import Row
from voxloop.store.work_tables import clock, clock_event, step_run
from voxloop.tests.workflows.house import House, until
from voxloop.tests.workflows.moving import (
    KEY,
    LONGER,
    OLD,
    OWNER,
    WITHOUT_PLAN,
    among,
    ended,
    moved,
    publish,
    taken_back,
)

COUNT = 40


class Crowd:
    """Forty items of one region, each at its first step under the old version."""

    def __init__(self, house: House, parts: Parts, region: str) -> None:
        self.house, self.parts, self.region = house, parts, region

    async def rows(self, what: Any) -> Sequence[Row]:
        async with self.house.sessions.begin() as session:
            return (await session.execute(what)).mappings().all()

    async def all_of_them(self) -> list[Sequence[Row]]:
        """Every row about them: items, steps, clocks and what happened to these, events."""
        mine = self.house.items
        runs = select(step_run).where(step_run.c.item.in_(mine)).order_by(step_run.c.item, step_run.c.seq)
        clocks = select(clock).where(clock.c.item.in_(mine)).order_by(clock.c.id)
        happened = select(clock_event).where(clock_event.c.clock.in_(select(clock.c.id).where(clock.c.item.in_(mine))))
        return [
            await self.rows(select(feedback).where(feedback.c.id.in_(mine)).order_by(feedback.c.number)),
            await self.rows(runs),
            await self.rows(clocks),
            await self.rows(happened.order_by(clock_event.c.id)),
            await self.rows(select(event).where(event.c.item.in_(mine)).order_by(event.c.item, event.c.version)),
        ]

    async def deadlines(self) -> dict[tuple[UUID, str], datetime | None]:
        found = select(clock.c.item, clock.c.name, clock.c.due_at).where(
            clock.c.item.in_(self.house.items), clock.c.ended_at.is_(None)
        )
        return {(row["item"], row["name"]): row["due_at"] for row in await self.rows(found)}

    async def versions(self) -> Counter[int]:
        """How many items keep to which version."""
        found = select(feedback.c.process).where(feedback.c.id.in_(self.house.items))
        return Counter(row["process"] for row in await self.rows(found))

    async def moves(self) -> Counter[int]:
        """How many items went to another version how many times."""
        mine = self.house.items
        counted = select(event.c.item, func.count().label("times")).where(event.c.item.in_(mine))
        found = await self.rows(counted.where(event.c.kind == "migrated").group_by(event.c.item))
        return Counter(row["times"] for row in found)


@pytest.fixture
async def crowd(real_house: House) -> AsyncIterator[Crowd]:
    house = real_house
    async with house.sessions.begin() as session:
        standing = await documents.published(session, "process", KEY)
    assert standing is not None
    await publish(house.sessions, OLD)
    region = f"region-{new_id()}"
    for _ in range(COUNT):
        await house.hand_in("suggestion", region=region)
    await house.settle()
    yield Crowd(house, Parts(house.sessions, house.loops, house.relay), region)
    await house.settle()
    await publish(house.sessions, standing["body"])


async def test_half_of_them_go_and_come_back_and_every_timeline_tells_it(crowd: Crowd) -> None:
    before, due = await crowd.all_of_them(), await crowd.deadlines()
    [old] = await crowd.versions()
    new = await publish(crowd.house.sessions, LONGER)
    assert await crowd.all_of_them() == before  # none is disturbed
    async with running(crowd.house.relay.run()):
        run = await moved(crowd.parts, str(new_id()), crowd.region, limit=COUNT // 2)
        assert (run["state"], run["done"], run["refused"]) == (RunState.DONE, COUNT // 2, 0)
        assert await crowd.versions() == {old: COUNT // 2, new: COUNT // 2}
        assert await crowd.moves() == {1: COUNT // 2}
        assert len(set(due.items()) - set((await crowd.deadlines()).items())) == COUNT // 2  # of their first step
        back = await taken_back(crowd.parts, str(new_id()), run)
        assert (back["state"], back["done"], back["refused"]) == (RunState.DONE, COUNT // 2, 0)
        assert (await crowd.versions(), await crowd.moves()) == ({old: COUNT}, {2: COUNT // 2})
        assert await crowd.deadlines() == due


async def test_while_others_act_on_them_all_go_and_what_is_published_meanwhile_is_for_others(crowd: Crowd) -> None:
    new = await publish(crowd.house.sessions, LONGER)
    region = among(crowd.region)
    urgent = Asked(Wish(Verb.CHANGE_PRIORITY, priority="urgent"), str(new_id()))
    run = await migrating.start(crowd.parts, OWNER, Move(KEY, None, {}, region), str(new_id()))
    acts = await bulk.start(crowd.parts, OWNER, Many(Wanted(region)), urgent)
    await publish(crowd.house.sessions, WITHOUT_PLAN)
    async with running(crowd.house.relay.run()):
        whole = await ended(crowd.parts, run["id"])

        async def all_are_urgent() -> bool:
            async with crowd.house.sessions.begin() as session:
                row = await bulks.get(session, acts["id"])
            return row is not None and (row["state"], row["done"], row["refused"]) == (RunState.DONE, COUNT, 0)

        await until(all_are_urgent)
    assert (whole["state"], whole["done"], whole["refused"]) == (RunState.DONE, COUNT, 0)
    assert (await crowd.versions(), await crowd.moves()) == ({new: COUNT}, {1: COUNT})


async def test_a_worker_that_is_lost_in_the_middle_moves_nobody_twice(crowd: Crowd) -> None:
    new = await publish(crowd.house.sessions, LONGER)
    async with crowd.house.sessions.begin() as session:  # no errand hears of it before the relay runs
        viewer, move = Viewer("t", "t", OWNER.role, "li_na"), Move(KEY, None, {}, among(crowd.region))
        run = await migrating.begin(session, viewer, move, str(new_id()))
    lost = MigrationRuns(crowd.house.parts.means, crowd.house.loops)
    attempt = asyncio.create_task(lost.go_on(str(run["id"]), datetime.now(UTC)))

    async def some_are_moved() -> bool:
        return (await crowd.moves())[1] >= COUNT // 8

    await until(some_are_moved)
    attempt.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await attempt
    async with running(crowd.house.relay.run()):
        whole = await ended(crowd.parts, run["id"])
    assert (whole["done"], whole["refused"]) == (COUNT, 0)
    assert (await crowd.versions(), await crowd.moves()) == ({new: COUNT}, {1: COUNT})
