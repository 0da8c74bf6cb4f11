"""Stored operations: named by their hash in both forms. Plans: ``Api.send`` compares every query of the suite with what
a plain executor answers."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from voxloop.graphql.executor import plans_of
from voxloop.graphql.operations import hash_of
from voxloop.server import build_app
from voxloop.settings import read_settings
from voxloop.store import operations
from voxloop.tests.graphql.api import Api
from voxloop.tests.items import hand_in
from voxloop.workflows.relay import Relay

EVERY_KIND = """query Some(
    $first: Int = 2, $with: Boolean!, $without: Boolean!, $language: Language, $where: FeedbackWhere
  ) {
  __typename found: feedbacks(first: $first, where: $where) {
    __typename nodes { ...item ... @skip(if: $without) { tags } }
    edges @include(if: $with) { cursor node { code again: code } } pageInfo { endCursor } }
  me { role member { name(language: $language) } } teams { title(language: EN) chinese: title(language: ZH_CN) } }
  fragment item on Feedback { id stage receivedAt dueAt rating sentiment customer { level email }
    timeline(last: 1) { at changes sentence(language: $language) } ...more }
  fragment more on Feedback { stage text }"""
NAMES = "{ members { key name email } }"


async def _ask(api: Api, http: httpx.AsyncClient | None = None, by: str = "admin", **body: Any) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {api.secrets[by]}"}
    response = await (http or api.http).post("/graphql", json=body, headers=headers)
    return response.status_code, response.json()


async def _store(api: Api, document: str) -> str:
    async with api.sessions.begin() as session:
        await operations.add(session, {hash_of(document): document})
    return hash_of(document)


def _named(hash_: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_}}}


@pytest.mark.parametrize("by", ["admin", "web"])
@pytest.mark.parametrize(
    "given", [{}, {"language": "EN"}, {"with": False, "without": True}, {"first": 0}, {"first": 101}, {"first": "two"}]
)
async def test_plans_answer_as_the_executor(still: Api, by: str, given: dict[str, Any]) -> None:
    async with still.sessions.begin() as session:
        await hand_in(session, datetime(2026, 10, 1, tzinfo=UTC), region="planned", rating=4, source=by)
    where = {"region": {"eq": "planned"}}
    variables: dict[str, Any] = {"with": True, "without": False, "where": where}
    response = await still.send(EVERY_KIND, by, None, **(variables | given))
    assert ("errors" in response.json()) is (given.get("first") in (101, "two"))


async def test_a_query_has_a_plan_for_all_that_it_selects(still: Api) -> None:
    document = EVERY_KIND + "# planned"
    variables = {"with": True, "without": False, "language": "EN"}
    _, answer = await _ask(still, documentId=f"sha256:{await _store(still, document)}", variables=variables)
    plans = plans_of(document)
    assert plans is not None
    assert {type_ for type_, *_ in plans.known} == {"FeedbackConnection", "Me", "Team"}
    assert all(plan is not None for _, plan in plans.known.values())
    assert plans.dropped == 0
    assert "errors" not in answer


async def test_who_may_not_see_something_does_not_see_it_by_a_plan(still: Api) -> None:
    hash_ = await _store(still, NAMES)
    _, told = await _ask(still, by="admin", documentId=f"sha256:{hash_}")
    _, hidden = await _ask(still, by="web", documentId=f"sha256:{hash_}")
    assert any(member["email"] for member in told["data"]["members"])
    assert not any(member["email"] for member in hidden["data"]["members"])


@pytest.mark.parametrize(
    "form",
    [
        _named("0" * 64),
        {"documentId": f"sha256:{'0' * 64}"},
        {"documentId": "mine"},
        {"documentId": "\0"},
        _named("\0"),
    ],
)
async def test_unknown_hashes_are_told(still: Api, form: dict[str, Any]) -> None:
    status, answer = await _ask(still, **form)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (200, "PERSISTED_QUERY_NOT_FOUND")


async def test_a_document_that_comes_with_its_hash_is_remembered(still: Api) -> None:
    document = "{ me { name role } }"
    form = _named(hash_of(document))
    assert (await _ask(still, **form))[1]["errors"]
    brought = await _ask(still, query=document, **form)
    assert brought == await _ask(still, **form)
    assert brought[1]["data"]["me"]["name"] == "admin"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"query": "{ me { name } }", **_named("1" * 64)}, "BAD_REQUEST"),
        ({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "1" * 64}}}, "PERSISTED_QUERY_NOT_SUPPORTED"),
        ({"documentId": 7}, "BAD_REQUEST"),
    ],
)
async def test_what_cannot_be_meant_is_refused(still: Api, form: dict[str, Any], code: str) -> None:
    _, answer = await _ask(still, **form)
    assert answer["errors"][0]["extensions"]["code"] == code


async def test_limits_hold_for_stored_operations(still: Api) -> None:
    document = "{ teams { members { key } } " + " ".join(f"a{number}: teams {{ key }}" for number in range(60)) + " }"
    _, answer = await _ask(still, documentId=f"sha256:{await _store(still, document)}")
    assert answer["errors"]
    assert "data" not in answer


async def test_only_stored_operations_are_answered_where_nothing_else_is_open(still: Api) -> None:
    settings = replace(read_settings({}), only_stored=True)
    app = build_app(still.sessions, still.loops, Relay(still.sessions, still.loops), settings)
    hash_ = await _store(still, NAMES)
    stranger = "{ me { role } }"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        assert "data" in (await _ask(still, http, documentId=f"sha256:{hash_}"))[1]
        for form, code in (
            ({"query": NAMES}, "PERSISTED_QUERY_ID_REQUIRED"),
            ({"query": stranger, **_named(hash_of(stranger))}, "PERSISTED_QUERY_NOT_FOUND"),
        ):
            assert (await _ask(still, http, **form))[1]["errors"][0]["extensions"]["code"] == code
