"""One trace from a request through its loop to the effects outside, and nothing of a person in it."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from voxloop import tracing
from voxloop.activities.webhooks import TARGET
from voxloop.domain.viewer import Role
from voxloop.integrations.webhook import WebhookChannel
from voxloop.server import build_app
from voxloop.settings import read_settings
from voxloop.store import tokens
from voxloop.store.item_tables import feedback
from voxloop.tests.conftest import NewDatabase
from voxloop.tests.integrations.endpoint import SECRET, serve_endpoint
from voxloop.tests.workflows.house import House, open_house
from voxloop.workflows.attributes import KEYS
from voxloop.workflows.client import connect, interceptors
from voxloop.workflows.failures import CONVERTER
from voxloop.workflows.feedback import FeedbackLoop
from voxloop.workflows.relay import Relay

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SUBMIT = """mutation ($text: String!) { submitFeedback(input: {
  text: $text, channel: APP, key: "k", customer: {ref: "C-trace", name: "张三丰", email: "zhang@example.cn"}
}) { feedback { code } userErrors { message } } }"""


@pytest.fixture(scope="module")
def exported() -> Iterator[InMemorySpanExporter]:
    """The spans of this process, which is traced meanwhile."""
    exporter = InMemorySpanExporter()
    tracing.start_with("test", SimpleSpanProcessor(exporter))
    yield exporter
    tracing._tracer = None


@pytest.fixture(scope="module")
async def house(
    exported: InMemorySpanExporter, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    url = await new_database("traced")
    binary = str(Path(sys.executable).parent / "temporal")
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary, search_attributes=KEYS, data_converter=CONVERTER
    ) as server:
        traced = await connect(server.client.service_client.config.target_host, lazy=False)
        async with open_house(WorkflowEnvironment.from_client(traced), url, tmp_path_factory.mktemp("traced")) as house:
            yield house


async def submit(house: House, text: str, **headers: str) -> None:
    async with house.sessions.begin() as session:
        _, secret = await tokens.create(session, "traced", Role.ADMIN)
    app = build_app(house.sessions, house.loops, Relay(house.sessions, house.loops), read_settings({}))
    headers |= {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers) as http:
        answer = await http.post("/graphql", json={"query": SUBMIT, "variables": {"text": text}})
    submitted: dict[str, Any] = answer.json()["data"]["submitFeedback"]
    assert submitted["userErrors"] == []
    house.items += [row["id"] for row in await rows(house)]


async def rows(house: House) -> list[Any]:
    async with house.sessions.connect() as session:
        return list((await session.execute(select(feedback.c.id))).mappings())


def spans(exporter: InMemorySpanExporter, trace: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.context and f"{span.context.trace_id:032x}" == trace]


async def test_one_trace_from_the_request_to_the_effect(
    house: House, exported: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets: Any = house.parts.means.targets
    async with serve_endpoint() as endpoint:
        monkeypatch.setitem(house.parts.channels, TARGET, WebhookChannel(endpoint.url, (SECRET,)))
        monkeypatch.setitem(targets, TARGET, TARGET)
        await submit(house, "屏幕碎成了渣", traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")
        await house.settle()
        heard = [headers["traceparent"].split("-")[1] for _, headers in endpoint.arrived]
    found = spans(exported, TRACE)
    names = {span.name for span in found}
    assert {
        "POST /graphql",
        "relay start_loop",
        "StartWorkflow:FeedbackLoop",
        "RunActivity:acknowledge",
        "RunActivity:decide",
        "RunActivity:send_pending",
    } <= names
    assert TRACE in heard
    told = "".join(span.to_json() for span in exported.get_finished_spans())
    assert [secret for secret in ("屏幕碎成了渣", "张三丰", "zhang@example.cn") if secret in told] == []
    [request] = [span for span in found if span.name == "POST /graphql"]
    assert request.attributes is not None
    assert dict(request.attributes) == {
        "http.request.method": "POST",
        "http.route": "/graphql",
        "http.response.status_code": 200,
    }


async def test_a_traced_history_replays_with_and_without_traces(house: House) -> None:
    history = await house.history(house.items[0])
    for around in (interceptors(), []):
        replayer = Replayer(workflows=[FeedbackLoop], data_converter=CONVERTER, interceptors=around)
        await replayer.replay_workflow(history)


def test_what_an_error_says_does_not_leave(exported: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="13912345678"), tracing.going_on({}, "failing"):
        raise ValueError("13912345678")
    [failed] = [span for span in exported.get_finished_spans() if span.name == "failing"]
    assert "ValueError" in failed.to_json()
    assert "13912345678" not in failed.to_json()
    assert not failed.status.is_ok


def test_without_a_collector_nothing_is_carried() -> None:
    before, tracing._tracer = tracing._tracer, None
    try:
        assert (tracing.carried(), tracing.trace_id(), interceptors()) == ({}, None, [])
    finally:
        tracing._tracer = before
