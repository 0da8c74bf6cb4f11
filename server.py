"""The API server: puts the parts together and routes to them. Stateless: any number of them run side by side."""

import contextlib
import errno
import gc
import signal
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute

from voxloop import telemetry
from voxloop.background import running
from voxloop.graphql.bounds import LARGEST_BODY
from voxloop.graphql.endpoint import Endpoint, Policy
from voxloop.graphql.hub import Hub
from voxloop.graphql.schema import schema
from voxloop.principals import FRESH_SECONDS, Principals
from voxloop.reception import Parts
from voxloop.settings import Obstacle, Settings
from voxloop.store.sessions import Sessions, open_sessions
from voxloop.web import dashboard, operations, pages, rendering
from voxloop.web.observed import Observed
from voxloop.workflows.client import Loops, connect
from voxloop.workflows.relay import Relay

_CONNECTIONS = 10
_FINISH_SECONDS = 5


def build_app(
    sessions: Sessions, loops: Loops, relay: Relay, settings: Settings, fresh_seconds: float = FRESH_SECONDS
) -> Starlette:
    """The application. While it lives it carries the outbox and tells subscribers what has changed.

    What it remembers is ``fresh_seconds`` old at most.
    """
    parts = Parts(sessions, loops, relay, settings.address, settings.scale)
    principals, hub = Principals(sessions, fresh_seconds), Hub(sessions)
    origins = settings.allowed_origins
    telemetry.HUB_CLIENTS.set_function(lambda: hub.clients)
    endpoint = Endpoint(schema, parts, principals, hub, Policy(settings.development, settings.only_stored, origins))
    routes = [
        Route("/graphql", endpoint),
        WebSocketRoute("/graphql", endpoint),
        *operations.routes(parts),
        *pages.routes(parts, principals, settings.hook_secrets),
        *dashboard.routes(),
        *rendering.routes(),
    ]

    @contextlib.asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        async with running(relay.run(), hub.run()):
            yield

    asked_from = Middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"], allow_headers=["*"])
    around = [Middleware(Observed), *([asked_from] if origins else [])]
    return Starlette(routes=routes, lifespan=living, middleware=around)


async def serve(settings: Settings) -> None:
    """Serve at the host and port that are set, until SIGTERM or SIGINT; what has begun is finished first.

    Raises:
        Obstacle: they cannot be had.
    """
    sessions = open_sessions(settings.database_url or "", _CONNECTIONS)
    loops = Loops(await connect(settings.temporal_address or "", settings.temporal_namespace))
    app = build_app(sessions, loops, Relay(sessions, loops), settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises them once more when it is done
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=LARGEST_BODY,
        ws_per_message_deflate=False,  # a compressor of a third of a megabyte for each subscriber
        access_log=False,
        log_config=None,  # as the process logs
        timeout_graceful_shutdown=_FINISH_SECONDS,
    )
    gc.collect()
    gc.freeze()  # what is loaded by now stays; looking through it again and again would cost a fifth of a request
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
