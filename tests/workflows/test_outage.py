"""The worker dies between levels: afterwards each fires once, in order, and says how late it is.

Loops with one deadline act on it at instants of their own within a stated window; what is stored of it stays exact.
"""

import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from temporalio.testing import WorkflowEnvironment

from voxloop.tests.workflows.house import House, open_house, until
from voxloop.tests.workflows.test_escalation import clock_events, clock_of
from voxloop.workflows.attributes import KEYS
from voxloop.workflows.failures import CONVERTER

NewDatabase = Callable[[str], Awaitable[str]]
SCALE = 14_400  # a day passes in six seconds
DAY = timedelta(days=1) / SCALE
WINDOW = timedelta(hours=1) / SCALE
SETTINGS = {"TIME_SCALE": str(SCALE), "SPREAD_SECONDS": "3600"}
CHAIN = ["escalate.0", "escalate.1", "finish.breach", "escalate.2"]


async def test_after_an_outage_each_level_fires_once_and_in_order(new_database: NewDatabase, tmp_path: Path) -> None:
    url, binary = await new_database("outage"), str(Path(sys.executable).parent / "temporal")
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary, search_attributes=KEYS, data_converter=CONVERTER
    )
    async with environment as env:
        async with open_house(env, url, tmp_path, settings=SETTINGS) as house:
            items = [await house.hand_in("defect") for _ in range(3)]
            await house.settle()
            ends = max([(await clock_of(house, item, "finish"))["due_at"] for item in items]) + DAY
        await until(lambda: passed(env, ends), "all is due while nobody works")
        async with open_house(env, url, tmp_path, settings=SETTINGS) as later:
            later.items += items
            await later.settle()
            for item in items:
                await tells_all_once(later, item, ends)
            await acts_are_spread(later)
            await later.clean()


async def passed(env: WorkflowEnvironment, at: datetime) -> bool:
    return await env.get_current_time() > at


async def tells_all_once(house: House, item: UUID, resumed: datetime) -> None:
    events = [event for event in await house.events(item) if "moment" in event["detail"]]
    names = [event["detail"]["moment"] for event in events]
    assert [name for name in names if name in CHAIN] == CHAIN
    assert sorted(names) == sorted(set(names))
    last = next(event for event in events if event["detail"]["moment"] == "escalate.2")
    late = (last["at"] - datetime.fromisoformat(last["detail"]["due"])).total_seconds()
    assert last["detail"]["late_seconds"] == pytest.approx(late)
    assert last["at"] > resumed
    clock = await clock_of(house, item, "finish")
    assert clock["breached_at"] == clock["due_at"] == clock["started_at"] + DAY
    [breach] = [event for event in await clock_events(house, clock) if event["kind"] == "breach"]
    [told] = [event for event in events if event["detail"]["moment"] == "finish.breach"]
    assert breach["late_seconds"] == told["detail"]["late_seconds"]


async def acts_are_spread(house: House) -> None:
    delays = set()
    for item in house.items:
        delay = house.parts.means.delay(item)
        delays.add(delay)
        assert {moment.delay for moment in (await house.plan(item)).moments} <= {delay}
        moments = [event["detail"] for event in await house.events(item) if "moment" in event["detail"]]
        assert all(moment["late_seconds"] >= delay for moment in moments)
    assert len(delays) == len(house.items)
    assert all(0 <= delay <= WINDOW.total_seconds() for delay in delays)
