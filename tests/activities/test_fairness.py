"""Whether work goes to people as they have room for it, also when all comes at once; and with a reason for each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from voxloop.settings import read_settings
from voxloop.store.sessions import open_sessions
from voxloop.tests.fairness.office import Office
from voxloop.tests.stock import stock
from voxloop.worker import assemble

CAPACITIES = {"an": 4, "bo": 8, "cy": 12, "di": 16}


@pytest.fixture
async def office(
    new_database: Callable[[str], Awaitable[str]], request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Office]:
    sessions = open_sessions(await new_database(request.node.name[:60]))
    async with sessions.begin() as session:
        await stock(session)
    yield Office((await assemble(read_settings({"VOXLOOP_VAR": str(tmp_path)}), sessions)).means, CAPACITIES)
    await sessions.dispose()


async def test_what_comes_at_once_is_shared_as_there_is_room(office: Office) -> None:
    process = await office.found()
    await office.enter(await office.accept(process, 20))
    assert office.loads() == {"an": 2, "bo": 4, "cy": 6, "di": 8}
    await office.enter(await office.accept(process, 25))
    assert office.loads() == CAPACITIES  # and five lie in the queue
    assert (await office.given())[None] == 5
    assert await office.unexplained() == 0


async def test_turns_are_kept_when_items_come_at_once(office: Office) -> None:
    await office.enter(await office.accept(await office.found("round_robin"), 16))
    assert office.loads() == dict.fromkeys(CAPACITIES, 4)


async def test_who_is_away_gets_nothing_and_what_she_had_goes_to_the_others(office: Office) -> None:
    process = await office.found()
    await office.enter(await office.accept(process, 10))
    await office.leave("di", timedelta(days=1))
    await office.enter(await office.accept(process, 2))
    assert office.loads() == {"an": 2, "bo": 4, "cy": 6}
    office.now += timedelta(days=1)
    await office.enter(await office.accept(process, 8))
    assert office.loads() == {"an": 2, "bo": 4, "cy": 6, "di": 8}
