"""The least that the list query can be (FACTS D2): three statements, dictionaries, orjson; it answers nothing else.

``raw_list.py PORT URL`` serves it: Starlette, uvicorn and asyncpg alone, on the real tables. It lets everybody in.
"""

import base64
import contextlib
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_ITEMS = """
SELECT id, version, text, language, channel, rating, nps, type, sentiment, priority, stage, round, region,
    due_at, received_at, owner
FROM feedback ORDER BY received_at DESC, id DESC LIMIT $1
"""
_MEMBERS = "SELECT key, name ->> 'zh-CN' AS name, active FROM member WHERE key = ANY($1)"
_EVENTS = """
SELECT item, at, kind, actor_kind, actor FROM unnest($1::uuid[]) AS wanted(id), LATERAL (
    SELECT * FROM event WHERE event.item = wanted.id ORDER BY version DESC LIMIT 3) AS newest
ORDER BY item, version
"""


def app(url: str) -> Starlette:
    """The application."""

    @contextlib.asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=10, max_size=10) as app.state.pool:
            yield

    async def answer(request: Request) -> Response:
        first = orjson.loads(await request.body())["variables"]["first"]
        async with request.app.state.pool.acquire() as connection:
            rows = await connection.fetch(_ITEMS, first + 1)
            more, rows = len(rows) > first, rows[:first]
            members = {row["key"]: row for row in await connection.fetch(_MEMBERS, [row["owner"] for row in rows])}
            events = defaultdict(list)
            for row in await connection.fetch(_EVENTS, [row["id"] for row in rows]):
                events[row["item"]].append(_event(row))
        nodes = [_item(row, members[row["owner"]], events[row["id"]]) for row in rows]
        page = {"hasNextPage": more, "endCursor": _cursor(rows[-1]) if rows else None}
        data = {"data": {"feedbacks": {"nodes": nodes, "pageInfo": page}}}
        return Response(orjson.dumps(data, option=orjson.OPT_UTC_Z), media_type="application/json")

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"])], lifespan=living)


def _item(row: Any, owner: Any, events: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": _global_id("Feedback", row["id"]),
        "version": row["version"],
        "text": row["text"],
        "language": row["language"].upper().replace("-", "_"),
        "channel": row["channel"].upper(),
        "rating": row["rating"],
        "nps": row["nps"],
        "type": row["type"].upper(),
        "sentiment": row["sentiment"],
        "priority": row["priority"].upper(),
        "stage": row["stage"].upper(),
        "round": row["round"],
        "region": row["region"],
        "dueAt": row["due_at"],
        "receivedAt": row["received_at"],
        "owner": {
            "id": _global_id("Member", owner["key"]),
            "key": owner["key"],
            "name": owner["name"],
            "active": owner["active"],
        },
        "timeline": events,
    }


def _event(row: Any) -> dict[str, Any]:
    return {"at": row["at"], "kind": row["kind"], "actorKind": row["actor_kind"].upper(), "actor": row["actor"]}


def _global_id(type_: str, id_: object) -> str:
    return base64.b64encode(f"{type_}:{id_}".encode()).decode()


def _cursor(row: Any) -> str:
    values = ["RECEIVED_AT", row["received_at"], str(row["id"])]
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode()


if __name__ == "__main__":
    uvicorn.run(app(sys.argv[2]), port=int(sys.argv[1]), http="httptools", access_log=False, log_level="warning")
