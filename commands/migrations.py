"""``voxloop process migrate`` and ``voxloop process undo``: running items to another version, and back.

What is begun here a worker carries out; whoever watches may leave, which stops nothing, or interrupt, which does.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from uuid import UUID

from voxloop.commands.document_lines import author_of
from voxloop.commands.progress import shown
from voxloop.domain.identity import new_id
from voxloop.domain.operations import ItemState, RunState
from voxloop.domain.refusals import RefusalCode, Refused, refusal_sentence
from voxloop.domain.texts import label, say
from voxloop.domain.viewer import Role, Viewer
from voxloop.install import own_database, require_organisation
from voxloop.migrating import Move, Previewed, begin, begin_way_back, look
from voxloop.settings import Settings
from voxloop.store import migration_runs
from voxloop.store.sessions import Row, Session, Sessions
from voxloop.store.slices import Slice

_LOOK_SECONDS = 0.3
_SHOWN = 20


async def migrate(settings: Settings, given: argparse.Namespace) -> int:
    """Show what a migration would come to, or begin it and watch it; answers the exit code.

    Raises:
        Obstacle, Refused: it cannot begin.
    """
    move = Move(given.process, given.to, dict(given.map))
    async with _house(settings) as sessions:
        if given.preview:
            async with sessions.connect() as session:
                previewed = await look(session, await _owner(session, given), move, settings.time_scale or 1.0)
            for line in preview_lines(previewed, settings.language):
                print(line)
            return 0
        async with sessions.begin() as session:
            run = await begin(session, await _owner(session, given), move, str(new_id()), given.limit)
        return await _Watching(settings.language, sessions, run).watch()


async def take_back(settings: Settings, given: argparse.Namespace) -> int:
    """Begin the way back of a migration and watch it; answers the exit code.

    Raises:
        Obstacle, Refused: it cannot begin.
    """
    async with _house(settings) as sessions:
        async with sessions.begin() as session:
            run = await begin_way_back(session, await _owner(session, given), given.migration, str(new_id()))
        return await _Watching(settings.language, sessions, run).watch()


@asynccontextmanager
async def _house(settings: Settings) -> AsyncIterator[Sessions]:
    async with own_database(settings) as sessions:
        await require_organisation(sessions)
        yield sessions


async def _owner(session: Session, given: argparse.Namespace) -> Viewer:
    """Whoever sits at this terminal may do all; events name the member, else the terminal as an integration."""
    kind, _, name = (await author_of(session, given.author)).partition(":")
    return Viewer("cli", f"cli:{name}", Role.ADMIN, name if kind == "member" else None)


def preview_lines(previewed: Previewed, language: str) -> Iterator[str]:
    """Who goes where, who cannot, and which deadlines move."""
    tell, found = partial(say, language), previewed.found
    counts = {"total": previewed.total, "examined": previewed.examined, "version": previewed.target["version"]}
    yield tell("processes.preview", process=previewed.target["key"], **counts)
    for group, count in sorted(found.groups.items(), key=lambda pair: (pair[0].version, pair[0].step or "")):
        way = {"version": previewed.versions[group.version], "step": group.step or "–", "to": group.to or "–"}
        if group.why is None:
            yield tell("processes.goes", count=count, **way)
        else:
            reason = refusal_sentence(language, Refused(group.why, (), step=group.step or ""))
            yield tell("processes.stays", count=count, reason=reason, **way)
    yield tell("processes.deadlines", **found.summed())
    for moved in found.deadlines[:_SHOWN]:
        sides = {"before": _instant(moved.before), "after": _instant(moved.after)}
        yield tell("processes.deadline", code=moved.item["code"], clock=label(language, "clock", moved.clock), **sides)


def _instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%SZ}" if at else "–"


class _Watching:
    """Shows how far a migration is, and what stayed where it was."""

    def __init__(self, language: str, sessions: Sessions, run: Row) -> None:
        self._language, self._sessions, self._run = language, sessions, run
        self._say = partial(say, language)

    async def watch(self) -> int:
        """Wait until it has ended; an interrupt cancels it. Answers the exit code."""
        id_ = self._run["id"]
        print(self._say("processes.begun", id=id_, count=self._run["total"]), flush=True)
        try:
            await self._end()
        except asyncio.CancelledError:
            async with self._sessions.begin() as session:
                if await migration_runs.cancel(session, id_) is not None:
                    print(self._say("processes.cancelled", id=id_), file=sys.stderr)
            raise
        run = self._run
        counts = {"done": run["done"] - run["refused"], "refused": run["refused"]}
        print(self._say("processes.ended", state=self._say(f"run_state.{run['state']}"), **counts))
        await self._tell_refused(id_)
        return 0 if run["state"] == RunState.DONE and not run["refused"] else 1

    async def _end(self) -> None:
        with shown(self._run["total"]) as tell:
            while self._run["finished_at"] is None:
                counts = {name: self._run[name] for name in ("done", "total", "refused")}
                tell(self._run["done"], self._say("processes.progress", **counts))
                await asyncio.sleep(_LOOK_SECONDS)
                async with self._sessions.begin() as session:
                    run = await migration_runs.get(session, self._run["id"])
                assert run is not None
                self._run = run

    async def _tell_refused(self, id_: UUID) -> None:
        async with self._sessions.begin() as session:
            rows = await migration_runs.items(session, id_, ItemState.REFUSED, Slice(_SHOWN))
        for row in rows[:_SHOWN]:
            refused = Refused(RefusalCode(row["refusal"]["code"]), (), **row["refusal"]["params"])
            print(f"  {row['code']}: {refusal_sentence(self._language, refused)}")
