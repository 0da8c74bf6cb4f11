"""The outgoing webhook end to end: each stage change once, in order, whatever its receiver answers."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.responses import Response

from voxloop.activities.webhooks import TARGET
from voxloop.domain.loop import Verb
from voxloop.integrations.webhook import WebhookChannel
from voxloop.store import messages
from voxloop.tests.integrations.endpoint import SECRET, Endpoint, serve_endpoint
from voxloop.tests.workflows.house import House


async def listening(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Endpoint]:
    targets: Any = house.parts.means.targets
    async with serve_endpoint() as endpoint:
        monkeypatch.setitem(house.parts.channels, TARGET, WebhookChannel(endpoint.url, (SECRET,)))
        monkeypatch.setitem(targets, TARGET, TARGET)
        yield endpoint


@pytest.fixture
async def endpoint(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Endpoint]:
    async for endpoint in listening(house, monkeypatch):
        yield endpoint


@pytest.fixture
async def real_endpoint(real_house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Endpoint]:
    async for endpoint in listening(real_house, monkeypatch):
        yield endpoint


def kinds(endpoint: Endpoint) -> list[str]:
    return [event["type"].removeprefix("voxloop.feedback.") for event in endpoint.taken]


async def test_a_whole_life_is_told_in_order(house: House, endpoint: Endpoint) -> None:
    item = await house.settled_item("praise", text="很好用，非常满意", rating=5)
    await house.act(item, Verb.REOPEN)
    await house.settle()
    await house.act(item, Verb.CANCEL, {"text": "重复"})
    await house.let_pass(timedelta(days=15))
    assert kinds(endpoint)[:2] == ["received", "closed"]
    assert "reopened" in kinds(endpoint)
    assert kinds(endpoint)[-2:] == ["closed", "finished"]
    row = await house.row(item)
    keys = [event["id"] for event in endpoint.taken]
    assert len(set(keys)) == len(keys)
    for event in endpoint.taken:
        assert event["specversion"] == "1.0"
        assert event["subject"] == event["data"]["code"] == row["code"]
        assert datetime.fromisoformat(event["time"]).tzinfo is not None
        assert "很好用" not in str(event)
    versions = [event["data"]["version"] for event in endpoint.taken]
    assert versions == sorted(versions)
    assert endpoint.taken[0]["data"]["rating"] == 5


async def test_a_receiver_that_fails_gets_each_event_once_more(real_house: House, real_endpoint: Endpoint) -> None:
    real_endpoint.answers = [Response(status_code=500), Response(status_code=429, headers={"Retry-After": "1"})]
    item = await real_house.settled_item("praise")
    assert kinds(real_endpoint) == ["received", "closed"]
    assert [event["id"] for event, _ in real_endpoint.arrived][:3] == [real_endpoint.taken[0]["id"]] * 3
    sent = [message for message in await real_house.messages(item) if message["via"] == TARGET]
    assert [message["state"] for message in sent] == ["accepted", "accepted"]
    async with real_house.sessions.connect() as session:
        read = await messages.of_items(session, [item])
    assert TARGET not in {message["via"] for message in read}
    assert read


async def test_a_refusal_is_no_news_for_the_item(house: House, endpoint: Endpoint) -> None:
    endpoint.answers = [Response(status_code=400), Response(status_code=400)]
    item = await house.settled_item("praise")
    sent = [message for message in await house.messages(item) if message["via"] == TARGET]
    assert [message["state"] for message in sent] == ["refused", "refused"]
    assert "delivery_failed" not in await house.kinds(item)


async def test_it_costs_the_loop_nothing(house: House, endpoint: Endpoint) -> None:
    item = await house.settled_item("praise", text="很好用，非常满意")
    assert kinds(endpoint) == ["received", "closed"]
    assert len((await house.history(item)).events) <= 14
