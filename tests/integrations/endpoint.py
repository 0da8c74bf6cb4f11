"""A webhook's receiver on a real port: it checks each signature and answers as it is told."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEXT_SECRET = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"


@dataclass
class Endpoint:
    """``answers`` are given in order, then 204; ``arrived``: each verified event with its headers, ``taken``: those
    that were answered with 2xx."""

    url: str
    secret: str = SECRET
    answers: list[Response] = field(default_factory=list)
    arrived: list[tuple[dict[str, Any], dict[str, str]]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)

    async def receive(self, request: Request) -> Response:
        event = Webhook(self.secret).verify(await request.body(), dict(request.headers))
        self.arrived.append((event, dict(request.headers)))
        answer = self.answers.pop(0) if self.answers else Response(status_code=204)
        if answer.status_code < 300:
            self.taken.append(event)
        return answer


@contextlib.asynccontextmanager
async def serve_endpoint() -> AsyncIterator[Endpoint]:
    """An endpoint, listening."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}/hook")
        app = Starlette(routes=[Route("/hook", endpoint.receive, methods=["POST"])])
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]  # the test's process keeps its own
        task = asyncio.create_task(server.serve([listener]))
        yield endpoint
        server.should_exit = True
        await task
