"""Activities played without Temporal, on a database of their own with the starter pack."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from voxloop.settings import read_settings
from voxloop.store.sessions import open_sessions
from voxloop.tests.stock import stock
from voxloop.worker import Parts, assemble

NewDatabase = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
async def parts(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Parts]:
    sessions = open_sessions(await new_database("activities"))
    async with sessions.begin() as session:
        await stock(session)
    var = str(tmp_path_factory.mktemp("activities"))
    yield await assemble(read_settings({"VOXLOOP_VAR": var, "VOXLOOP_SPREAD_SECONDS": "0"}), sessions)
    await sessions.dispose()
