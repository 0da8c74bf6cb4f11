"""Two sites: one without Temporal, where nothing moves, and one where loops run."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from voxloop.store.sessions import open_sessions
from voxloop.tests.stock import stock
from voxloop.tests.web.site import Site
from voxloop.tests.workflows.house import House, open_real_house
from voxloop.workflows.client import Loops, connect

NOBODY_LISTENS = "127.0.0.1:1"
NewDatabase = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
async def site(new_database: NewDatabase) -> AsyncIterator[Site]:
    """The site while Temporal is down, with the starter pack."""
    sessions = open_sessions(await new_database("site"))
    async with sessions.begin() as session:
        await stock(session)
    yield Site(sessions, Loops(await connect(NOBODY_LISTENS)))
    await sessions.dispose()


@pytest.fixture(scope="session")
async def house(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """An installation whose loops run."""
    async with open_real_house(await new_database("lively"), tmp_path_factory.mktemp("lively")) as house:
        yield house


@pytest.fixture(scope="session")
def lively(house: House) -> Site:
    """Its site."""
    return Site(house.sessions, house.loops)
