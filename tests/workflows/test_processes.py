"""Every outcome of every process of the starter pack, wherever it may lead, from hand-in to the end of the loop."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from voxloop.domain.process import CLOSE, Process
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.walking import (
    ROUTED,
    Exit,
    exits,
    starter_processes,
    take,
    way_through,
)

OUTCOMES = [
    pytest.param(process, exit_, id=f"{process.key}.{'.'.join(exit_)}")
    for process in starter_processes()
    for exit_ in exits(process)
]


@pytest.mark.parametrize(("process", "wanted"), OUTCOMES)
async def test_every_outcome_leads_to_its_end(house: House, process: Process, wanted: Exit) -> None:
    columns, way = way_through(process, wanted)
    item = await house.settled_item(**_handed_in(process), **columns)
    for exit_ in way:
        await take(house, item, process, exit_)
    closed, (step, outcome, _) = await house.row(item), way[-1]
    assert (closed["stage"], closed["outcome"]) == (CLOSE + "d", process.item_outcome(step, outcome))
    assert closed["closing_reason"] == _reason(process, outcome)
    kinds = await house.kinds(item)
    silent = [process.step(key) for key, given, _ in way if given == "silent"]
    assert kinds.count("reminded") == sum(len(step.remind) for step in silent)
    await house.let_pass(process.reopen_for)
    finished = await house.row(item)
    assert finished["finished_at"] >= closed["closed_at"] + process.reopen_for
    await house.env.client.get_workflow_handle(f"feedback/{item}").result()
    asked = [event["detail"] for event in await house.events(item) if event["kind"] == "survey_sent"][-1:]
    assert [(each["survey"], datetime.fromisoformat(each["due"])) for each in asked] == (
        [(process.survey.kind, closed["closed_at"] + process.survey.after)] if process.survey else []
    )


def _handed_in(process: Process) -> Mapping[str, str]:
    return {"scenario": process.handles[0]} if process.handles else ROUTED[process.key]


def _reason(process: Process, outcome: str) -> str | None:
    return process.closing_reasons.get(outcome) or next(iter(process.reasons), None)
