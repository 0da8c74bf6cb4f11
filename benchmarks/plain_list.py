"""The list query by Strawberry as its documentation shows it: types, dataloaders, its own ASGI application, asyncpg.

``plain_list.py PORT URL`` serves it, on the real tables. It lets everybody in.
"""

import base64
import contextlib
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from enum import Enum
from typing import Any

import asyncpg
import orjson
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

from voxloop.domain.feedback import Channel, FeedbackType, Priority, Stage


@strawberry.enum
class Language(Enum):
    ZH_CN = "zh-CN"
    EN = "en"


@strawberry.enum
class ActorKind(Enum):
    MEMBER = "member"
    CUSTOMER = "customer"
    INTEGRATION = "integration"
    RULE = "rule"
    SYSTEM = "system"


for value in (Channel, FeedbackType, Priority, Stage):
    strawberry.enum(value)

_ITEMS = """
SELECT id, version, text, language, channel, rating, nps, type, sentiment, priority, stage, round, region,
    due_at, received_at, owner
FROM feedback ORDER BY received_at DESC, id DESC LIMIT $1
"""
_MEMBERS = "SELECT key, name ->> 'zh-CN' AS name, active FROM member WHERE key = ANY($1)"
_EVENTS = """
SELECT item, at, kind, actor_kind, actor FROM unnest($1::uuid[]) AS wanted(id), LATERAL (
    SELECT * FROM event WHERE event.item = wanted.id ORDER BY version DESC LIMIT $2) AS newest
ORDER BY item, version
"""


@strawberry.type
class Member:
    id: strawberry.ID
    key: str
    name: str
    active: bool


@strawberry.type
class Event:
    at: datetime
    kind: str
    actor_kind: ActorKind
    actor: str | None


@strawberry.type
class Feedback:
    id: strawberry.ID
    version: int
    text: str
    language: Language
    channel: Channel
    rating: int | None
    nps: int | None
    type: FeedbackType | None
    sentiment: float | None
    priority: Priority
    stage: Stage
    round: int
    region: str | None
    due_at: datetime | None
    received_at: datetime
    key: strawberry.Private[Any]
    owner_key: strawberry.Private[str | None]

    @strawberry.field
    async def owner(self, info: strawberry.Info[dict[str, Any], None]) -> Member | None:
        found: Member | None = await info.context["members"].load(self.owner_key)
        return found

    @strawberry.field
    async def timeline(self, info: strawberry.Info[dict[str, Any], None], last: int) -> list[Event]:
        found: list[Event] = await info.context["events"].load((self.key, last))
        return found


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Page:
    nodes: list[Feedback]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field
    async def feedbacks(self, info: strawberry.Info[dict[str, Any], None], first: int) -> Page:
        rows = await info.context["pool"].fetch(_ITEMS, first + 1)
        nodes = [_feedback(row) for row in rows[:first]]
        cursor = _cursor(rows[len(nodes) - 1]) if nodes else None
        return Page(nodes=nodes, page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=cursor))


class Application(GraphQL[dict[str, Any], None]):
    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> dict[str, Any]:
        pool = request.app.state.pool

        async def members(keys: list[str]) -> list[Member | None]:
            rows = {row["key"]: row for row in await pool.fetch(_MEMBERS, keys)}
            return [_member(rows[key]) if key in rows else None for key in keys]

        async def events(keys: list[tuple[Any, int]]) -> list[list[Event]]:
            found: dict[Any, list[Event]] = {}
            for row in await pool.fetch(_EVENTS, [item for item, _ in keys], keys[0][1]):
                found.setdefault(row["item"], []).append(_event(row))
            return [found.get(item, []) for item, _ in keys]

        return {"pool": pool, "members": DataLoader(load_fn=members), "events": DataLoader(load_fn=events)}


def _feedback(row: Any) -> Feedback:
    return Feedback(
        id=_global_id("Feedback", row["id"]),
        version=row["version"],
        text=row["text"],
        language=Language(row["language"]),
        channel=Channel(row["channel"]),
        rating=row["rating"],
        nps=row["nps"],
        type=FeedbackType(row["type"]) if row["type"] else None,
        sentiment=row["sentiment"],
        priority=Priority(row["priority"]),
        stage=Stage(row["stage"]),
        round=row["round"],
        region=row["region"],
        due_at=row["due_at"],
        received_at=row["received_at"],
        key=row["id"],
        owner_key=row["owner"],
    )


def _member(row: Any) -> Member:
    return Member(id=_global_id("Member", row["key"]), key=row["key"], name=row["name"], active=row["active"])


def _event(row: Any) -> Event:
    return Event(at=row["at"], kind=row["kind"], actor_kind=ActorKind(row["actor_kind"]), actor=row["actor"])


def _global_id(type_: str, id_: object) -> strawberry.ID:
    return strawberry.ID(base64.b64encode(f"{type_}:{id_}".encode()).decode())


def _cursor(row: Any) -> str:
    values = ["RECEIVED_AT", row["received_at"], str(row["id"])]
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode()


def app(url: str) -> Starlette:
    """The application."""

    @contextlib.asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=10, max_size=10) as app.state.pool:
            yield

    return Starlette(routes=[Route("/graphql", Application(strawberry.Schema(Query)))], lifespan=living)


if __name__ == "__main__":
    uvicorn.run(app(sys.argv[2]), port=int(sys.argv[1]), http="httptools", access_log=False, log_level="warning")
