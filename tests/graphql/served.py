"""The API behind a real server and a real socket, for what an in-process client cannot see."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import orjson
import uvicorn
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from voxloop.graphql.bounds import LARGEST_BODY

PROTOCOL = Subprotocol("graphql-transport-ws")
Said = dict[str, Any]


@contextlib.asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serves ``app`` meanwhile; ``127.0.0.1:PORT``."""
    config = uvicorn.Config(
        app, ws="websockets-sansio", ws_max_size=LARGEST_BODY, log_level="error", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve([listener]))
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


class Talk:
    """One connection of graphql-transport-ws as its client sees it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, said: object) -> None:
        await self.connection.send(said if isinstance(said, str | bytes) else orjson.dumps(said).decode())

    async def hear(self) -> Said:
        said = await self.connection.recv()
        assert isinstance(said, str), "frames are text"
        heard: Said = orjson.loads(said)
        return heard

    async def begin(self, **payload: object) -> Said:
        """``connection_init`` with its answer."""
        await self.say({"type": "connection_init", "payload": payload})
        return await self.hear()

    async def ask(self, query: str, id_: str = "1", **variables: object) -> None:
        payload = {"query": query, "variables": variables}
        await self.say({"type": "subscribe", "id": id_, "payload": payload})

    async def ended(self) -> int:
        """The code that the server ends the connection with."""
        await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code


@contextlib.asynccontextmanager
async def talking(address: str, **headers: str) -> AsyncIterator[Talk]:
    """A connection, before ``connection_init``."""
    url = f"ws://{address}/graphql"
    async with connect(url, subprotocols=[PROTOCOL], additional_headers=headers, proxy=None) as connection:
        yield Talk(connection)
