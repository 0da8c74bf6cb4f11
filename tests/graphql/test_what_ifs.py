"""What-ifs and simulations of processes over the API, as an owner's frontend asks for them."""

from typing import Any

import pytest

from voxloop.domain.identity import new_id
from voxloop.tests.graphql.api import Answer
from voxloop.tests.graphql.owners import Owners
from voxloop.tests.workflows.house import House, until

FIGURES = "targets breaches share lateSeconds p50Seconds p90Seconds"
WHAT_IF = f"""id state total done changed skipped since until digest author finishedAt failure moved
  clocks {{ clock step team priority before {{ {FIGURES} }} after {{ {FIGURES} }} }}
  breaches {{ weekday hour before after }} unmatched {{ name before after }}
  loads {{ key team {{ key }} arrivals {{ weekday hour before after }} open {{ before after }} }}
  queues {{ key before {{ steps p90WaitSeconds respondBreaches }} after {{ steps waitedSeconds }} open {{ after }} }}
  ways {{ ends {{ name before after }} steps {{ name before after }} messages {{ name after }}
    linkedItems {{ name after }} lostAt {{ name after }} }}
  differences(first: 5) {{ totalCount nodes {{ code feedback {{ code }}
    changes {{ clock step before {{ dueAt breachedAt }} after {{ dueAt breachedAt }} }} }} }}"""
ASK = f"query ($id: ID!) {{ whatIf(id: $id) {{ {WHAT_IF} }} }}"
START = """mutation ($input: StartWhatIfInput!) { done: startWhatIf(input: $input) {
  whatIf { id } userErrors { code field } } }"""
CANCEL = """mutation ($id: ID!) { done: cancelWhatIf(input: {id: $id}) { userErrors { code field } } }"""
SIMULATE = """query ($input: SimulateProcessInput!) { simulateProcess(input: $input) { end outcome facts
  problems { code path } deadlines { clock visit startedAt dueAt breachedAt }
  visits { step title(language: EN) kind team strategy sameAs enteredAt leftAt outcome messages linkedItems
    outcomeTitle(language: EN)
    escalations { at level to via raises } } } }"""


async def started(owners: Owners, **given: Any) -> Answer:
    done: Answer = (await owners.api.ask(START, "manager", input=given))["done"]
    return done


async def finished(owners: Owners, **given: Any) -> Answer:
    """A what-if, once it is done."""
    begun = await started(owners, **given)
    assert begun["userErrors"] == []
    found: Answer = {}

    async def done() -> bool:
        found.update((await owners.api.ask(ASK, "manager", id=begun["whatIf"]["id"]))["whatIf"])
        return found["state"] not in ("RUNNING", "CANCELLING")

    await until(done, "the what-if is done")
    return found


@pytest.fixture
async def region(owners: Owners, workshop: House) -> str:
    """A region from which two complaints came."""
    region = str(new_id())
    for _ in range(2):
        given: Answer = {"text": "太慢了", "channel": "APP", "region": region, "scenario": "complaint", "rating": 3}
        code = (await owners.api.do("submitFeedback", "web", **given, key=str(new_id())))["feedback"]["code"]

        async def entered(code: str = code) -> bool:
            await workshop.relay.carry()
            asked = "query ($c: String) { feedback(code: $c) { steps { seq } } }"
            return bool((await owners.api.ask(asked, c=code))["feedback"]["steps"])

        await until(entered, f"{code} stands at a step")
    return region


async def test_a_what_if_is_asked_for_and_answered(owners: Owners, region: str) -> None:
    found = await finished(
        owners,
        where={"region": {"eq": region}},
        process={"key": "complaint"},
        targets=[{"clock": "FIRST_RESPONSE", "process": "complaint", "priority": "URGENT", "target": "2h"}],
        staffing=[{"team": "customer_service", "members": 3}],
    )
    assert (found["state"], found["total"], found["changed"]) == ("DONE", 2, 0)
    assert found["differences"] == {"totalCount": 0, "nodes": []}
    responses = [each for each in found["clocks"] if each["clock"] == "FIRST_RESPONSE"]
    assert sum(each["after"]["targets"] for each in responses) == 2
    assert {each["name"]: each["after"] for each in found["ways"]["ends"]} == {"waiting": 2}
    [load] = [each for each in found["loads"] if each["key"] == "customer_service"]
    assert sum(each["after"] for each in load["arrivals"]) == 2
    assert [(queue["key"], queue["before"]["steps"]) for queue in found["queues"]] == [("customer_service", 2)]
    assert found["id"] in [each["id"] for each in (await owners.api.ask("{ whatIfs { id } }", "manager"))["whatIfs"]]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"process": {"key": "nothing"}}, ("NOT_FOUND", ["process"])),
        ({"calendars": [{"key": "nowhere"}]}, ("NOT_FOUND", ["calendars", "0"])),
        ({"targets": [{"clock": "FINISH", "target": "soon"}]}, ("NOT_A_DURATION", ["targets", "0", "target"])),
        ({"staffing": [{"team": "quality", "members": 0}]}, ("OUT_OF_RANGE", ["staffing", "0", "members"])),
    ],
)
async def test_what_cannot_be_tried_is_refused(owners: Owners, given: Answer, error: tuple[str, list[str]]) -> None:
    [refused] = (await started(owners, **given))["userErrors"]
    assert (refused["code"], refused["field"]) == error


async def test_one_that_has_ended_cannot_be_cancelled(owners: Owners, region: str) -> None:
    found = await finished(owners, where={"region": {"eq": region}})
    done = (await owners.api.ask(CANCEL, "manager", id=found["id"]))["done"]
    assert [each["code"] for each in done["userErrors"]] == ["HAS_ENDED"]


async def test_handlers_see_no_what_ifs(owners: Owners, region: str) -> None:
    found = await finished(owners, where={"region": {"eq": region}})
    assert (await owners.api.ask("query ($id: ID!) { whatIf(id: $id) { id } }", "zhou_ming", id=found["id"]))[
        "whatIf"
    ] is None


async def test_a_made_up_item_is_walked(owners: Owners) -> None:
    given = {
        "process": {"key": "complaint"},
        "text": "你们的客服太差了，我要投诉",
        "priority": "URGENT",
        "receivedAt": "2026-11-02T01:00:00Z",
        "outcomes": [{"step": "handle", "outcome": "settled", "after": "30h"}],
    }
    found = (await owners.api.ask(SIMULATE, "manager", input=given))["simulateProcess"]
    assert (found["end"], found["outcome"], found["problems"]) == ("CLOSED", "SOLVED", [])
    assert [visit["step"] for visit in found["visits"]] == ["handle", "reply", "confirm"]
    handle = found["visits"][0]
    assert (handle["leftAt"], handle["outcomeTitle"]) == ("2026-11-03T07:00:00Z", "Settled")
    assert [each["to"] for each in handle["escalations"]] == [["assignee"], ["team_lead"], ["role:director"]]
    assert found["facts"]["sentiment"] == "negative"


async def test_facts_that_no_item_can_have_walk_nowhere(owners: Owners) -> None:
    given = {"process": {"key": "complaint"}, "facts": {"rating": "a", "colour": "red"}}
    found = (await owners.api.ask(SIMULATE, "manager", input=given))["simulateProcess"]
    assert (found["end"], found["visits"]) == (None, [])
    assert [each["path"] for each in found["problems"]] == ["facts.rating", "facts.colour"]


async def test_a_draft_that_is_no_process_says_why(owners: Owners) -> None:
    begun = await owners.must("createDraft", kind="PROCESS", key="broken", body={"key": "broken"}, select="id")
    given = {"process": {"draft": begun["id"]}}
    found = (await owners.api.ask(SIMULATE, "manager", input=given))["simulateProcess"]
    assert found["end"] is None
    assert "steps" in [each["path"] for each in found["problems"]]
    await owners.do("discardDraft", id=begun["id"])
