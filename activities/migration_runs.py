"""Migrations on the worker: item after item, a few at once, each asked of its own loop.

Done twice is done once: an act's key is made of the migration and the item, and the loop answers a key that it knows as
it did the first time. So a lost worker's work goes on elsewhere, where nobody can tell how far it had come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from temporalio import activity

from voxloop.activities.operations import Found, carry_out, few_at_once
from voxloop.activities.scene import Means
from voxloop.domain.errands import Rest
from voxloop.domain.identity import digest
from voxloop.domain.loop import Act, Answer, Verb
from voxloop.domain.migrations import Way, destination
from voxloop.domain.operations import ItemState
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.store import migration_runs
from voxloop.store.sessions import Row

_PAGE = 40
_ATTEMPTS = 3
_TRY_AGAIN = (RefusalCode.CHANGED_MEANWHILE, RefusalCode.UNCHANGED)


class Loops(Protocol):
    """What a migration asks of Temporal."""

    async def act(self, item: UUID, act: Act, known: int) -> Answer: ...

    async def answers(self) -> bool: ...


class NoAnswer(Exception):
    """Temporal cannot be reached: nothing is wrong with the item, so the attempt is repeated later."""


@dataclass
class MigrationRuns:
    """The activity behind a migration's errand."""

    means: Means
    loops: Loops

    @activity.defn(name="migrate")
    async def go_on(self, key: str, now: datetime) -> Rest:
        """Move its items until none is left or somebody stops it; a repeated attempt goes on behind the last page."""
        return await carry_out(self.means.sessions, migration_runs.MIGRATIONS, UUID(key), _PAGE, self._page)

    async def _page(self, run: Row, items: Sequence[Row]) -> Sequence[Found]:
        return await few_at_once(items, lambda item: self._moved(run, item))

    async def _moved(self, run: Row, row: Row) -> Found:
        """What became of an item; one on which somebody else works meanwhile is tried again."""
        result = {"position": row["position"], "version": None, "refusal": None, "step": row["step"], "goes_to": None}
        for attempt in range(_ATTEMPTS):
            try:
                answer = await self._ask(row["item"], await self._act(run, row, attempt))
            except Refused as refused:
                why = refused
                if refused.code not in _TRY_AGAIN:
                    break
            else:
                return result | {"state": ItemState.DONE, **await self._way(row["item"], answer.version)}
        if why.code is RefusalCode.UNCHANGED:
            return result | {"state": ItemState.SKIPPED}
        return result | {"state": ItemState.REFUSED, "refusal": {"code": why.code, "params": dict(why.params)}}

    async def _ask(self, item: UUID, act: Act) -> Answer:
        """Raises: Refused: by the loop; or it does not answer, though Temporal does."""
        for _ in range(_ATTEMPTS):
            try:
                return await self.loops.act(item, act, act.expect or 0)
            except Refused as refused:
                if refused.code is not RefusalCode.NOT_CONFIRMED:
                    raise
                if not await self.loops.answers():
                    raise NoAnswer from refused
        raise Refused(RefusalCode.NOT_CONFIRMED)

    async def _way(self, item: UUID, version: int) -> Mapping[str, Any]:
        """Where it stood and stands, as its timeline says, for it may have gone on since."""
        async with self.means.sessions.begin() as session:
            return {"version": version, **await migration_runs.way(session, item, version)}

    async def _act(self, run: Row, row: Row, attempt: int) -> Act:
        """The act that moves the item from where it stands now.

        Raises:
            Refused: it cannot go there.
        """
        key = digest({"migration": str(run["id"]), "item": str(row["item"]), "attempt": attempt})
        act = Act(Verb.MIGRATE, run["author"], key, document=row["after"])
        async with self.means.sessions.begin() as session:
            now = await migration_runs.standing(session, row["item"])
            if now["process"] == row["after"]:  # perhaps by us, which its loop knows
                return act
            if now["process"] != row["before"]:
                raise Refused(RefusalCode.PROCESS_CHANGED)
            old, new = [await self.means.process(session, row[name]) for name in ("before", "after")]
        way = destination(old, new, now["step"], _steps(run, row))
        if not isinstance(way, Way):
            raise Refused(way, step=now["step"] or "")
        return replace(act, expect=now["version"], step=way.step if way.enters else None)


def _steps(run: Row, row: Row) -> Mapping[str, str]:
    """Which step stands in for which: as owners said, on the way back the one that the item had left."""
    if run["back_of"] is None:
        steps: Mapping[str, str] = run["steps"]
        return steps
    return {row["step"]: row["goes_to"]} if row["step"] and row["goes_to"] else {}
