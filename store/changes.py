"""Hearing of every change of an item, whoever makes it, over one connection; none is lost while it is away.

PostgreSQL tells the listener of each row that was written (trigger ``feedback_changed``). What was told while nobody
listened is found by the rows themselves: each knows the transaction that last wrote it. A snapshot sees all that was
written by transactions before its ``xmin``; so whoever remembers the ``xmin`` of some snapshot and later reads the rows
written since then misses nothing, and at most hears of something again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Text, cast, func, select

from voxloop.store import branches
from voxloop.store.item_tables import feedback
from voxloop.store.relation_tables import follower
from voxloop.store.sessions import Row, Session, Sessions, open_sessions
from voxloop.store.work_tables import assignment

LISTENER = "voxloop changes"
_CHANNEL = "feedback"
_ALIVE_SECONDS = 10.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0

_log = logging.getLogger(__name__)
_workers = select(func.array_agg(assignment.c.member.distinct())).where(assignment.c.item == feedback.c.id)
_followers = select(func.array_agg(follower.c.member)).where(follower.c.item == feedback.c.id)
_NEWEST = select(
    feedback,
    func.coalesce(_workers.scalar_subquery(), []).label("workers"),
    func.coalesce(_followers.scalar_subquery(), []).label("followers"),
    *branches.of_item(),
)
POINT = select(cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger))


async def newest(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """These items as they stand, with their branches, ``followers``, and ``workers``: with whom each ever stood."""
    return (await session.execute(_NEWEST.where(feedback.c.id.in_(list(items))))).mappings().all()


async def tell(session: Session, item: UUID) -> None:
    """Have whoever watches an item read it again, though its row has not changed."""
    await session.execute(select(func.pg_notify(_CHANNEL, str(item))))


class Listener:
    """Tells ``heard`` the ids of items that have changed, for as long as ``run`` runs; ``began`` says that it does."""

    def __init__(self, sessions: Sessions, heard: Callable[[Iterable[UUID]], None]) -> None:
        self._url, self._heard = sessions.url, heard
        self._since: int | None = None  # what transactions before this one wrote has been told
        self.began = asyncio.Event()

    async def run(self) -> None:
        """Listen, and listen anew when the connection is lost."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            try:
                await self._listen()
            except Exception as error:  # whatever it is, there is nothing to do but to try again
                _log.warning("not listening for changes: %s", type(error).__name__)
            soon = time.monotonic() - started > _ALIVE_SECONDS
            pause = _FIRST_PAUSE_SECONDS if soon else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(pause)

    async def _listen(self) -> None:
        url = self._url.render_as_string(hide_password=False)
        sessions = open_sessions(url, size=0).execution_options(isolation_level="AUTOCOMMIT")
        async with sessions.connect() as session:
            driver: Any = (await session.get_raw_connection()).driver_connection
            lost = asyncio.Event()
            driver.add_termination_listener(lambda _: lost.set())
            try:
                await driver.execute(f"SET application_name = '{LISTENER}'")
                await driver.add_listener(_CHANNEL, self._told)
                await self._catch_up(session)
                self.began.set()
                await self._stay(session, lost)
            finally:
                await session.invalidate()

    def _told(self, connection: object, process: int, channel: str, payload: object) -> None:
        self._heard([UUID(str(payload).partition(" ")[0])])

    async def _catch_up(self, session: Session) -> None:
        """Tell what was written since the last point. Listening has begun before, so that nothing falls between."""
        point = (await session.execute(POINT)).scalar_one()
        if self._since is not None:
            written = select(feedback.c.id).where(feedback.c.xid >= self._since)
            self._heard((await session.execute(written)).scalars().all())
        self._since = point

    async def _stay(self, session: Session, lost: asyncio.Event) -> None:
        """Until the connection is lost. The point follows a round behind: what came before it has arrived by then."""
        told = self._since
        while not lost.is_set():
            try:
                await asyncio.wait_for(lost.wait(), _ALIVE_SECONDS)
            except TimeoutError:
                self._since, told = told, (await session.execute(POINT)).scalar_one()
