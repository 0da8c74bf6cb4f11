"""What happens at the steps of a process, as owners and frontends ask for it."""

from collections.abc import AsyncIterator

import pytest

from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.tests.graphql.api import Api
from voxloop.tests.graphql.owners import Owners
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.moving import OLD, publish

TRAFFIC = """query ($key: String!, $days: Int) {
  processTraffic(process: $key, days: $days) { step standing left medianSeconds } }"""
DRAWING = """query ($key: String!, $days: Int) {
  documents(kind: PROCESS, key: $key, first: 1) { nodes { drawing(language: EN, days: $days) } } }"""


@pytest.fixture
async def key(workshop: House) -> AsyncIterator[str]:
    """A process of the test's own; an item stands at its first step, and one that left it at the second."""
    key = f"a_{new_id().hex}"  # by its name it comes before the starter pack's
    await publish(workshop.sessions, OLD, key)
    item, _ = [await workshop.settled_item("suggestion") for _ in range(2)]
    await workshop.act(item, Verb.COMPLETE, outcome="good")
    await workshop.settle()
    yield key
    await workshop.clean()
    await publish(workshop.sessions, OLD | {"handles": []}, key)


async def traffic(api: Api, by: str, key: str) -> dict[str, tuple[int, int]]:
    found = (await api.ask(TRAFFIC, by, key=key))["processTraffic"]
    assert all((each["medianSeconds"] is None) == (each["left"] == 0) for each in found)
    return {each["step"]: (each["standing"], each["left"]) for each in found}


async def test_who_stands_and_who_left_is_counted_by_step(owners: Owners, key: str) -> None:
    assert await traffic(owners.api, "manager", key) == {"review": (1, 1), "plan": (1, 0)}
    assert await traffic(owners.api, "manager", "nowhere") == {}


async def test_only_what_one_can_see_counts(owners: Owners, key: str) -> None:
    assert await traffic(owners.api, "zhou_ming", key) == {}


async def test_it_is_laid_on_the_drawing(owners: Owners, key: str) -> None:
    [plain] = (await owners.api.ask(DRAWING, "manager", key=key))["documents"]["nodes"]
    [laid] = (await owners.api.ask(DRAWING, "manager", key=key, days=7))["documents"]["nodes"]
    assert (plain["drawing"].count("Here now: 1"), laid["drawing"].count("Here now: 1")) == (0, 2)


@pytest.mark.parametrize("days", [0, 367])
async def test_a_time_has_its_bounds(owners: Owners, days: int) -> None:
    assert await owners.api.fail(TRAFFIC, "manager", key="suggestion", days=days) == "BAD_USER_INPUT"
