"""The hub: hears of every changed item over one connection, reads it once, and tells those who subscribed.

Whatever is lost on the way is read again, so that each subscriber ends with the newest state of all that it may see:
changes are heard at least once, and the state told is always read after the change was heard.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Hashable, Iterable, Mapping, Sequence
from uuid import UUID

from voxloop.domain.viewer import Viewer
from voxloop.graphql.directory import Directories, Directory
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.feeds import Feed, Subscriber
from voxloop.graphql.page import Needs, load_page, on_page
from voxloop.store import changes, health, listing
from voxloop.store.listing import Where
from voxloop.store.sessions import Row, Session, Sessions

_MOST_AT_ONCE = 100
_COALESCE_SECONDS = 0.05
_AGAIN_SECONDS = 0.5
_START_SECONDS = 10
_KEPT = 1000
_HELD_AT_FIRST = 10_000
_READING = 4  # of the pool's connections; the others are for requests
_TURNS = 4
_DIRECTORY_SECONDS = 10.0

States = Mapping[UUID, Feedback]
_log = logging.getLogger(__name__)


class Batch:
    """Items as they stood at one time, with what lies below them, loaded once for all who select the same."""

    def __init__(self, hub: "Hub", rows: Sequence[Row]) -> None:
        self._hub, self.rows = hub, {row["id"]: row for row in rows}
        self._states: dict[Needs, asyncio.Task[States]] = {}

    async def states(self, needed: Needs) -> States:
        """Its items with what is ``needed`` below each, which is never older than their rows."""
        if needed not in self._states:
            self._states[needed] = asyncio.create_task(self._load(needed))
        return await asyncio.shield(self._states[needed])

    async def _load(self, needed: Needs) -> States:
        try:
            async with self._hub.reading() as session:
                page = await load_page(session, list(self.rows.values()), needed)
        except BaseException:
            del self._states[needed]  # whoever asks again has it tried again
            raise
        return {item: on_page(row, page) for item, row in self.rows.items()}


class Hub:
    """One of each server; it listens for as long as ``run`` runs."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._listener = changes.Listener(sessions, self._hear)
        self._feeds: dict[Hashable, Feed] = {}
        self._of_item: dict[UUID, set[Feed]] = {}
        self._heard: dict[UUID, None] = {}
        self._hearing = asyncio.Event()
        self._newest: dict[UUID, Batch] = {}
        self._reading = asyncio.Semaphore(_READING)
        self.turns = asyncio.Semaphore(_TURNS)  # who has one may make a message: no more at once, or requests wait
        self._directories = Directories(sessions, _DIRECTORY_SECONDS)

    @property
    def clients(self) -> int:
        """How many subscribe."""
        return sum(len(feed.subscribers) for feed in self._feeds.values())

    async def run(self) -> None:
        """Listen and tell."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listener.run())
            group.create_task(self._tell())

    @contextlib.asynccontextmanager
    async def watching(self, viewer: Viewer, where: Where, item: UUID | None = None) -> AsyncIterator[Subscriber]:
        """Be told of changes of what ``where`` lets through to ``viewer``, or of one item, from now on.

        Raises:
            TimeoutError: nobody listens to the database.
        """
        await asyncio.wait_for(self._listener.began.wait(), _START_SECONDS)
        feed = self._feed(Feed(viewer, where, item))
        subscriber = Subscriber(feed)
        feed.subscribers.add(subscriber)
        try:
            if feed.known is None:
                feed.known = asyncio.create_task(self._know(feed))
            await asyncio.shield(feed.known)
            yield subscriber
        finally:
            feed.subscribers.discard(subscriber)
            if not feed.subscribers:
                self._forget(feed)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """A session, when it is one's turn."""
        async with self._reading, self._sessions.connect() as session:
            yield session

    async def directory(self) -> Directory:
        """Who and what exists, as it stood a few seconds ago."""
        return await self._directories.now()

    async def states(self, items: Sequence[UUID], needed: Needs) -> States:
        """These items as they stood after their last change that was told, with what is ``needed`` below each.

        Without those that are no more.
        """
        known = {item: self._newest[item] for item in items if item in self._newest}
        found = await self.read([item for item in items if item not in known], needed)
        states = {batch: await batch.states(needed) for batch in set(known.values())}
        return {**found} | {item: states[batch][item] for item, batch in known.items() if item in batch.rows}

    async def read(self, items: Sequence[UUID], needed: Needs) -> States:
        """As ``states``, as they stand now."""
        if not items:
            return {}
        return await (await self._read(items)).states(needed)

    def _feed(self, wanted: Feed) -> Feed:
        feed = self._feeds.setdefault(wanted.key, wanted)
        if feed.item is not None:
            self._of_item.setdefault(feed.item, set()).add(feed)
        return feed

    def _forget(self, feed: Feed) -> None:
        if self._feeds.get(feed.key) is feed:
            del self._feeds[feed.key]
        if feed.item is not None:
            watching = self._of_item.get(feed.item, set())
            watching.discard(feed)
            if not watching:
                self._of_item.pop(feed.item, None)
        if not self._feeds:
            self._newest.clear()

    async def _know(self, feed: Feed) -> None:
        """Which items belong to a feed already."""
        if feed.item is not None or feed.everything:
            return
        held: list[UUID] = []
        with feed.reading(held):
            async with self.reading() as session:
                held += reversed(await listing.ids(session, feed.viewer, feed.where, _HELD_AT_FIRST))

    def _hear(self, items: Iterable[UUID]) -> None:
        if self._feeds:
            self._heard |= dict.fromkeys(items)
            self._hearing.set()

    async def _tell(self) -> None:
        while True:
            await self._hearing.wait()
            await asyncio.sleep(_COALESCE_SECONDS)
            items = list(self._heard)[:_MOST_AT_ONCE]
            for item in items:
                del self._heard[item]
            if not self._heard:
                self._hearing.clear()
            try:
                self._announce(items, await self._read(items))
            except Exception as error:  # nothing may be lost, whatever it was
                self._hear(items)
                if not health.is_away(error):
                    _log.exception("changes could not be told")
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _read(self, items: Sequence[UUID]) -> Batch:
        async with self.reading() as session:
            return Batch(self, await changes.newest(session, items))

    def _announce(self, items: Sequence[UUID], batch: Batch) -> None:
        for item in items:
            self._newest.pop(item, None)
            self._newest[item] = batch
        for item in list(self._newest)[: max(0, len(self._newest) - _KEPT)]:
            del self._newest[item]
        wide = [feed for feed in self._feeds.values() if feed.item is None]
        for item in items:
            row = batch.rows.get(item)
            for feed in (*wide, *self._of_item.get(item, ())):
                feed.changed(item, row)
