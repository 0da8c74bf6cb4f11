"""Rows are a projection of the event log, and Temporal's search attributes are one of the rows."""

import json
from collections.abc import Iterable
from datetime import timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

import orjson
import pytest

from voxloop.domain.feedback import FeedbackType
from voxloop.domain.loop import Verb
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row
from voxloop.tests.workflows.house import House, until
from voxloop.tests.workflows.walking import exits, starter_processes, take, way_through
from voxloop.workflows.policies import FEEDBACK_LOOP

AS_ACCEPTED = {"stage": "received", "priority": "normal", "tags": [], "round": 1, "overdue": False}
NOT_IN_EVENTS = {"number", "code", "text", "search_keys", "similar_keys", "argument_hash", "idempotency_key", "xid"}
SAMPLE = [json.loads(line) for line in files("voxloop.starter").joinpath("sample/feedback.jsonl").open("rb")]
PROCESSES = {process.handles[0]: process for process in starter_processes() if process.handles}
COLUMNS = {"text", "language", "channel", "rating", "product", "module", "batch", "region", "scenario"}


def fold(events: Iterable[Row]) -> dict[str, Any]:
    """The item that its events tell, as JSON values."""
    item: dict[str, Any] = dict.fromkeys((column.name for column in feedback.c), None) | AS_ACCEPTED
    for event in events:
        item |= event["changes"] | {"version": event["version"]}
    return {name: value for name, value in item.items() if name not in NOT_IN_EVENTS}


def as_json(row: Row) -> dict[str, Any]:
    plain = {str(name): value for name, value in row.items() if name not in NOT_IN_EVENTS}
    loaded: dict[str, Any] = orjson.loads(orjson.dumps(plain, default=str))
    return loaded


@pytest.mark.parametrize("sample", [SAMPLE[place] for place in (0, 1, 2, 6, 11, 13, 20)], ids=lambda row: row["id"])
async def test_folding_the_events_of_a_sample_gives_its_row(house: House, sample: dict[str, Any]) -> None:
    columns = {name: value for name, value in sample.items() if name in COLUMNS}
    columns["product_line"] = "app" if sample["product"].startswith("app") else "kitchen"
    item = await house.settled_item(columns.pop("scenario", None), customer_ref=sample["customer"], **columns)
    await house.let_pass(timedelta(hours=30))
    seen = [as_json(await house.row(item))]
    process = PROCESSES[FeedbackType(seen[0]["type"])]
    wanted = next((exit_ for exit_ in exits(process) if exit_[:2] == ("confirm", "rejected")), None)
    for exit_ in way_through(process, wanted)[1] if wanted else ():
        await take(house, item, process, exit_)
        seen.append(as_json(await house.row(item)))
    await house.let_pass(timedelta(days=15))
    seen.append(as_json(await house.row(item)))
    events = await house.events(item)
    for row in seen:
        assert fold(event for event in events if event["version"] <= row["version"]) == row
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))


async def upserted(house: House, item: UUID) -> dict[str, Any]:
    """The search attributes that the loop has shown to Temporal."""
    found: dict[str, Any] = {}
    for event in (await house.history(item)).events:
        fields = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
        found |= {name: json.loads(payload.data or "null") for name, payload in fields.items()}
    return {name: value for name, value in found.items() if value is not None}


async def test_temporal_shows_where_the_item_stands(house: House) -> None:
    item = await house.settled_item("defect", product_line="app", customer_ref="C0004")
    lasting = {"VoxType": "defect", "VoxTeam": "rd_bugfix", "VoxProductLine": "app", "VoxCustomerLevel": "vip"}
    due = (await house.row(item))["due_at"].isoformat()
    working = {"VoxPriority": "normal", "VoxStage": "working", "VoxOverdue": False}
    assert await upserted(house, item) == lasting | working | {"VoxDueAt": due}
    await house.let_pass(timedelta(hours=49))
    later = await upserted(house, item)
    assert (later["VoxOverdue"], later["VoxPriority"]) == (True, "high")
    await house.act(item, Verb.CANCEL, reason="given_up")
    closed = {"VoxPriority": "high", "VoxStage": "closed", "VoxOverdue": False}
    assert await upserted(house, item) == lasting | closed


async def test_ops_find_an_item_by_its_attributes(real_house: House) -> None:
    item = await real_house.settled_item("defect")
    running = f"WorkflowType = '{FEEDBACK_LOOP}' AND ExecutionStatus = 'Running'"

    async def listed(query: str) -> list[str]:
        return [loop.id async for loop in real_house.env.client.list_workflows(query)]

    async def found() -> bool:
        query = running + " AND VoxStage = 'working' AND VoxTeam = 'rd_bugfix' AND VoxOverdue = {}"
        late, in_time = [await listed(query.format(overdue)) for overdue in ("true", "false")]
        return f"feedback/{item}" in in_time and f"feedback/{item}" not in late

    async def counted() -> bool:  # what other tests left running is counted too
        return (await real_house.loops.count())["running"] == len(await listed(running))

    await until(found, "listed")
    await until(counted, "counted")


async def test_a_long_history_goes_on_in_a_new_run_and_keeps_its_answers(real_house: House) -> None:
    item = await real_house.settled_item("defect")
    act = await real_house.wish(item, Verb.NOTE, {"text": "记一笔"})
    first = await real_house.loops.act(item, act)
    before = await real_house.env.client.get_workflow_handle(f"feedback/{item}").describe()

    async def goes_on() -> bool:
        await real_house.act(item, Verb.NOTE, {"text": "又一笔"})
        return (await real_house.env.client.get_workflow_handle(f"feedback/{item}").describe()).run_id != before.run_id

    await until(goes_on, "a new run")
    assert await real_house.loops.act(item, act) == first
    await real_house.act(item, Verb.ACCEPT)
    assert (await real_house.kinds(item)).count("accepted") == 1
