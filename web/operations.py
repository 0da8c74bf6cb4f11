"""What operators' tools ask a server: whether it lives, whether it is ready, its metrics.

Nobody proves who he is here, and nothing here is about a person; let only your own network reach it.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from voxloop import telemetry
from voxloop.principals import Remembered
from voxloop.reception import Parts
from voxloop.store import gauges, health, schema

_COUNT_SECONDS = 5.0
_CURRENT_SECONDS = 60.0


def routes(parts: Parts) -> list[BaseRoute]:
    """All of them."""
    counted: Remembered[dict[tuple[str, str | None], float]] = Remembered(_COUNT_SECONDS)
    current: Remembered[bool] = Remembered(_CURRENT_SECONDS)

    async def count() -> dict[tuple[str, str | None], float]:
        async with parts.sessions.connect() as session:
            return await gauges.read(session)

    async def is_current() -> bool | None:
        return await schema.is_current(parts.sessions) or None  # not remembered: a migration may run now

    async def live(request: Request) -> JSONResponse:
        return JSONResponse({"live": True})

    async def ready(request: Request) -> JSONResponse:
        database, temporal = await asyncio.gather(health.answers(parts.sessions), parts.loops.answers())
        newest = database and await current.get("", is_current) is not None
        told = {"database": database, "schema": newest, "temporal": temporal}
        # Without Temporal feedback is accepted all the same, and starts later.
        return JSONResponse(told, 200 if newest else 503)

    async def metrics(request: Request) -> Response:
        answers = await health.answers(parts.sessions)
        known = await counted.get("", count) if answers else None
        return Response(telemetry.show(known), media_type=telemetry.CONTENT_TYPE)

    return [Route("/health/live", live), Route("/health/ready", ready), Route("/metrics", metrics)]
