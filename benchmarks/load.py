"""Requests as fast as they are answered: HTTP/1.1 on kept connections of one host, and little else, so that the
generator takes as little of the machine as it can from what it measures."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import cast


class _Connection(asyncio.Protocol):
    """Sends a request, waits for its answer, sends the next, until there are none."""

    def __init__(self, requests: Iterator[bytes], ended: "asyncio.Future[None]") -> None:
        self._requests, self._ended = requests, ended
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        if b" 20" not in head[:12] or b'"errors"' in body or b'"code":"' in body[: len(body) // 2]:
            self._fail(RuntimeError(self._received.decode()[:500]))
            return
        self._received = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionResetError("closed by the server"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is not None:
            self._transport.write(request)
        elif not self._ended.done():
            self._ended.set_result(None)
            self._transport.close()

    def _fail(self, error: Exception) -> None:
        if not self._ended.done():
            self._ended.set_exception(error)
            self._transport.close()


async def send_all(port: int, requests: Iterable[bytes], connections: int) -> None:
    """Send all ``requests`` over so many connections; answers once all are answered.

    Raises:
        RuntimeError: one was refused.
    """
    loop, waiting = asyncio.get_running_loop(), iter(requests)
    ends = [loop.create_future() for _ in range(connections)]
    for end in ends:
        await loop.create_connection(lambda end=end: _Connection(waiting, end), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)


def post(path: str, body: bytes, token: str = "") -> bytes:
    """A request."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{authorization}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0])
