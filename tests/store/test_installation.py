"""The installation's key and secret, made once however many want them first."""

import asyncio

from voxloop.store import installation
from voxloop.store.sessions import Sessions, open_sessions
from voxloop.tests.conftest import NewDatabase


async def test_all_who_need_the_secret_first_get_the_same(new_database: NewDatabase) -> None:
    sessions = open_sessions(await new_database("first_secret"))
    first = await asyncio.gather(*(_secret(sessions) for _ in range(8)))
    assert len({*first, await _secret(sessions)}) == 1
    assert len(first[0]) >= 32
    await sessions.dispose()


async def _secret(sessions: Sessions) -> str:
    async with sessions.begin() as session:
        return await installation.secret_of(session)
