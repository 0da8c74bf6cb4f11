"""The store on a database of its own, with the starter pack."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from voxloop.store.sessions import Session, Sessions, open_sessions
from voxloop.tests.stock import stock

NewDatabase = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
async def stocked(new_database: NewDatabase) -> AsyncIterator[Sessions]:
    sessions = open_sessions(await new_database("store"))
    async with sessions.begin() as session:
        await stock(session)
    yield sessions
    await sessions.dispose()


@pytest.fixture
async def session(stocked: Sessions) -> AsyncIterator[Session]:
    """A transaction that is undone after the test."""
    async with stocked.connect() as session:
        yield session
        await session.rollback()
