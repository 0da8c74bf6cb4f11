"""The transport: who gets in, in which form answers and errors come, and what is too much."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from voxloop.domain.viewer import Role
from voxloop.server import build_app
from voxloop.settings import read_settings
from voxloop.store import tokens
from voxloop.store.sessions import open_sessions
from voxloop.tests.graphql.api import Api
from voxloop.workflows.relay import Relay

ME = "{ me { name role language } }"
NEW = {"Accept": "application/graphql-response+json"}


async def test_nothing_without_a_token(still: Api) -> None:
    for headers in ({}, {"Authorization": "Bearer vox_wrong"}, {"Authorization": f"Basic {still.secrets['admin']}"}):
        response = await still.http.post("/graphql", json={"query": ME}, headers=headers)
        assert response.status_code == 401
        assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_me(still: Api) -> None:
    assert (await still.ask(ME, by="web"))["me"] == {"name": "web", "role": "INTAKE", "language": "EN"}
    member = await still.ask("{ me { member { name } teams { key title(language: EN) } } }", by="zhou_ming")
    assert member["me"] == {"member": {"name": "周明"}, "teams": [{"key": "rd_bugfix", "title": "R&D bug-fix group"}]}


async def test_get_is_off(still: Api) -> None:
    response = await still.http.get("/graphql", params={"query": ME})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


async def test_get_in_development(still: Api) -> None:
    developing = read_settings({"VOXLOOP_GRAPHQL_PROFILE": "development"})
    app = build_app(still.sessions, still.loops, Relay(still.sessions, still.loops), developing, fresh_seconds=0)
    headers = {"Authorization": f"Bearer {still.secrets['admin']}", "Accept-Language": "en"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers) as http:
        given = {"query": "query a($code: String) { feedback(code: $code) { code } } query b { me { name } }"}
        answer = await http.get("/graphql", params=given | {"variables": '{"code": "FB-999999"}', "operationName": "a"})
        assert answer.json()["data"] == {"feedback": None}
        assert (await http.get("/graphql", params=given | {"variables": "{"})).status_code == 400
        change = await http.get(
            "/graphql", params={"query": 'mutation { accept(input: {id: "1"}) { feedback { id } } }'}
        )
        assert change.status_code == 405
        assert change.json()["errors"][0]["message"] == "Only queries may come by GET; send this by POST."


async def test_pages_of_other_origins_may_ask_if_they_are_listed(still: Api) -> None:
    listed = read_settings({"VOXLOOP_ALLOWED_ORIGINS": "https://desk.example, https://app.example"})
    app = build_app(still.sessions, still.loops, Relay(still.sessions, still.loops), listed, fresh_seconds=0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        for origin, allowed in (("https://app.example", "https://app.example"), ("https://evil.example", None)):
            asks = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            preflight = await http.options(
                "/graphql", headers=asks | {"Access-Control-Request-Headers": "authorization"}
            )
            assert preflight.headers.get("access-control-allow-origin") == allowed
    asks = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    preflight = await still.http.options("/graphql", headers=asks)
    assert "access-control-allow-origin" not in preflight.headers


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/graphql-response+json", "application/graphql-response+json"),
        ("application/graphql-response+json, application/json;q=0.9", "application/graphql-response+json"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
    ],
)
async def test_media_type_is_negotiated(still: Api, accept: str, media_type: str) -> None:
    response = await still.send(ME, "admin", {"Accept": accept})
    assert response.headers["content-type"] == media_type


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ me { name ) } }", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { node(id: $id) { id } }", "BAD_USER_INPUT"),
    ],
)
async def test_a_request_that_is_not_executed(still: Api, document: str, code: str) -> None:
    for _ in range(2):  # the second time from the cache
        response = await still.send(document, "admin", NEW)
        assert response.status_code == 400
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == [code]
        assert "data" not in response.json()
    assert (await still.send(document, "admin")).status_code == 200


JSON = "application/json"
REFUSED = (
    (b"{", JSON, 400),
    (b"\xff", JSON, 400),
    (b"[]", JSON, 400),
    (b"1", JSON, 400),
    (b"{}", JSON, 400),
    (b'{"query": 1}', JSON, 400),
    (b'{"query": "{ me { name } }", "variables": []}', JSON, 400),
    (b'{"query": "{ me { name } }", "operationName": 1}', JSON, 400),
    (b'{"query": "{ me { name } }", "operationName": "other"}', JSON, 400),
    (b'{"query": "{ me { name } }", "extensions": "x"}', JSON, 400),
    (b" " * 1_000_001, JSON, 413),
    (b"{}", "text/plain", 415),
    (b"{}", "multipart/form-data; boundary=x", 415),
)


async def test_bodies_that_are_refused(still: Api) -> None:
    headers = {"Authorization": f"Bearer {still.secrets['admin']}", "Content-Type": "application/json"}
    messages = dict[str, set[str]]()
    for content, type_, status in REFUSED:
        for language in ("en", "zh-CN"):
            asks = headers | {"Content-Type": type_, "Accept-Language": language}
            response = await still.http.post("/graphql", content=content, headers=asks)
            [error] = response.json()["errors"]
            assert (response.status_code, error["extensions"]["code"]) == (status, "BAD_REQUEST")
            messages.setdefault(language, set()).add(error["message"])
    assert not messages["en"] & messages["zh-CN"]


async def test_a_body_that_does_not_say_how_large_it_is(still: Api) -> None:
    headers = {"Authorization": f"Bearer {still.secrets['admin']}", "Content-Type": "application/json"}

    async def pieces(number: int) -> AsyncIterator[bytes]:
        yield b'{"query": "{ me { name } }"'
        for _ in range(number):
            yield b" " * 100_000
        yield b"}"

    for number, status in ((1, 200), (10, 413)):
        response = await still.http.post("/graphql", content=pieces(number), headers=headers)
        assert response.status_code == status


async def test_what_nobody_foresaw_is_masked_and_logged(still: Api, caplog: pytest.LogCaptureFixture) -> None:
    broken = Api(still.sessions, still.app.routes)  # type: ignore[arg-type]
    broken.secrets = still.secrets
    code = (await still.do("submitFeedback", "web", text="x", channel="APP", key="masked"))["feedback"]["code"]
    with caplog.at_level(logging.ERROR):
        document = 'mutation ($id: ID!) { accept(input: {id: $id, key: "1"}) { feedback { id } } }'
        [error] = (await broken.send(document, "admin", id=code)).json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["correlationId"] in caplog.text
    assert "AttributeError" in caplog.text
    assert "Attribute" not in error["message"]


async def test_a_token_that_is_revoked_or_expired(still: Api) -> None:
    async with still.sessions.begin() as session:
        id_, still.secrets["short"] = await tokens.create(session, "short", Role.ADMIN)
        past = datetime(2020, 1, 1, tzinfo=UTC)
        _, still.secrets["late"] = await tokens.create(session, "late", Role.ADMIN, expires_at=past)
    assert (await still.send(ME, "late")).status_code == 401
    assert (await still.send(ME, "short")).status_code == 200
    async with still.sessions.begin() as session:
        assert await tokens.revoke(session, id_)
        assert not await tokens.revoke(session, id_)
        listed = {row["name"]: row for row in await tokens.list_all(session)}
    assert (await still.send(ME, "short")).status_code == 401
    assert listed["short"]["revoked_at"] is not None
    assert "hash" not in listed["short"]


@pytest.mark.parametrize(("language", "words"), [("en", "try again"), ("zh-CN", "请稍后")])
async def test_a_database_that_is_away_is_said(still: Api, language: str, words: str) -> None:
    away = Api(open_sessions("postgresql://nobody@127.0.0.1:1/nothing"), still.loops)
    headers = {"Authorization": "Bearer vox_any", "Accept-Language": language}
    response = await away.http.post("/graphql", json={"query": ME}, headers=headers)
    assert response.status_code == 503
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert words in error["message"]
