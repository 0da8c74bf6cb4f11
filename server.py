"""The API server: puts the parts together and routes to them. Stateless: any number of them run side by side."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from voxloop.graphql.endpoint import Endpoint
from voxloop.graphql.hub import Hub
from voxloop.graphql.schema import schema
from voxloop.principals import FRESH_SECONDS, Principals
from voxloop.reception import Parts
from voxloop.settings import Obstacle, Settings
from voxloop.store.sessions import Sessions, open_sessions
from voxloop.web import dashboard, operations, pages
from voxloop.workflows.client import Loops, connect
from voxloop.workflows.relay import Relay

_CONNECTIONS = 10
_FINISH_SECONDS = 5


def build_app(
    sessions: Sessions, loops: Loops, relay: Relay, *, debug: bool = False, fresh_seconds: float = FRESH_SECONDS
) -> Starlette:
    """The application. While it lives it carries the outbox and tells subscribers what has changed.

    What it remembers is ``fresh_seconds`` old at most.
    """
    parts, principals, hub = Parts(sessions, loops, relay), Principals(sessions, fresh_seconds), Hub(sessions)
    endpoint = Endpoint(schema, parts, principals, hub, debug)
    routes = [
        Route("/graphql", endpoint),
        *operations.routes(parts),
        *pages.routes(parts, principals),
        *dashboard.routes(),
    ]

    @contextlib.asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        async with _running(relay.run(), hub.run()):
            yield

    return Starlette(debug=debug, routes=routes, lifespan=living)


@contextlib.asynccontextmanager
async def _running(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def serve(settings: Settings) -> None:
    """Serve at the host and port that are set, until SIGTERM or SIGINT; what has begun is finished first.

    Raises:
        Obstacle: they cannot be had.
    """
    sessions = open_sessions(settings.database_url or "", _CONNECTIONS)
    loops = Loops(await connect(settings.temporal_address or "", settings.temporal_namespace))
    app = build_app(sessions, loops, Relay(sessions, loops))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises them once more when it is done
    config = uvicorn.Config(app, http="httptools", access_log=False, timeout_graceful_shutdown=_FINISH_SECONDS)
    with _listening(settings) as listener:
        await uvicorn.Server(config).serve([listener])
    await sessions.dispose()


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Obstacle("port_in_use", port=settings.port, host=settings.host, variable="VOXLOOP_PORT") from error
        raise Obstacle("bad_host", host=settings.host) from error
