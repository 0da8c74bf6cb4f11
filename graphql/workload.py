"""How much work members and teams have now, read once for all whom a request asks about."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from voxloop.principals import Remembered
from voxloop.store import absences, people, queues
from voxloop.store.sessions import Row, Session, Sessions

_SECONDS = 1.0  # a stream's context lives for hours

_Counts = Mapping[str, int]


class Workload:
    """Counts and absences; of whom nothing is known there is none."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._counts: Remembered[_Counts] = Remembered(_SECONDS)
        self._absences: Remembered[Sequence[Row]] = Remembered(_SECONDS)

    async def load(self, member: str) -> int:
        """How many open assignments a member has."""
        return (await self._read("loads", people.loads)).get(member, 0)

    async def waiting(self, team: str) -> int:
        """How many items wait in a team's queue."""
        return (await self._read("queues", queues.sizes)).get(team, 0)

    async def absences(self, member: str) -> Sequence[Row]:
        """A member's absences that are not over."""

        async def read() -> Sequence[Row]:
            async with self._sessions.connect() as session:
                return await absences.after(session, datetime.now(UTC))

        return [row for row in await self._absences.get("", read) or () if row["member"] == member]

    async def _read(self, what: str, count: Callable[[Session], Awaitable[_Counts]]) -> _Counts:
        async def read() -> _Counts:
            async with self._sessions.connect() as session:
                return await count(session)

        return await self._counts.get(what, read) or {}
