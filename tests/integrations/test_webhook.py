"""The outgoing webhook against a real receiver: what it gets, and what its answers mean."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import formatdate
from time import time

import pytest
from starlette.responses import RedirectResponse, Response

from voxloop.integrations.ports import Outgoing, Refused, Sent, Unavailable
from voxloop.integrations.webhook import WebhookChannel
from voxloop.tests.integrations.endpoint import NEXT_SECRET, SECRET, Endpoint, serve_endpoint

EVENT = Outgoing("vox-abc234-FB000001-1", "webhook", None, None, '{"type": "voxloop.feedback.closed", "title": "关闭"}')


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    async with serve_endpoint() as endpoint:
        yield endpoint


async def test_an_event_is_signed_and_carries_its_key(endpoint: Endpoint) -> None:
    sent = await WebhookChannel(endpoint.url, (SECRET,)).send(EVENT)
    assert sent == Sent("accepted", EVENT.key)
    [(event, headers)] = endpoint.arrived
    assert event["title"] == "关闭"
    assert headers["webhook-id"] == EVENT.key
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"


@pytest.mark.parametrize("known", [SECRET, NEXT_SECRET])
async def test_while_a_secret_takes_anothers_place_both_are_good(known: str, endpoint: Endpoint) -> None:
    endpoint.secret = known
    await WebhookChannel(endpoint.url, (SECRET, NEXT_SECRET)).send(EVENT)
    assert len(endpoint.taken) == 1


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(400, Refused), (401, Refused), (404, Refused), (408, Unavailable), (429, Unavailable), (500, Unavailable)],
)
async def test_what_an_answer_means(status: int, meaning: type[Exception], endpoint: Endpoint) -> None:
    endpoint.answers = [Response(status_code=status)]
    with pytest.raises(meaning):
        await WebhookChannel(endpoint.url, (SECRET,)).send(EVENT)


async def test_it_is_not_led_elsewhere(endpoint: Endpoint) -> None:
    endpoint.answers = [RedirectResponse(endpoint.url, 307)]
    with pytest.raises(Refused):
        await WebhookChannel(endpoint.url, (SECRET,)).send(EVENT)
    assert len(endpoint.arrived) == 1


async def test_who_is_gone_is_not_asked_again(endpoint: Endpoint) -> None:
    endpoint.answers = [Response(status_code=410)]
    channel = WebhookChannel(endpoint.url, (SECRET,))
    for _ in range(2):
        with pytest.raises(Refused):
            await channel.send(EVENT)
    assert len(endpoint.arrived) == 1


@pytest.mark.parametrize(
    ("wanted", "least", "most"),
    [
        ("7", 7, 7),
        ("0", 1, 1),
        ("999999999", 3600, 3600),
        ("soon", None, None),
        # Named, or its name would differ between the processes that collect it.
        pytest.param(formatdate(time() + 3000, usegmt=True), 60, 3000, id="a date"),
    ],
)
async def test_it_waits_as_long_as_it_is_asked_to(
    wanted: str, least: int | None, most: int | None, endpoint: Endpoint
) -> None:
    endpoint.answers = [Response(status_code=429, headers={"Retry-After": wanted})]
    with pytest.raises(Unavailable) as told:
        await WebhookChannel(endpoint.url, (SECRET,)).send(EVENT)
    if least is None or most is None:
        assert told.value.after is None
    else:
        assert told.value.after is not None
        assert timedelta(seconds=least) <= told.value.after <= timedelta(seconds=most)


async def test_nobody_listens() -> None:
    with pytest.raises(Unavailable):
        await WebhookChannel("http://127.0.0.1:1/hook", (SECRET,)).send(EVENT)
