"""Every outcome of every process of the starter pack, from hand-in to the end of the loop."""

import pytest

from voxloop.domain.process import CLOSE, Process
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.walking import customer_for, starter_processes, take, way_through

OUTCOMES = [
    pytest.param(process, (step.key, outcome), id=f"{process.key}.{step.key}.{outcome}")
    for process in starter_processes()
    for step in process.steps
    for outcome in step.outcomes
]


@pytest.mark.parametrize(("process", "wanted"), OUTCOMES)
async def test_every_outcome_leads_to_its_end(house: House, process: Process, wanted: tuple[str, str]) -> None:
    way = way_through(process, wanted)
    item = await house.settled_item(process.handles[0], customer_ref=customer_for(process, way))
    for exit_ in way:
        await take(house, item, process, exit_)
    closed = await house.row(item)
    assert (closed["stage"], closed["outcome"]) == (CLOSE + "d", process.item_outcome(*way[-1]))
    await house.let_pass(process.reopen_for)
    finished = await house.row(item)
    assert finished["finished_at"] >= closed["closed_at"] + process.reopen_for
    await house.env.client.get_workflow_handle(f"feedback/{item}").result()
