"""Two houses for the session: one whose time tests let pass, one on a real (development) server."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from voxloop.tests.workflows.house import House, open_real_house, open_skipping_house

NewDatabase = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
async def skipping(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_skipping_house(await new_database("skipping"), tmp_path_factory.mktemp("skipping")) as house:
        yield house


@pytest.fixture(scope="session")
async def developing(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    url, var = await new_database("developing"), tmp_path_factory.mktemp("developing")
    short = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=30")
    async with open_real_house(url, var, *short) as house:
        yield house


@pytest.fixture
async def house(skipping: House) -> AsyncIterator[House]:
    """The house whose time can pass."""
    yield skipping
    await skipping.clean()


@pytest.fixture
async def real_house(developing: House) -> AsyncIterator[House]:
    """The house on the development server; a run continues as new after some 30 events."""
    yield developing
    await developing.clean()
