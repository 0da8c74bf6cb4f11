"""The parts of the guide for frontend teams whose operations follow one another: items together, many, processes."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from voxloop.domain.identity import global_id, new_id
from voxloop.domain.viewer import Role
from voxloop.store import documents
from voxloop.tests.external.guide import Operation, of_our_own, operations, under
from voxloop.tests.graphql.api import Api
from voxloop.tests.graphql.owners import Owners
from voxloop.tests.workflows.house import House, until
from voxloop.tests.workflows.moving import KEY, publish

FIRST, SECOND = "FB-000123", "FB-000124"
# The ids that the guide makes up for what goes on by itself.
MADE_UP = {
    "bulkRun": "QnVsa1J1bjowMTlhMjFhZi0xZjAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDE=",
    "whatIf": "V2hhdElmOjAxOWEyMWFmLTFmMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMQ==",
    "migration": "TWlncmF0aW9uOjAxOWEyMWFmLTFmMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMQ==",
}


@pytest.fixture
async def api(owners: Owners, workshop: House) -> AsyncIterator[Api]:
    await owners.api.give("guided", Role.ADMIN, "li_na")
    yield owners.api
    await workshop.settle()


async def item(workshop: House, scenario: str, **columns: str) -> str:
    """The global id of an item that waits for somebody."""
    return global_id("Feedback", await workshop.settled_item(scenario, **columns))


async def run(api: Api, operation: Operation, known: Mapping[str, str]) -> Any:
    """What an operation answers that nothing speaks against."""
    [answer] = (await api.ask(operation.document, "guided", **of_our_own(operation, known))).values()
    assert answer is not None
    if isinstance(answer, dict):
        assert answer.get("userErrors", []) == answer.get("problems", []) == []
    return answer


async def run_to_its_end(api: Api, operation: Operation, known: Mapping[str, str]) -> Any:
    """Likewise; what goes on by itself is asked for until it has ended."""
    found: list[Any] = []

    async def ended() -> bool:
        found.append(await run(api, operation, known))
        return operation.kind == "mutation" or "state" not in found[-1] or found[-1]["state"] == "DONE"

    await until(ended, operation.name)
    return found[-1]


async def run_in_order(api: Api, part: str, **items: str) -> dict[str, Any]:
    """The answers to a part's operations by their names."""
    known, found = dict(items), dict[str, Any]()
    for operation in under(part):
        answer = found[operation.name] = await run_to_its_end(api, operation, known)
        known |= {MADE_UP[noun]: answer[noun]["id"] for noun in MADE_UP if noun in answer}
    return found


async def test_items_that_belong_together(api: Api, workshop: House) -> None:
    first, second = [await item(workshop, "question") for _ in range(2)]
    found = await run_in_order(api, "Items that belong together", **{FIRST: first, SECOND: second})
    assert found["MergeMutation"]["feedback"]["stage"] == "CLOSED"
    assert found["FollowMutation"]["feedback"]["followedByMe"] is True
    assert len(found["LinkMutation"]["feedback"]["links"]) == 1


async def test_many_items_at_once(api: Api, workshop: House) -> None:
    await item(workshop, "question", product_line="kitchen", product="air_fryer_p3")
    found = await run_in_order(api, "Many items at once")
    assert found["BulkQuery"]["done"] == found["BulkQuery"]["total"] >= 1


async def test_processes_and_calendars(api: Api, workshop: House) -> None:
    async with workshop.sessions.begin() as session:
        standing = await documents.published(session, "process", KEY)
    assert standing is not None
    await workshop.forget_others()
    await item(workshop, KEY, region=str(new_id()))
    await publish(workshop.sessions, standing["body"] | {"reopen_for": "21d"})
    found = await run_in_order(api, "Processes and calendars")
    [drawn] = found["DrawingQuery"]["nodes"]
    assert drawn["drawing"].startswith("<svg")
    assert found["SimulateProcessQuery"]["end"] == "CLOSED"
    assert found["WhatIfQuery"]["failure"] is None
    assert found["MigrationPreviewQuery"]["movable"] >= 1
    assert (found["MigrationQuery"]["state"], found["MigrationQuery"]["refused"]) == ("DONE", 0)
    assert len(found["CalendarDaysQuery"]) == 14
    await publish(workshop.sessions, standing["body"])


async def test_the_next_one_from_the_queue(api: Api, workshop: House) -> None:
    waiting = await item(workshop, "question")
    done = await api.do("reassign", "guided", id=waiting, team="customer_service", key=str(new_id()))
    assert done["userErrors"] == []
    claim = operations()["ClaimNextMutation"]
    taken = (await run(api, claim, {}))["feedback"]
    assert taken["owner"] == {"key": "li_na"}
    assert (await run(api, claim, {}))["feedback"]["id"] == taken["id"]
