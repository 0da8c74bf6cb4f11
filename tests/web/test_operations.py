"""What monitoring sees of a server, and what nobody may see in its log."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voxloop import logs
from voxloop.domain.identity import new_id
from voxloop.server import build_app
from voxloop.settings import read_settings
from voxloop.store.sessions import Sessions, open_sessions
from voxloop.store.tables import customer
from voxloop.tests.items import hand_in
from voxloop.tests.web.site import Site
from voxloop.web.observed import Observed
from voxloop.workflows.client import Loops, connect
from voxloop.workflows.relay import Relay

NOBODY_LISTENS = "127.0.0.1:1"


def client(sessions: Sessions, loops: Loops) -> httpx.AsyncClient:
    app = build_app(sessions, loops, Relay(sessions, loops), read_settings({}), fresh_seconds=0)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def nobody() -> httpx.AsyncClient:
    """A server whose database and Temporal are away."""
    return client(open_sessions("postgresql://nobody@127.0.0.1:1/nothing"), Loops(await connect(NOBODY_LISTENS)))


def samples(metrics: str) -> dict[tuple[str, str], float]:
    """By name and the values of its labels."""
    families = text_string_to_metric_families(metrics)
    return {(each.name, ",".join(each.labels.values())): each.value for family in families for each in family.samples}


async def test_metrics_tell_how_it_stands(site: Site) -> None:
    async with site.sessions.begin() as session:
        await hand_in(session, datetime.now(UTC))
    await site.visit().get("/health/live", headers={"X-Request-ID": "a"})
    answer = await site.visit().get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = samples(answer.text)
    assert found["voxloop_database_up", ""] == 1
    assert found["voxloop_open_items", "received"] >= 1
    assert found["voxloop_outbox_commands", ""] >= 1
    assert found["voxloop_outbox_oldest_seconds", ""] >= 0
    assert found["voxloop_http_requests_total", "GET,/health/live,200"] >= 1
    named = {name for name, _ in found}
    assert {"voxloop_intake_seconds_count", "voxloop_act_seconds_count", "voxloop_hub_clients"} <= named


async def test_paths_that_somebody_tries_are_no_labels(site: Site) -> None:
    await site.visit().get("/no/such/path/13800138000")
    assert "13800138000" not in (await site.visit().get("/metrics")).text


async def test_metrics_answer_while_the_database_is_away() -> None:
    async with await nobody() as http:
        found = samples((await http.get("/metrics")).text)
    assert found["voxloop_database_up", ""] == 0
    assert ("voxloop_outbox_commands", "") not in found


async def test_it_is_ready_without_temporal(site: Site) -> None:
    answer = await site.visit().get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "schema": True, "temporal": False})


async def test_it_is_not_ready_without_its_database_or_its_schema(database_url: str, new_database: object) -> None:
    async with await nobody() as http:
        assert (await http.get("/health/live")).status_code == 200
        answer = await http.get("/health/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, False)
    sessions = open_sessions(database_url, size=0).execution_options(isolation_level="AUTOCOMMIT")
    async with sessions.connect() as session:
        await session.execute(text("CREATE DATABASE bare"))
    bare = open_sessions(str(sessions.url.set(database="bare").render_as_string(hide_password=False)))
    async with client(bare, Loops(await connect(NOBODY_LISTENS))) as http:
        answer = await http.get("/health/ready")
    await bare.dispose()
    assert (answer.status_code, answer.json()["database"], answer.json()["schema"]) == (503, True, False)


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2", True), ("a b", False), ("x" * 101, False), ("\xe9", False)])
async def test_a_request_has_an_id(given: str, kept: bool, site: Site) -> None:
    answer = await site.visit().get("/health/live", headers=[(b"X-Request-ID", given.encode("latin-1"))])
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.headers["x-request-id"]


Log = logging.StreamHandler[io.StringIO]


@pytest.fixture
def log() -> Iterator[Log]:
    """The log of a process that logs JSON."""
    before, level = logging.root.handlers[:], logging.root.level
    logs.prepare("json")
    [handler] = logging.root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(io.StringIO())
    yield handler
    logging.root.handlers[:] = before
    logging.root.setLevel(level)


SECRETS = ("张三丰", "13912345678", "zhang@example.cn", "屏幕碎成了渣")


async def test_an_unforeseen_error_leaves_nothing_of_a_person_in_the_log(sessions: Sessions, log: Log) -> None:
    name, phone, email, words = SECRETS

    async def fail(request: Request) -> Response:
        """As a handler whose statement the database refuses, and whose own error quotes what was sent."""
        given = await request.json()
        try:
            async with sessions.begin() as session:
                for _ in range(2):
                    values = {"id": new_id(), "ref": given["phone"], "name": given["name"], "email": given["email"]}
                    await session.execute(insert(customer).values(**values))
        except Exception as error:
            raise ValueError(f"cannot keep {given}") from error
        return Response()

    async def logging_fail(request: Request) -> Response:
        try:
            return await fail(request)
        except ValueError:
            logging.getLogger("voxloop.test").exception("unforeseen error")
            return Response(status_code=500)

    app = Observed(Starlette(routes=[Route("/fail", logging_fail, methods=["POST"])]))
    body = {"name": name, "phone": phone, "email": email, "text": words}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        await http.post("/fail", json=body, headers={"X-Request-ID": "r-1"})
    [line] = log.stream.getvalue().splitlines()
    told = json.loads(line)
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "voxloop.test", "unforeseen error")
    assert told["request"] == "r-1"
    assert datetime.fromisoformat(told["time"]).tzinfo is not None
    assert "builtins.ValueError" in told["error"]
    assert "sqlstate=23505 constraint_name=uq_customer_ref" in told["error"]
    assert "test_operations.py" in told["error"]
    assert [secret for secret in SECRETS if secret in line] == []


async def test_lines_for_people_hold_the_same(log: Log) -> None:
    log.setFormatter(logs.Text())
    known = logs.ITEM.set("0192-item")
    try:
        int(SECRETS[0])
    except ValueError:
        logging.getLogger("voxloop.test").exception("unforeseen error")
    finally:
        logs.ITEM.reset(known)
    first, *rest = log.stream.getvalue().splitlines()
    assert first.endswith("ERROR voxloop.test: unforeseen error [item=0192-item]")
    assert rest[0] == "builtins.ValueError"
    assert SECRETS[0] not in log.stream.getvalue()
