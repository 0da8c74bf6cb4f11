"""The outbox: a claim is a lease, so that a stopped process blocks nobody and two never carry the same command."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from voxloop.store import outbox
from voxloop.store.item_tables import outbox as table
from voxloop.store.sessions import Sessions


@pytest.fixture
async def commands(stocked: Sessions) -> Sessions:
    """Twenty commands, and nothing else."""
    async with stocked.begin() as session:
        await session.execute(delete(table))
        for number in range(20):
            await outbox.put(session, "wake_target", f"target/{number}")
    return stocked


async def claim(sessions: Sessions, limit: int = 100) -> list[int]:
    async with sessions.begin() as session:
        return [row["id"] for row in await outbox.claim(session, limit)]


async def test_two_claimers_share_what_there_is(commands: Sessions) -> None:
    shares = await asyncio.gather(*(claim(commands, 7) for _ in range(4)))
    claimed = [id_ for share in shares for id_ in share]
    assert len(set(claimed)) == len(claimed) == 20
    assert await claim(commands) == []


async def test_an_open_claim_holds_nobody_up(commands: Sessions) -> None:
    async with commands.connect() as slow:
        first = [row["id"] for row in await outbox.claim(slow, 5)]
        assert len(await claim(commands)) == 15
        await slow.rollback()
    assert await claim(commands) == first


async def test_a_lapsed_lease_can_be_claimed_and_a_done_command_cannot(commands: Sessions) -> None:
    claimed = await claim(commands)
    async with commands.begin() as session:
        await outbox.done(session, claimed[:5])
        await session.execute(update(table).values(next_attempt_at=func.now() - timedelta(seconds=1)))
    assert await claim(commands) == claimed[5:]


async def test_a_failed_command_waits_longer_each_time(commands: Sessions) -> None:
    pauses = []
    for attempts in (0, 1, 2, 3, 4, 10_000):
        async with commands.begin() as session:
            await session.execute(update(table).values(next_attempt_at=func.now(), attempts=attempts))
            ids = [row["id"] for row in await outbox.claim(session, 100)]
            await outbox.postpone(session, ids)
            pause = select(func.extract("epoch", table.c.next_attempt_at - func.now())).limit(1)
            pauses.append(round((await session.execute(pause)).scalar_one()))
    assert pauses == [2, 4, 5, 5, 5, 5]
