"""Installations with the API on them: one without Temporal, where nothing moves, one where loops run, and one whose
owners change the rules.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from voxloop.background import running
from voxloop.domain.viewer import Role
from voxloop.store.sessions import open_sessions
from voxloop.tests.graphql.api import Api
from voxloop.tests.graphql.owners import Owners
from voxloop.tests.stock import stock
from voxloop.tests.workflows.house import House, open_real_house
from voxloop.workflows.client import Loops, connect

NOBODY_LISTENS = "127.0.0.1:1"
NewDatabase = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
async def still(new_database: NewDatabase) -> AsyncIterator[Api]:
    """The API while Temporal is down, with the starter pack and a token for each role."""
    sessions = open_sessions(await new_database("still"))
    async with sessions.begin() as session:
        await stock(session)
    api = Api(sessions, Loops(await connect(NOBODY_LISTENS)))
    await _give_tokens(api)
    yield api
    await sessions.dispose()


@pytest.fixture(scope="session")
async def house(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """An installation whose loops run."""
    async with open_real_house(await new_database("living"), tmp_path_factory.mktemp("living")) as house:
        yield house


@pytest.fixture(scope="session")
async def living(house: House) -> Api:
    """Its API, with a token for each role."""
    api = Api(house.sessions, house.loops)
    await _give_tokens(api)
    return api


@pytest.fixture(scope="session")
async def workshop(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """An installation whose relay runs by itself, since owners wait for what they ask."""
    url, var = await new_database("workshop"), tmp_path_factory.mktemp("workshop")
    async with open_real_house(url, var) as house, running(house.relay.run()):
        yield house


@pytest.fixture(scope="session")
async def owners(workshop: House) -> Owners:
    """Its owners, with a token for each role."""
    api = Api(workshop.sessions, workshop.loops)
    await _give_tokens(api)
    return Owners(api)


async def _give_tokens(api: Api) -> None:
    await api.give("admin", Role.ADMIN)
    await api.give("manager", Role.MANAGER)
    await api.give("web", Role.INTAKE)
    await api.give("shop", Role.INTAKE)
    for member in ("zhou_ming", "li_na", "sun_yi"):
        await api.give(member, Role.HANDLER, member)
