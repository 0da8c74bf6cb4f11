"""``POST /feedback``: for machines that do not speak GraphQL."""

import base64
import re
from importlib.resources import files
from typing import Any

import httpx
import pytest

from voxloop.domain.viewer import Role
from voxloop.server import build_app
from voxloop.settings import read_settings
from voxloop.store import tokens
from voxloop.store.sessions import open_sessions
from voxloop.tests.web.conftest import NOBODY_LISTENS
from voxloop.tests.web.site import Site
from voxloop.web.submissions import read_submission
from voxloop.workflows.client import Loops, connect
from voxloop.workflows.relay import Relay

WHOLE = {
    "text": "The mop is torn",
    "channel": "shop_review",
    "key": "whole",
    "form": "after_sales",
    "scenario": "return",
    "rating": 2,
    "nps": 3,
    "product": "robot_vacuum_x5",
    "module": "mop",
    "productVersion": "5.1.0",
    "batch": "X5-20260701",
    "part": "MOP-7",
    "region": "华东",
    "orderRef": "SO-1",
    "language": "en",
    "customer": {"ref": "S-1", "name": "Kim", "email": "kim@example.com", "phone": "000-1", "language": "en"},
    "followUpOf": None,
    "receivedAt": "2026-01-02T03:04:05+08:00",
}


@pytest.fixture(scope="module")
async def secret(site: Site) -> str:
    return await site.token(Role.INTAKE)


async def send(
    site: Site, secret: str, body: object, language: str = "en", **headers: str
) -> tuple[int, list[tuple[str, list[str] | None]], httpx.Response]:
    async with site.visit(language, secret) as visitor:
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        headers = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        answer = await visitor.post("/feedback", headers=headers, **content)
    errors = answer.json().get("errors", [])
    return answer.status_code, [(error["code"], error["field"]) for error in errors], answer


async def test_all_that_graphql_takes_is_taken(site: Site, secret: str) -> None:
    status, errors, answer = await send(site, secret, WHOLE)
    assert (status, errors) == (201, [])
    row = (await site.rows("shop"))[-1]
    id_ = base64.b64encode(f"Feedback:{row['id']}".encode()).decode()
    assert answer.json() == {"id": id_, "code": row["code"], "stage": "received", "version": 1}
    same = ("text", "channel", "form", "scenario", "rating", "nps", "product", "module", "batch", "part", "region")
    assert {name: row[name] for name in (*same, "language")} == {name: WHOLE[name] for name in (*same, "language")}
    assert (row["product_version"], row["order_ref"]) == ("5.1.0", "SO-1")
    assert row["received_at"].isoformat() == "2026-01-01T19:04:05+00:00"


def test_every_name_of_graphqls_input_is_known() -> None:
    schema = files("voxloop.graphql").joinpath("schema.graphql").read_text("utf-8")
    for name, given in (("SubmitFeedbackInput", read_submission), ("CustomerInput", _customer)):
        body = schema.partition(f"\ninput {name} {{")[2].partition("\n}")[0]
        names = re.findall(r"^  (\w+):", body, re.MULTILINE)
        assert len(names) >= 5
        given(dict.fromkeys(names))


def _customer(given: dict[str, Any]) -> object:
    return read_submission({"customer": given})


async def test_values_may_be_written_as_graphql_writes_them(site: Site, secret: str) -> None:
    body = {"text": "Same", "channel": "SHOP_REVIEW", "language": "ZH_CN", "key": "spelling"}
    assert (await send(site, secret, body))[0] == 201
    row = (await site.rows("shop"))[-1]
    assert (row["channel"], row["language"]) == ("shop_review", "zh-CN")


async def test_a_repeated_key_answers_with_the_item_that_stands(site: Site, secret: str) -> None:
    body = {"text": "Twice", "channel": "api"}
    first, _, one = await send(site, secret, body, Idempotency_Key="again")
    second, _, two = await send(site, secret, body, Idempotency_Key="again")
    assert (first, second) == (201, 200)
    assert one.json()["code"] == two.json()["code"]
    status, errors, _ = await send(site, secret, body | {"text": "Other"}, Idempotency_Key="again")
    assert (status, errors) == (422, [("KEY_REUSED", ["key"])])


async def test_what_follows_an_earlier_item_names_it_by_id_or_code(site: Site, secret: str) -> None:
    _, _, first = await send(site, secret, {"text": "One", "channel": "api", "key": "f1"})
    for number, name in enumerate(("id", "code")):
        body = {"text": "Two", "channel": "api", "key": f"f2{number}", "followUpOf": first.json()[name]}
        assert (await send(site, secret, body))[0] == 201
    body = {"text": "Two", "channel": "api", "key": "f3", "followUpOf": "FB-999999999"}
    status, errors, _ = await send(site, secret, body)
    assert (status, errors) == (422, [("NOT_FOUND", ["followUpOf"])])


GOOD = {"text": "Good", "channel": "api", "key": "k"}


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"text": None}, "REQUIRED", ["text"]),
        ({"text": "x" * 20_001}, "TOO_LONG", ["text"]),
        ({"text": "a\u0000b"}, "UNREADABLE", ["text"]),
        ({"text": 5}, "NOT_A_TEXT", ["text"]),
        ({"text": ["x"]}, "NOT_A_TEXT", ["text"]),
        ({"key": None}, "REQUIRED", ["key"]),
        ({"key": "  "}, "REQUIRED", ["key"]),
        ({"key": "k" * 201}, "TOO_LONG", ["key"]),
        ({"channel": "pigeon"}, "UNKNOWN_VALUE", ["channel"]),
        ({"channel": None}, "REQUIRED", ["channel"]),
        ({"channel": 1}, "NOT_A_TEXT", ["channel"]),
        ({"rating": 6}, "OUT_OF_RANGE", ["rating"]),
        ({"rating": True}, "NOT_A_NUMBER", ["rating"]),
        ({"rating": "5"}, "NOT_A_NUMBER", ["rating"]),
        ({"rating": 4.5}, "NOT_A_NUMBER", ["rating"]),
        ({"nps": -1}, "OUT_OF_RANGE", ["nps"]),
        ({"product": "spaceship"}, "UNKNOWN_VALUE", ["product"]),
        ({"module": "mop"}, "REQUIRED", ["product"]),
        ({"product": "robot_vacuum_x5", "module": "sail"}, "UNKNOWN_VALUE", ["module"]),
        ({"productVersion": "1" * 101}, "TOO_LONG", ["productVersion"]),
        ({"product_version": "1"}, "UNKNOWN_FIELD", ["product_version"]),
        ({"language": "fr"}, "UNKNOWN_VALUE", ["language"]),
        ({"customer": "Kim"}, "NOT_AN_OBJECT", ["customer"]),
        ({"customer": {"name": "Kim"}}, "REQUIRED", ["customer", "ref"]),
        ({"customer": {"ref": "1", "email": "kim@"}}, "BAD_EMAIL", ["customer", "email"]),
        ({"customer": {"ref": "1", "phone": 7}}, "NOT_A_TEXT", ["customer", "phone"]),
        ({"customer": {"ref": "1", "level": "vip"}}, "UNKNOWN_FIELD", ["customer", "level"]),
        ({"receivedAt": "2999-01-01T00:00:00Z"}, "OUT_OF_RANGE", ["receivedAt"]),
        ({"receivedAt": "2026-01-01T00:00:00"}, "NOT_AN_INSTANT", ["receivedAt"]),
        ({"receivedAt": 0}, "NOT_A_TEXT", ["receivedAt"]),
        ({"receivedAt": "0001-01-01T00:00:00+23:59"}, "OUT_OF_RANGE", ["receivedAt"]),
        ({"receivedAt": "9999-12-31T23:59:59-23:59"}, "OUT_OF_RANGE", ["receivedAt"]),
        ({"followUpOf": "nothing"}, "NOT_FOUND", ["followUpOf"]),
    ],
)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_what_is_wrong_is_named_and_worded(
    site: Site, secret: str, given: dict[str, Any], code: str, field: list[str], language: str
) -> None:
    before = len(await site.rows())
    status, errors, answer = await send(site, secret, GOOD | given, language)
    assert (status, errors) == (422, [(code, field)])
    message = answer.json()["errors"][0]["message"]
    assert message.isascii() == (language == "en") or "“" in message
    assert len(await site.rows()) == before


async def test_all_that_is_wrong_is_said_at_once(site: Site, secret: str) -> None:
    _, errors, _ = await send(site, secret, GOOD | {"rating": "x", "nose": 1, "customer": {"mail": 1}})
    assert [field for _, field in errors] == [["rating"], ["nose"], ["customer", "mail"]]


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, "BAD_REQUEST"),
        (b"[]", {}, 400, "BAD_REQUEST"),
        (b"\xff", {}, 400, "BAD_REQUEST"),
        (b'{"text": "\\ud800"}', {}, 400, "BAD_REQUEST"),
        (b"[" * 100_000, {}, 400, "BAD_REQUEST"),
        (b"{}", {"Content_Type": "text/plain"}, 415, "BAD_MEDIA_TYPE"),
        (b"{}", {"Authorization": "Bearer vox_nobody"}, 401, "UNAUTHENTICATED"),
        (b"{}", {"Authorization": "Basic eA=="}, 401, "UNAUTHENTICATED"),
        (b'{"text": "' + b"x" * 1_000_000 + b'"}', {}, 413, "TOO_LARGE"),
    ],
)
async def test_what_cannot_be_read_has_a_status(
    site: Site, secret: str, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    found, errors, answer = await send(site, secret, body, "zh-CN", **headers)
    assert (found, errors) == (status, [(code, None)])
    assert not answer.json()["errors"][0]["message"].isascii()


async def test_a_body_that_hides_its_size_is_cut_off(site: Site, secret: str) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 100_000

    async with site.visit("en", secret) as visitor:
        answer = await visitor.post("/feedback", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


async def test_only_post_is_taken(site: Site, secret: str) -> None:
    async with site.visit("en", secret) as visitor:
        answer = await visitor.get("/feedback")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_handler_hands_in_nothing(site: Site) -> None:
    async with site.sessions.begin() as session:
        _, handler = await tokens.create(session, "li_na", Role.HANDLER, "li_na")
    status, errors, _ = await send(site, handler, GOOD)
    assert (status, errors) == (403, [("FORBIDDEN", None)])


async def test_while_the_database_is_away_it_asks_for_patience() -> None:
    sessions, loops = open_sessions("postgresql://nobody@127.0.0.1:1/x"), Loops(await connect(NOBODY_LISTENS))
    transport = httpx.ASGITransport(build_app(sessions, loops, Relay(sessions, loops), read_settings({})))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.post("/feedback", json=GOOD, headers={"Authorization": "Bearer vox_x"})
        page = await http.get("/f/feedback")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == page.headers["retry-after"] == "5"
    assert page.status_code == 503
    assert "<h1>" in page.text
