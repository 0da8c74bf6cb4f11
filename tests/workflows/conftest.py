"""Two houses for the session: one whose time tests let pass, one on a real (development) server."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from voxloop.tests.workflows.house import House, open_house, open_real_house, register_attributes
from voxloop.workflows.failures import CONVERTER

NewDatabase = Callable[[str], Awaitable[str]]


@pytest.fixture(scope="session")
async def skipping(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    url = await new_database("skipping")
    binary = str(Path(sys.executable).parent / "temporal-test-server")
    env = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=binary, data_converter=CONVERTER)
    async with env:
        await register_attributes(env)
        async with open_house(env, url, tmp_path_factory.mktemp("skipping")) as house:
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
