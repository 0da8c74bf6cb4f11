"""Bulk updates as frontends ask for them and watch them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from voxloop.background import running
from voxloop.domain.identity import new_id
from voxloop.tests.graphql.api import Api
from voxloop.tests.workflows.house import House, until

DEFECT = {"text": "扫地机充不进电", "channel": "APP", "scenario": "defect", "product": "robot_vacuum_x5"}
RUN = "id state total done refused author finishedAt"
START = f"""mutation ($input: BulkUpdateInput!) {{ done: bulkUpdate(input: $input) {{
  bulkRun {{ {RUN} }} userErrors {{ code field message }} }} }}"""
READ = f"""query ($id: ID!, $state: RunItemState) {{ bulkRun(id: $id) {{ {RUN}
  items(first: 1, state: $state) {{ totalCount pageInfo {{ hasNextPage endCursor }}
    nodes {{ code state version refusalCode message feedback {{ code tags }} }} }} }} }}"""


async def items(api: Api, number: int) -> list[dict[str, Any]]:
    document = """mutation ($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { feedback { id code } } }"""
    made = [await api.ask(document, "web", input=DEFECT | {"key": str(new_id())}) for _ in range(number)]
    return [each["submitFeedback"]["feedback"] for each in made]


async def start(api: Api, by: str = "manager", **given: Any) -> dict[str, Any]:
    done: dict[str, Any] = (await api.ask(START, by, input={"key": str(new_id())} | given))["done"]
    return done


async def test_a_run_is_started_watched_and_read(living: Api, house: House) -> None:
    made = await items(living, 3)
    ids = [each["id"] for each in made]
    async with running(house.relay.run()):
        for each in made:
            await _stands(living, each["code"], True)
        gone = {"id": made[0]["code"], "key": "gone", "closingReason": "given_up"}
        assert (await living.do("cancel", "manager", **gone))["userErrors"] == []
        await _stands(living, made[0]["code"], False)
        begun = await start(living, ids=ids, act={"changePriority": "URGENT"})
        id_ = begun["bulkRun"]["id"]
        assert (begun["userErrors"], begun["bulkRun"]["total"]) == ([], 3)

        async def has_ended() -> bool:
            return bool((await living.ask(READ, "manager", id=id_))["bulkRun"]["finishedAt"])

        await until(has_ended, "ended")
    run = (await living.ask(READ, "manager", id=id_))["bulkRun"]
    assert (run["state"], run["done"], run["refused"]) == ("DONE", 3, 1)
    assert run["items"]["totalCount"] == 3
    assert run["items"]["pageInfo"]["hasNextPage"]
    [refused] = (await living.ask(READ, "manager", id=id_, state="REFUSED"))["bulkRun"]["items"]["nodes"]
    assert (refused["code"], refused["refusalCode"]) == (made[0]["code"], "ALREADY_CLOSED")
    assert refused["message"] == "The item is closed."
    node = await living.ask(f'{{ node(id: "{id_}") {{ ... on BulkRun {{ done }} }} }}', "admin")
    assert node["node"] == {"done": 3}
    assert (await living.ask(READ, "zhou_ming", id=id_))["bulkRun"] is None


async def _stands(api: Api, code: str, somewhere: bool) -> None:
    """Wait until an item stands at a step, or at none any more."""

    async def so() -> bool:
        found = await api.ask(f'{{ feedback(code: "{code}") {{ step {{ step }} }} }}')
        return (found["feedback"]["step"] is not None) is somewhere

    await until(so, f"{code} stands somewhere: {somewhere}")


async def test_many_are_given_up_for_a_reason(living: Api, house: House) -> None:
    made = await items(living, 2)
    async with running(house.relay.run()):
        for each in made:
            await _stands(living, each["code"], True)
        cancel = {"reason": "一并处理", "closingReason": "registered_elsewhere"}
        begun = await start(living, ids=[each["id"] for each in made], act={"cancel": cancel})

        async def has_ended() -> bool:
            run = (await living.ask(READ, "manager", id=begun["bulkRun"]["id"]))["bulkRun"]
            return (run["done"], run["refused"]) == (2, 0)

        await until(has_ended, "both are given up")
    found = await living.ask(f'{{ feedback(code: "{made[1]["code"]}") {{ outcome closingReason {{ key }} }} }}')
    assert found["feedback"] == {"outcome": "CANCELLED", "closingReason": {"key": "registered_elsewhere"}}


async def test_what_is_not_clear_is_refused(living: Api) -> None:
    [made] = await items(living, 1)
    ids = [made["id"]]
    for given, code, field in (
        ({"act": {"addTag": "x"}}, "REQUIRED", ["ids"]),
        ({"act": {}, "ids": ids}, "EXACTLY_ONE", ["act"]),
        ({"act": {"addTag": "x", "cancel": {"reason": "y"}}, "ids": ids}, "EXACTLY_ONE", ["act"]),
        ({"act": {"addTag": " "}, "ids": ids}, "REQUIRED", ["tag"]),
        ({"act": {"snooze": "2020-01-01T00:00:00Z"}, "ids": ids}, "NOT_IN_FUTURE", ["until"]),
        ({"act": {"reassign": {"team": "nobody"}}, "ids": ids}, "NOT_FOUND", ["team"]),
        ({"act": {"addTag": "x"}, "ids": ["FB-999999"]}, "NOT_FOUND", ["ids"]),
        ({"act": {"addTag": "x"}, "ids": ids * 10_001}, "TOO_MANY", ["ids"]),
    ):
        refused = await start(living, **given)
        assert refused["bulkRun"] is None
        assert [(each["code"], each["field"]) for each in refused["userErrors"]] == [(code, field)]
    forbidden = await start(living, "zhou_ming", act={"cancel": {"reason": "y"}}, ids=ids)
    assert [each["code"] for each in forbidden["userErrors"]] == ["FORBIDDEN"]


async def test_items_are_named_by_id_or_code_and_twice_is_once(living: Api, house: House) -> None:
    first, second = await items(living, 2)
    named = [first["code"], second["id"], first["id"]]
    begun = await start(living, ids=named, act={"addTag": "twice"})
    assert (begun["userErrors"], begun["bulkRun"]["total"]) == ([], 2)


async def test_codes_out_of_sight_are_of_no_items(living: Api, house: House) -> None:
    [unseen] = await items(living, 1)
    refused = (await start(living, "sun_yi", ids=[unseen["code"]], act={"addTag": "seen"}))["userErrors"]
    assert [(error["code"], error["field"]) for error in refused] == [("NOT_FOUND", ["ids"])]


async def test_many_are_put_aside(living: Api, house: House) -> None:
    made = await items(living, 2)
    until_then = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    async with running(house.relay.run()):
        for each in made:
            await _stands(living, each["code"], True)
        asked: dict[str, Any] = {
            "ids": [each["id"] for each in made],
            "act": {"snooze": until_then},
            "key": str(new_id()),
        }
        begun = await start(living, "manager", **asked)
        assert (await start(living, "manager", **asked))["bulkRun"]["id"] == begun["bulkRun"]["id"]

        async def has_ended() -> bool:
            run = (await living.ask(READ, "manager", id=begun["bulkRun"]["id"]))["bulkRun"]
            return (run["done"], run["refused"]) == (2, 0)

        await until(has_ended, "put aside")
    for each in made:
        found = await living.ask(f'{{ feedback(code: "{each["code"]}") {{ snoozedUntil }} }}')
        assert found["feedback"] == {"snoozedUntil": until_then}
        assert (await living.do("wakeFeedback", "manager", id=each["id"], key="wake"))["userErrors"] == []
