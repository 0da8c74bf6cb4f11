"""The transport: who gets in, in which form answers and errors come, and what is too much."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from voxloop.domain.viewer import Role
from voxloop.graphql.limits import MAX_ALIASES, MAX_DEPTH
from voxloop.store import tokens
from voxloop.store.sessions import open_sessions
from voxloop.tests.graphql.api import Api

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
        ("{ me { name ", "GRAPHQL_PARSE_FAILED"),
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


async def test_bodies_that_are_refused(still: Api) -> None:
    headers = {"Authorization": f"Bearer {still.secrets['admin']}", "Content-Type": "application/json"}
    for content, status in ((b"{", 400), (b"[]", 400), (b"1", 400), (b"{}", 400), (b" " * 1_000_001, 413)):
        response = await still.http.post("/graphql", content=content, headers=headers)
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, "BAD_REQUEST")
    plain = await still.http.post("/graphql", content=b"{}", headers=headers | {"Content-Type": "text/plain"})
    assert plain.status_code == 415


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


async def test_depth_is_limited_but_for_introspection(still: Api) -> None:
    deep = "".join("{ ofType" for _ in range(MAX_DEPTH + 5)) + " { name }" + "}" * (MAX_DEPTH + 5)
    introspection = f'{{ __type(name: "Feedback") {{ fields {{ type {deep} }} }} }}'
    assert (await still.ask(introspection))["__type"]
    steps = "a { " * MAX_DEPTH + "b" + " }" * MAX_DEPTH
    response = await still.send(f"{{ {steps} }}", "admin")
    assert any("levels deep" in error["message"] for error in response.json()["errors"])


async def test_what_is_too_deep_to_be_read_is_the_callers_fault(still: Api) -> None:
    assert await still.fail("{ a " * 500 + "}" * 500) == "GRAPHQL_PARSE_FAILED"
    chain = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(244))
    assert await still.fail(f"{{ ...f0 }} {chain}") == "GRAPHQL_VALIDATION_FAILED"
    where: dict[str, object] = {}
    for _ in range(200):
        where = {"AND": [where]}
    document = "query ($where: FeedbackWhere) { feedbacks(where: $where) { nodes { id } } }"
    assert await still.fail(document, where=where) == "BAD_USER_INPUT"


async def test_fragments_are_measured_once(still: Api) -> None:
    chain = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
    document = f"{{ ...f0 }} {chain} fragment f60 on Query {{ me {{ name }} }}"
    assert await still.ask(document) == {"me": {"name": "admin"}}


async def test_aliases_are_limited(still: Api) -> None:
    def aliased(number: int) -> str:
        return "{" + " ".join(f"a{n}: me {{ name }}" for n in range(number)) + "}"

    assert len(await still.ask(aliased(MAX_ALIASES))) == MAX_ALIASES
    assert await still.fail(aliased(MAX_ALIASES + 1)) == "GRAPHQL_VALIDATION_FAILED"
    spread = "{ a: me { name } ...f ...f } fragment f on Query {" + aliased(20)[1:]
    assert await still.fail(spread) == "GRAPHQL_VALIDATION_FAILED"


async def test_tokens_are_limited(still: Api) -> None:
    assert await still.fail("{ me { " + "name " * 2000 + "} }") == "GRAPHQL_PARSE_FAILED"


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


async def test_health(still: Api) -> None:
    assert (await still.http.get("/health/live")).status_code == 200
    assert (await still.http.get("/health/ready")).json() == {"database": True}


@pytest.mark.parametrize(("language", "words"), [("en", "try again"), ("zh-CN", "请稍后")])
async def test_a_database_that_is_away_is_said(still: Api, language: str, words: str) -> None:
    away = Api(open_sessions("postgresql://nobody@127.0.0.1:1/nothing"), still.loops)
    headers = {"Authorization": "Bearer vox_any", "Accept-Language": language}
    response = await away.http.post("/graphql", json={"query": ME}, headers=headers)
    assert response.status_code == 503
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert words in error["message"]
