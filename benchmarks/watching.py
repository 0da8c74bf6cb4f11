"""The clients of ``subscribers``: a process that holds many subscriptions, half over WebSocket and half over SSE.

It reads commands from standard input and answers each with one line: ``open`` (what to subscribe to, as JSON),
``drop N`` (cut that many connections off and subscribe anew), ``report`` (what each holds, as JSON).
"""

import asyncio
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

_AT_ONCE = 50
_opening = asyncio.Semaphore(_AT_ONCE)
_delays: deque[float] = deque(maxlen=100_000)


@dataclass
class Client:
    """One subscription: ``held`` is what its reader sees, state by id; ``by`` a token."""

    port: int
    over: str
    by: str
    query: str
    variables: dict[str, Any]
    held: dict[str, Any] = field(default_factory=dict)
    messages: int = 0
    ended: str = ""
    connection: Any = None
    standing: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Subscribe, and again when cut off, until it is complete."""
        while not self.ended:
            try:
                async for message in self._websocket() if self.over == "ws" else self._sse():
                    self._read(message)
                self.ended = self.ended or "complete"
            except (ConnectionError, ConnectionClosed, asyncio.IncompleteReadError):
                self.standing.clear()
                await asyncio.sleep(0.2)

    def cut(self) -> None:
        """End the connection without a word."""
        if self.connection is not None:
            self.connection.transport.abort()

    def _read(self, message: dict[str, Any]) -> None:
        if message.get("errors"):
            self.ended = str(message["errors"])
            return
        self.messages += 1
        [news] = message["data"].values()
        if news is None or "changed" not in news:
            self.held = {} if news is None else {news["id"]: news}
        else:
            if news["initial"]:
                self.held = {}
            for state in news["changed"]:
                self.held[state["id"]] = state
                if state["orderRef"] and not news["initial"]:
                    _delays.append(time.time() - float(state["orderRef"]))
            for id_ in news["removed"]:
                self.held.pop(id_, None)
        self.standing.set()

    @property
    def _payload(self) -> dict[str, Any]:
        return {"query": self.query, "variables": self.variables}

    async def _websocket(self) -> AsyncIterator[dict[str, Any]]:
        async with _opening:
            self.connection = connection = await connect(
                f"ws://127.0.0.1:{self.port}/graphql",
                subprotocols=[Subprotocol("graphql-transport-ws")],
                additional_headers={"Authorization": f"Bearer {self.by}"},
                compression=None,
                proxy=None,
                open_timeout=60,
                ping_interval=None,
            )
            await self._say(connection, {"type": "connection_init"})
            await connection.recv()
            await self._say(connection, {"type": "subscribe", "id": "1", "payload": self._payload})
            said = orjson.loads(await connection.recv())
        while said["type"] == "next":
            yield said["payload"]
            said = orjson.loads(await connection.recv())
        if said["type"] == "error":
            yield {"errors": said["payload"]}
        await connection.close()

    async def _say(self, connection: ClientConnection, said: object) -> None:
        await connection.send(orjson.dumps(said).decode())

    async def _sse(self) -> AsyncIterator[dict[str, Any]]:
        body = orjson.dumps(self._payload)
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Accept: text/event-stream\r\nAuthorization: Bearer {self.by}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        async with _opening:
            reader, self.connection = await asyncio.open_connection("127.0.0.1", self.port, limit=2**22)
            self.connection.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in answer[:20]:
                yield {"errors": answer.decode()}
                return
            chunk = await self._chunk(reader)
        text = b""
        while chunk:
            text += chunk
            *events, text = text.replace(b"\r\n", b"\n").split(b"\n\n")
            for event in events:
                lines = dict(line.partition(b":")[::2] for line in event.split(b"\n"))
                if lines.get(b"event", b"").strip() == b"next":
                    yield orjson.loads(lines[b"data"])
            chunk = await self._chunk(reader)

    async def _chunk(self, reader: asyncio.StreamReader) -> bytes:
        size = int(await reader.readline() or b"-1", 16)
        if size < 0:
            raise ConnectionResetError
        return (await reader.readexactly(size + 2))[:-2]


async def main() -> None:
    """Do as standard input says."""
    reader = asyncio.StreamReader(limit=2**26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    clients: list[Client] = []
    running: list[asyncio.Task[None]] = []
    while line := await reader.readline():
        command, _, rest = line.decode().strip().partition(" ")
        if command == "open":
            clients = [Client(**given) for given in orjson.loads(rest)]
            running = [asyncio.create_task(client.run()) for client in clients]
            await asyncio.gather(*(client.standing.wait() for client in clients))
            answer: object = len(clients)
        elif command == "drop":
            dropped = [client for client in clients if not client.ended][: int(rest)]
            clients = [client for client in clients if client not in dropped] + dropped
            for client in dropped:
                client.cut()
            answer = len(dropped)
        else:
            answer = _report(clients)
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()
    for task in running:
        task.cancel()


def _report(clients: list[Client]) -> dict[str, Any]:
    told = [{name: getattr(client, name) for name in ("by", "query", "variables", "held", "messages", "ended")}
            for client in clients]  # fmt: skip
    return {"clients": told, "delays": list(_delays)}


if __name__ == "__main__":
    asyncio.run(main())
