"""What operators' tools ask a server: whether it lives, whether it is ready, its metrics."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from voxloop.reception import Parts
from voxloop.store import health


def routes(parts: Parts) -> list[BaseRoute]:
    """All of them."""

    async def live(request: Request) -> JSONResponse:
        return JSONResponse({"live": True})

    async def ready(request: Request) -> JSONResponse:
        answers = await health.answers(parts.sessions)
        return JSONResponse({"database": answers}, 200 if answers else 503)

    return [Route("/health/live", live), Route("/health/ready", ready)]
