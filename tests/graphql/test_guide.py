"""Every operation of the guide for frontend teams does what the guide says, as it stands there."""

from collections.abc import AsyncIterator

import pytest

from voxloop.domain.viewer import Role
from voxloop.tests.external.guide import GUIDE, Operation, operations
from voxloop.tests.graphql.api import Answer, Api
from voxloop.tests.graphql.served import served, talking
from voxloop.tests.workflows.house import House, until

ALL = operations()
SUBMIT = ALL["SubmitMutation"]


@pytest.fixture(scope="session")
async def guided(living: Api) -> Api:
    await living.give("guided", Role.ADMIN, "li_na")
    return living


@pytest.fixture
async def item(guided: Api, house: House, request: pytest.FixtureRequest) -> Answer:
    """The item of the guide, once it waits for somebody to answer it."""
    given = {"input": SUBMIT.variables["input"] | {"key": request.node.name}}
    code = (await run(guided, SUBMIT, given))["submitFeedback"]["feedback"]["code"]
    found: Answer = {}

    async def working() -> bool:
        await house.relay.carry()
        answer = await guided.ask("query ($code: String) { feedback(code: $code) { code stage version } }", code=code)
        found.update(answer["feedback"])
        return bool(found["stage"] == "WORKING")

    await until(working, "working")
    return found


async def run(api: Api, operation: Operation, variables: Answer) -> Answer:
    body = {"query": operation.document, "variables": variables}
    headers = {"Authorization": f"Bearer {api.secrets['guided']}"}
    answer = (await api.http.post("/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer
    data: Answer = answer["data"]
    return data


def test_the_guide_has_ten_operations_at_least() -> None:
    assert len(ALL) >= 10
    assert GUIDE.read_text("utf-8").count("```graphql\n") == len(ALL)


@pytest.mark.parametrize(
    "operation", [each for each in ALL.values() if each.kind == "query"], ids=lambda each: each.name
)
async def test_queries(guided: Api, item: Answer, operation: Operation) -> None:
    answer = await run(guided, operation, operation.on(item["code"]))
    assert all(value is not None for value in answer.values())


@pytest.mark.parametrize(
    "operation", [each for each in ALL.values() if each.kind == "mutation"], ids=lambda each: each.name
)
async def test_mutations(guided: Api, item: Answer, operation: Operation) -> None:
    for _ in range(2):  # a repetition is answered the same
        [payload] = (await run(guided, operation, operation.on(item["code"], item["version"]))).values()
        assert payload["userErrors"] == []
        assert payload["feedback"]["id"]


@pytest.fixture(scope="session")
async def address(guided: Api) -> AsyncIterator[str]:
    async with served(guided.app) as address:
        yield address


@pytest.mark.parametrize(
    "operation", [each for each in ALL.values() if each.kind == "subscription"], ids=lambda each: each.name
)
async def test_subscriptions(address: str, guided: Api, item: Answer, operation: Operation) -> None:
    async with talking(address) as talk:
        await talk.begin(authorization=f"Bearer {guided.secrets['guided']}")
        await talk.ask(operation.document, **operation.on(item["code"]))
        payload = (await talk.hear())["payload"]
        assert "errors" not in payload
        assert all(payload["data"].values())
