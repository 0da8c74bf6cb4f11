"""The least that an intake can be (FACTS D5): decode, insert row and command in one statement, answer with the id.

``bare.py PORT URL`` serves it: Starlette, uvicorn and asyncpg alone, into the real tables. It checks nothing and tells
no event.
"""

import contextlib
import re
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from voxloop.domain.identity import new_id

CONNECTIONS = 10
_GIVEN = (
    "key", "text", "channel", "form", "scenario", "rating", "nps", "product", "productLine", "module",
    "productVersion", "batch", "region", "orderRef", "customer", "followUpOf",
)  # fmt: skip
_NAMES = [re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", name) for name in _GIVEN[1:]]
_MADE = ("id", "source", "argument_hash", "language", "received_at", "search_keys", "version")
_PLACES = ", ".join(f"${number + 1}" for number in range(len(_GIVEN) + len(_MADE)))
_INSERT = f"""
WITH new AS (
  INSERT INTO feedback ({", ".join(("idempotency_key", *_NAMES, *_MADE))}) VALUES ({_PLACES})
  ON CONFLICT DO NOTHING RETURNING id, code
), queued AS (
  INSERT INTO outbox (command, workflow, payload)
  SELECT 'start_loop', concat('feedback/', id), jsonb_build_object('code', code) FROM new
)
SELECT id, code FROM new
"""


def app(url: str) -> Starlette:
    """The application."""

    @contextlib.asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as app.state.pool:
            yield

    async def accept(request: Request) -> Response:
        given = orjson.loads(await request.body())
        made = [new_id(), "bare", "-", "zh-CN", datetime.now(UTC), given["text"].split(), 1]
        row = await request.app.state.pool.fetchrow(_INSERT, *(given.get(name) for name in _GIVEN), *made)
        answer = {"id": str(row["id"]), "code": row["code"]}
        return Response(orjson.dumps(answer), media_type="application/json")

    return Starlette(routes=[Route("/", accept, methods=["POST"])], lifespan=living)


if __name__ == "__main__":
    uvicorn.run(app(sys.argv[2]), port=int(sys.argv[1]), http="httptools", access_log=False, log_level="warning")
