"""Who comes with a request: what stands behind a token, remembered for a few seconds."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from voxloop.domain.viewer import Viewer
from voxloop.store import tokens
from voxloop.store.sessions import Sessions

FRESH_SECONDS = 3.0
_MOST = 10_000

T = TypeVar("T")


class Remembered(Generic[T]):
    """Values by key, each read anew once it is older than ``seconds``; what is not there is not remembered.

    Those who ask for the same at the same time share one read.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._values: dict[str, tuple[float, T]] = {}
        self._reads: dict[str, asyncio.Task[T | None]] = {}

    async def get(self, key: str, read: Callable[[], Awaitable[T | None]]) -> T | None:
        """The value of ``key``, from ``read`` when it is not known or no longer fresh."""
        known = self._values.get(key)
        if known is not None and time.monotonic() < known[0]:
            return known[1]
        if key not in self._reads:
            self._reads[key] = asyncio.create_task(self._read(key, read))
        return await asyncio.shield(self._reads[key])

    async def _read(self, key: str, read: Callable[[], Awaitable[T | None]]) -> T | None:
        try:
            value = await read()
        finally:
            del self._reads[key]
        if value is not None:
            if len(self._values) >= _MOST:
                self._values.clear()
            self._values[key] = (time.monotonic() + self._seconds, value)
        return value


class Principals:
    """Who comes with a request. A revoked token gets in for ``seconds`` at most."""

    def __init__(self, sessions: Sessions, seconds: float = FRESH_SECONDS) -> None:
        self._sessions, self.seconds = sessions, seconds
        self._viewers: Remembered[Viewer] = Remembered(seconds)

    async def viewer(self, authorization: str) -> Viewer | None:
        """The viewer of an ``Authorization`` header; None when it brings no valid token."""
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret.isascii():
            return None

        async def read() -> Viewer | None:
            async with self._sessions.connect() as session:
                return await tokens.find(session, secret.strip())

        return await self._viewers.get(hashlib.sha256(secret.encode()).hexdigest(), read)
