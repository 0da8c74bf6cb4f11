"""Operations over WebSocket and server-sent events, on a schema that streams what a test tells it to."""

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from websockets.exceptions import InvalidStatus

from voxloop.domain.viewer import Role
from voxloop.graphql.bounds import MAX_OPERATIONS
from voxloop.graphql.context import Info
from voxloop.graphql.endpoint import Endpoint, Policy
from voxloop.graphql.execution import Schema
from voxloop.graphql.hub import Hub
from voxloop.principals import Principals
from voxloop.reception import Parts
from voxloop.store import tokens
from voxloop.tests.graphql.api import Api
from voxloop.tests.graphql.served import Talk, served, talking
from voxloop.workflows.relay import Relay

COUNT = "subscription ($to: Int!) { count(to: $to) }"
told: "asyncio.Queue[int]" = asyncio.Queue()
left: "asyncio.Queue[str]" = asyncio.Queue()


@strawberry.type
class Query:
    @strawberry.field
    def name(self, info: Info) -> str:
        return info.context.viewer.name


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncIterator[int]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def broken(self) -> AsyncIterator[int]:
        yield 0
        raise RuntimeError("the secret of the house")

    @strawberry.subscription
    async def told(self) -> AsyncIterator[int]:
        try:
            yield -1
            while True:
                yield await told.get()
        finally:
            left.put_nowait("told")


@pytest.fixture(scope="session")
async def address(still: Api) -> AsyncIterator[str]:
    sessions = still.sessions
    parts = Parts(sessions, still.loops, Relay(sessions, still.loops))
    schema = Schema(Query, subscription=Subscription)
    endpoint = Endpoint(
        schema, parts, Principals(sessions, 0), Hub(sessions), Policy(origins=("https://desk.example",))
    )
    async with served(Starlette(routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)])) as address:
        yield address


@pytest.fixture
async def talk(address: str, still: Api) -> AsyncIterator[Talk]:
    async with talking(address) as talk:
        assert (await talk.begin(authorization=bearer(still)))["type"] == "connection_ack"
        yield talk


def bearer(api: Api, name: str = "admin") -> str:
    return f"Bearer {api.secrets[name]}"


async def test_the_token_may_come_in_the_handshake_too(address: str, still: Api) -> None:
    async with talking(address, Authorization=bearer(still, "web")) as talk:
        await talk.say({"type": "connection_init"})
        assert await talk.hear() == {"type": "connection_ack"}
        await talk.ask("{ name }")
        assert (await talk.hear())["payload"]["data"] == {"name": "web"}
        assert await talk.hear() == {"type": "complete", "id": "1"}


@pytest.mark.parametrize("payload", [{}, {"authorization": "Bearer vox_wrong"}, {"authorization": 5}])
async def test_nobody_is_let_in_without_a_token(address: str, payload: dict[str, object]) -> None:
    async with talking(address) as talk:
        await talk.say({"type": "connection_init", "payload": payload})
        assert await talk.ended() == 4403


async def test_nothing_is_answered_before_the_token_came(address: str) -> None:
    async with talking(address) as talk:
        await talk.ask("{ name }")
        assert await talk.ended() == 4401


async def test_a_subscription_runs_to_its_end(talk: Talk) -> None:
    await talk.ask(COUNT, to=2)
    assert [(await talk.hear())["payload"]["data"] for _ in range(2)] == [{"count": 0}, {"count": 1}]
    assert await talk.hear() == {"type": "complete", "id": "1"}


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "[1]",
        "1",
        b"{}",
        {"type": "iamnot"},
        {"type": "subscribe", "id": "1", "payload": {}},
        {"type": "subscribe", "id": {}, "payload": {"query": "{ name }"}},
        {"type": "subscribe", "payload": {"query": "{ name }"}},
    ],
)
async def test_what_cannot_be_read_ends_the_connection(talk: Talk, said: object) -> None:
    await talk.say(said)
    assert await talk.ended() == 4400


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "subscription {"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "subscription { nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": COUNT}, "BAD_USER_INPUT"),
        ({"query": COUNT, "variables": {"to": "x"}}, "BAD_USER_INPUT"),
        ({"query": COUNT, "operationName": "other"}, "BAD_REQUEST"),
        ({"query": 5}, "BAD_REQUEST"),
        ({"query": COUNT, "variables": []}, "BAD_REQUEST"),
        (["query"], "BAD_REQUEST"),
        ({"query": ""}, "BAD_REQUEST"),
    ],
)
async def test_a_refused_operation_ends_only_itself(talk: Talk, payload: object, code: str) -> None:
    await talk.say({"type": "subscribe", "id": "1", "payload": payload})
    answer = await talk.hear()
    assert (answer["type"], answer["id"]) == ("error", "1")
    assert [error["extensions"]["code"] for error in answer["payload"]] == [code]
    await talk.ask("{ name }")
    assert (await talk.hear())["type"] == "next"


async def test_what_nobody_foresaw_is_masked(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    await talk.ask("subscription { broken }")
    assert (await talk.hear())["payload"]["data"] == {"broken": 0}
    [error] = (await talk.hear())["payload"]["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["correlationId"] in caplog.text
    assert "secret" not in error["message"]
    assert "the secret of the house" in caplog.text


async def test_a_stream_is_left_when_its_reader_leaves(talk: Talk) -> None:
    await talk.ask("subscription { told }")
    await talk.hear()
    await talk.say({"type": "complete", "id": "1"})
    assert await left.get() == "told"
    await talk.ask("subscription { told }", "2")
    await talk.hear()
    await talk.connection.close()
    assert await left.get() == "told"


async def test_a_revoked_token_is_sent_nothing_more(address: str, still: Api) -> None:
    async with still.sessions.begin() as session:
        id_, still.secrets["leaving"] = await tokens.create(session, "leaving", Role.ADMIN)
    async with talking(address, **{"Accept-Language": "en"}) as talk:
        await talk.begin(authorization=bearer(still, "leaving"))
        await talk.ask("subscription { told }")
        await talk.hear()
        async with still.sessions.begin() as session:
            await tokens.revoke(session, id_)
        told.put_nowait(1)
        payload = (await talk.hear())["payload"]
        assert payload["data"] is None
        assert payload["errors"][0]["extensions"] == {"code": "RIGHTS_CHANGED"}
        assert (await talk.hear())["type"] == "complete"
        await talk.ask("{ name }", "2")
        assert (await talk.hear())["payload"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_operations_on_one_connection_are_limited(talk: Talk) -> None:
    for number in range(MAX_OPERATIONS + 1):
        await talk.ask("subscription { told }", str(number))
    heard = [await talk.hear() for _ in range(MAX_OPERATIONS + 1)]
    [refused] = [said for said in heard if said["type"] == "error"]
    assert refused["payload"][0]["extensions"] == {"code": "BAD_REQUEST"}


async def test_pages_of_other_origins_are_refused_unless_listed(address: str, still: Api) -> None:
    async with talking(address, Origin="https://desk.example") as talk:
        assert (await talk.begin(authorization=bearer(still)))["type"] == "connection_ack"
    with pytest.raises(InvalidStatus, match="403"):
        async with talking(address, Origin="https://evil.example"):
            pass


async def events(address: str, secret: str, document: str) -> list[str]:
    headers = {"Authorization": secret, "Accept": "text/event-stream"}
    async with httpx.AsyncClient() as client:
        response = await client.post(f"http://{address}/graphql", json={"query": document}, headers=headers)
    assert response.headers["content-type"].startswith("text/event-stream")
    return [event for event in response.text.split("\r\n\r\n") if event]


async def test_server_sent_events(address: str, still: Api, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("httpx").setLevel(logging.WARNING)
    assert await events(address, bearer(still), "subscription { count(to: 2) }") == [
        'event: next\r\ndata: {"data":{"count":0}}',
        'event: next\r\ndata: {"data":{"count":1}}',
        "event: complete\r\ndata: ",
    ]
    [syntax, complete] = await events(address, bearer(still), "subscription {")
    assert '"code":"GRAPHQL_PARSE_FAILED"' in syntax
    assert complete.startswith("event: complete")
    [_, broken, _] = await events(address, bearer(still), "subscription { broken }")
    assert '"code":"INTERNAL"' in broken
    assert "secret" not in broken
