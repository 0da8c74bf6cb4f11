"""Clocks over the API: what a badge shows, why a clock aims where it aims, and dates that managers promise."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voxloop.tests.graphql.api import Api
from voxloop.tests.workflows.house import House
from voxloop.tests.workflows.timed import timed_questions

CLOCKS = """query ($code: String!) { feedback(code: $code) { dueAt
  clocks { name state targetSeconds elapsedSeconds remainingSeconds dueAt manual timeZone calendar { key version }
    events { kind at lateSeconds dueAt why } }
  timeline { kind sentence(language: EN) } } }"""


@pytest.fixture
async def question(house: House) -> str:
    """The code of one that waits for its answer."""
    return str((await house.row(await house.settled_item("question")))["code"])


async def clocks_of(api: Api, code: str) -> dict[str, Any]:
    item = (await api.ask(CLOCKS, code=code))["feedback"]
    return {clock["name"]: clock for clock in item["clocks"]} | {"item": item}


async def test_a_running_clock_says_what_has_passed_and_what_is_left(living: Api, question: str) -> None:
    clock = (await clocks_of(living, question))["FINISH"]
    assert (clock["state"], clock["manual"]) == ("RUNNING", False)
    assert (clock["timeZone"], clock["calendar"]["key"]) == ("Asia/Shanghai", "service")
    assert clock["elapsedSeconds"] + clock["remainingSeconds"] == pytest.approx(clock["targetSeconds"], abs=1)
    [started] = clock["events"]
    assert (started["kind"], started["dueAt"], started["lateSeconds"]) == ("activate", clock["dueAt"], 0)
    assert (started["why"]["priority"], started["why"]["level"]) == ("normal", "regular")


async def test_a_badge_says_that_the_calendar_holds_a_clock(living: Api, house: House) -> None:
    async with timed_questions(house, {"normal": "2h", "calendar": "never"}):
        code = (await house.row(await house.settled_item("question")))["code"]
    found = await clocks_of(living, code)
    clock = found["FINISH"]
    assert (clock["state"], clock["dueAt"], clock["remainingSeconds"]) == ("OUTSIDE_HOURS", None, None)
    assert (clock["elapsedSeconds"], clock["timeZone"], clock["calendar"]["key"]) == (0, "Asia/Shanghai", "never")
    entered = next(event for event in found["item"]["timeline"] if event["kind"] == "step_entered")
    assert entered["sentence"].endswith("“Completion” has no due date: its calendar does not open long enough.")


async def test_a_manager_promises_a_date_and_takes_it_back(living: Api, question: str) -> None:
    before = (await clocks_of(living, question))["FINISH"]
    at = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    wanted = {"id": question, "clock": "FINISH", "at": at.isoformat()}
    assert (await living.do("setDueDate", "manager", key="promise", **wanted))["userErrors"] == []
    promised = (await clocks_of(living, question))["FINISH"]
    assert (promised["manual"], datetime.fromisoformat(promised["dueAt"])) == (True, at)
    assert promised["events"][-1]["why"] == {"manual": True, "by": "integration:manager"}
    back = await living.do("setDueDate", "manager", key="back", id=question, clock="FINISH", at=None)
    assert back["userErrors"] == []
    found = await clocks_of(living, question)
    assert (found["FINISH"]["manual"], found["FINISH"]["dueAt"]) == (False, before["dueAt"])
    said = [event["sentence"] for event in found["item"]["timeline"] if event["kind"] == "due_set"]
    assert said[0].startswith(f"manager set when “Completion” is due: {at:%Y-%m-%d %H:%M} UTC (before: ")


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "2400-01-01T00:00:00Z"])
async def test_a_date_is_refused_up_to_which_nobody_counts(living: Api, question: str, at: str) -> None:
    wanted = {"id": question, "clock": "FINISH", "at": at}
    [(code, field)] = await living.refused("setDueDate", "manager", key="far", **wanted)
    assert (code, field) == ("OUT_OF_RANGE", ["at"])


async def test_a_date_is_refused_that_has_passed_or_is_not_theirs_to_set(living: Api, question: str) -> None:
    wanted = {"id": question, "clock": "FINISH", "at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat()}
    assert await living.refused("setDueDate", "manager", key="past", **wanted) == [("NOT_IN_FUTURE", ["at"])]
    later = wanted | {"at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    assert await living.refused("setDueDate", "li_na", key="hers", **later) == [("FORBIDDEN", None)]
    other = later | {"clock": "NEXT_REPLY"}
    assert await living.refused("setDueDate", "manager", key="none", **other) == [("CLOCK_NOT_RUNNING", None)]
