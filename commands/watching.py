"""Waiting at a terminal for what a worker carries out: how far it is; an interrupt cancels it."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from voxloop.commands.progress import shown
from voxloop.domain.texts import say
from voxloop.settings import Obstacle
from voxloop.store.sessions import Row, Session, Sessions

_LOOK_SECONDS = 0.3
_PATIENCE_SECONDS = 10.0
_COUNTS = ("done", "total", "changed", "refused")


class Waiting:
    """Waits for a run that ``read`` reads and ``cancel`` stops; ``words``: how the keys of its sentences begin."""

    def __init__(
        self,
        language: str,
        sessions: Sessions,
        words: str,
        read: Callable[[Session, UUID], Awaitable[Row | None]],
        cancel: Callable[[Session, UUID], Awaitable[Row | None]],
    ) -> None:
        self._language, self._sessions, self._words = language, sessions, words
        self._read, self._cancel = read, cancel

    async def ended(self, id_: UUID) -> Row:
        """The run, once it has ended.

        Raises:
            Obstacle: there is none.
        """
        try:
            return await self._ended(id_)
        except asyncio.CancelledError:
            async with self._sessions.begin() as session:
                cancelled = await self._cancel(session, id_)
            if cancelled is not None:
                print(self._say("cancelled", id=id_), file=sys.stderr)
            raise

    async def _ended(self, id_: UUID) -> Row:
        row, began = await self._row(id_), time.monotonic()
        while row["total"] is None and row["finished_at"] is None:
            if time.monotonic() - began > _PATIENCE_SECONDS:
                print(self._say("waits"), file=sys.stderr)
                began = float("inf")
            await asyncio.sleep(_LOOK_SECONDS)
            row = await self._row(id_)
        with shown(row["total"] or 0) as tell:
            while row["finished_at"] is None:
                counts = {name: row[name] for name in _COUNTS if name in row}
                tell(row["done"], self._say("progress", **counts))
                await asyncio.sleep(_LOOK_SECONDS)
                row = await self._row(id_)
        return row

    async def _row(self, id_: UUID) -> Row:
        async with self._sessions.begin() as session:
            row = await self._read(session, id_)
        if row is None:
            raise Obstacle("no_such_study", id=id_)
        return row

    def _say(self, name: str, **params: Any) -> str:
        return say(self._language, f"{self._words}_{name}", **params)
