"""The API server: puts the parts together and routes to them. Stateless: any number of them run side by side."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from voxloop.graphql.context import Parts
from voxloop.graphql.endpoint import Endpoint
from voxloop.graphql.principals import FRESH_SECONDS, Principals
from voxloop.graphql.schema import schema
from voxloop.store import health
from voxloop.store.sessions import Sessions
from voxloop.workflows.client import Loops
from voxloop.workflows.relay import Relay


def build_app(
    sessions: Sessions, loops: Loops, relay: Relay, *, debug: bool = False, fresh_seconds: float = FRESH_SECONDS
) -> Starlette:
    """The application. While it lives it carries the outbox; what it remembers is ``fresh_seconds`` old at most."""

    @contextlib.asynccontextmanager
    async def carrying(app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(relay.run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def live(request: Request) -> JSONResponse:
        return JSONResponse({"live": True})

    async def ready(request: Request) -> JSONResponse:
        answers = await health.answers(sessions)
        return JSONResponse({"database": answers}, 200 if answers else 503)

    endpoint = Endpoint(schema, Parts(sessions, loops, relay), Principals(sessions, fresh_seconds), debug)
    routes = [
        Route("/graphql", endpoint, methods=["POST"]),
        Route("/health/live", live),
        Route("/health/ready", ready),
    ]
    return Starlette(debug=debug, routes=routes, lifespan=carrying)
