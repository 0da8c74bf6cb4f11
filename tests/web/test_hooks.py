"""``POST /hooks/generic``: signed messages, as Standard Webhooks says."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks import Webhook

from voxloop.server import build_app
from voxloop.settings import read_settings
from voxloop.tests.web.site import HOOK_SECRETS, Site
from voxloop.workflows.relay import Relay

BODY = {"text": "From a hook", "channel": "api"}


def signed(
    body: bytes, secret: str = HOOK_SECRETS[0], id_: str = "msg_1", at: datetime | None = None
) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, at.replace(microsecond=0), body.decode()),
        "content-type": "application/json",
    }


async def send(site: Site, body: bytes, headers: dict[str, str], language: str = "en") -> httpx.Response:
    async with site.visit(language) as visitor:
        return await visitor.post("/hooks/generic", content=body, headers=headers)


async def test_a_signed_message_is_accepted_and_its_replay_is_the_same_item(site: Site) -> None:
    body = json.dumps(BODY).encode()
    first, second = [await send(site, body, signed(body, id_="msg_replayed")) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["code"] == second.json()["code"]
    row = (await site.rows("hook:generic"))[-1]
    assert (row["text"], row["idempotency_key"]) == ("From a hook", "msg_replayed")


async def test_the_published_vector_holds() -> None:
    """https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/tests"""
    at = datetime.fromtimestamp(1614265330, tz=UTC)
    signature = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}'
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_each_of_several_secrets_lets_in(site: Site) -> None:
    body = json.dumps(BODY).encode()
    for number, secret in enumerate(HOOK_SECRETS):
        assert (await send(site, body, signed(body, secret, f"msg_rotated_{number}"))).status_code == 201
    stranger = "whsec_" + "Qk" * 16
    several = signed(body, stranger, "msg_both")
    several["webhook-signature"] += " " + signed(body, HOOK_SECRETS[1], "msg_both")["webhook-signature"]
    assert (await send(site, body, several)).status_code == 201


@pytest.mark.parametrize("late", [timedelta(minutes=-6), timedelta(minutes=6)])
async def test_what_was_signed_at_another_time_is_refused(site: Site, late: timedelta) -> None:
    body = json.dumps(BODY).encode()
    answer = await send(site, body, signed(body, at=datetime.now(UTC) + late), "zh-CN")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "UNAUTHENTICATED")
    assert "签名" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-signature": "v1a,x v2,y"},
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "1e400"},
        {"webhook-id": "another"},
        {"webhook-id": ""},
    ],
)
async def test_what_is_not_ours_is_refused(site: Site, change: dict[str, str]) -> None:
    body = json.dumps(BODY).encode()
    assert (await send(site, body, signed(body) | change)).status_code == 401


async def test_another_body_under_a_signature_is_refused(site: Site) -> None:
    body = json.dumps(BODY).encode()
    for other in (body + b" ", b"\xff\xfe"):
        assert (await send(site, other, signed(body))).status_code == 401


async def test_an_envelope_of_cloud_events_is_opened(site: Site) -> None:
    envelope = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "review", "data": BODY | {"text": "Inside"}}
    body = json.dumps(envelope).encode()
    answer = await send(site, body, signed(body, id_="msg_cloud") | {"content-type": "application/cloudevents+json"})
    assert answer.status_code == 201
    assert (await site.rows("hook:generic"))[-1]["text"] == "Inside"


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (b"{", 400, "BAD_REQUEST", None),
        (b'{"specversion": "0.3", "data": {}}', 422, "UNKNOWN_VALUE", ["specversion"]),
        (b'{"specversion": "1.0", "data": "x"}', 422, "NOT_AN_OBJECT", ["data"]),
        (b'{"channel": "api"}', 422, "REQUIRED", ["text"]),
        (b'{"text": "x", "channel": "api", "tenant": 1}', 422, "UNKNOWN_FIELD", ["tenant"]),
    ],
)
async def test_what_is_wrong_in_a_message_is_named(
    site: Site, body: bytes, status: int, code: str, field: list[str] | None
) -> None:
    answer = await send(site, body, signed(body))
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field)


async def test_without_a_secret_there_is_no_hook(site: Site) -> None:
    app = build_app(site.sessions, site.loops, Relay(site.sessions, site.loops), read_settings({}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        assert (await http.post("/hooks/generic", json=BODY)).status_code == 404
