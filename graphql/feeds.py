"""Feeds: what a viewer's filter lets through of all changes, tested once for all who watch the same.

A feed knows which items it has let through, so that it can tell of one that leaves. Its subscribers hold no states,
only the ids of what has changed since they last asked: a slow one falls behind in time, never in memory.
"""

import asyncio
import contextlib
from collections.abc import Hashable, Iterator
from uuid import UUID

from voxloop.domain.viewer import Viewer
from voxloop.store.listing import Where, lets_through
from voxloop.store.sessions import Row
from voxloop.store.visibility import scope, sees

MOST_HELD = 100_000


class Subscriber:
    """One who watches a feed, and the items of which she has not been told yet."""

    def __init__(self, feed: "Feed") -> None:
        self.feed = feed
        self._pending: dict[UUID, None] = {}
        self._waiting = asyncio.Event()

    def tell(self, item: UUID) -> None:
        """Something is new about an item."""
        self._pending[item] = None
        self._waiting.set()

    async def news(self) -> None:
        """Wait until something is new."""
        await self._waiting.wait()

    def take(self, most: int) -> list[UUID]:
        """Up to ``most`` items of which something is new, the longest waiting first."""
        taken = list(self._pending)[:most]
        for item in taken:
            del self._pending[item]
        if not self._pending:
            self._waiting.clear()
        return taken


class Feed:
    """The items that ``where`` lets through to ``viewer``, or the one ``item``.

    Of the ids that it holds it forgets those beyond ``MOST_HELD`` that have not changed for longest.
    """

    def __init__(self, viewer: Viewer, where: Where, item: UUID | None = None) -> None:
        self.viewer, self.where, self.item = viewer, where, item
        self.subscribers: set[Subscriber] = set()
        self._held: dict[UUID, None] = {}
        self._readings: dict[int, set[UUID]] = {}
        self.known: asyncio.Task[None] | None = None

    @property
    def key(self) -> Hashable:
        """The same for feeds that let the same through."""
        return scope(self.viewer), self.where, self.item

    @property
    def everything(self) -> bool:
        """Whether nothing can ever leave it."""
        return self.viewer.sees_all and self.where == Where()

    def lets_through(self, row: Row) -> bool:
        """Whether a row of ``changes.newest`` belongs to it."""
        own = self.item is None or row["id"] == self.item
        return own and sees(self.viewer, row) and lets_through(self.where, row)

    @contextlib.contextmanager
    def reading(self, shown: list[UUID]) -> Iterator[None]:
        """Items are read from the database meanwhile, and put into ``shown``: from then on it holds them.

        One of them may have left, or come and left, before it was heard of here; so whatever was heard of while they
        were read is told once more.
        """
        meanwhile: set[UUID] = set()
        self._readings[id(meanwhile)] = meanwhile
        try:
            yield
        finally:
            del self._readings[id(meanwhile)]
        if not self.everything:
            self._held |= dict.fromkeys(item for item in shown if item not in self._held)
        for item in meanwhile.intersection(shown):
            self._tell(item)

    def changed(self, item: UUID, row: Row | None) -> None:
        """An item has changed; None: it is no more."""
        for meanwhile in self._readings.values():
            meanwhile.add(item)
        if row is not None and self.lets_through(row):
            self._hold(item)
            self._tell(item)
        elif item in self._held:
            del self._held[item]
            self._tell(item)

    def _hold(self, item: UUID) -> None:
        if self.everything:
            return
        self._held.pop(item, None)
        self._held[item] = None
        if len(self._held) > MOST_HELD:
            del self._held[next(iter(self._held))]

    def _tell(self, item: UUID) -> None:
        for subscriber in self.subscribers:
            subscriber.tell(item)
