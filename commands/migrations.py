"""``voxloop process migrate`` and ``voxloop process undo``: running items to another version, and back.

What is begun here a worker carries out; whoever watches may leave, which stops nothing, or interrupt, which does.
"""

import argparse
from collections.abc import Iterator
from functools import partial

from voxloop.commands.document_lines import author_of
from voxloop.commands.instants import local
from voxloop.commands.watching import Waiting
from voxloop.domain.identity import new_id
from voxloop.domain.operations import ItemState, RunState
from voxloop.domain.refusals import RefusalCode, Refused, refusal_sentence
from voxloop.domain.texts import label, say
from voxloop.domain.viewer import Role, Viewer
from voxloop.install import own_installation
from voxloop.migrating import Move, Previewed, begin, begin_way_back, look
from voxloop.settings import Settings
from voxloop.store import migration_runs
from voxloop.store.sessions import Row, Session, Sessions
from voxloop.store.slices import Slice

_SHOWN = 20


async def migrate(settings: Settings, given: argparse.Namespace) -> int:
    """Show what a migration would come to, or begin it and watch it; answers the exit code.

    Raises:
        Obstacle, Refused: it cannot begin.
    """
    move = Move(given.process, given.to, dict(given.map))
    async with own_installation(settings) as sessions:
        if given.preview:
            async with sessions.connect() as session:
                previewed = await look(session, await _owner(session, given), move, settings.scale)
            for line in preview_lines(previewed, settings.language):
                print(line)
            return 0
        async with sessions.begin() as session:
            run = await begin(session, await _owner(session, given), move, str(new_id()), given.limit)
        return await _watch(settings.language, sessions, run)


async def take_back(settings: Settings, given: argparse.Namespace) -> int:
    """Begin the way back of a migration and watch it; answers the exit code.

    Raises:
        Obstacle, Refused: it cannot begin.
    """
    async with own_installation(settings) as sessions:
        async with sessions.begin() as session:
            run = await begin_way_back(session, await _owner(session, given), given.migration, str(new_id()))
        return await _watch(settings.language, sessions, run)


async def _owner(session: Session, given: argparse.Namespace) -> Viewer:
    """Whoever sits at this terminal may do all; events name the member, else the terminal as an integration."""
    kind, _, name = (await author_of(session, given.author)).partition(":")
    return Viewer("cli", f"cli:{name}", Role.ADMIN, name if kind == "member" else None)


def preview_lines(previewed: Previewed, language: str) -> Iterator[str]:
    """Who goes where, who cannot, and which deadlines move."""
    tell, found = partial(say, language), previewed.found
    counts = {"total": previewed.total, "examined": previewed.examined, "version": previewed.target["version"]}
    closed = tell("stage.closed")
    yield tell("processes.preview", process=previewed.target["key"], **counts)
    for group, count in sorted(found.groups.items(), key=lambda pair: (pair[0].version, pair[0].step or "")):
        way = {"version": previewed.versions[group.version], "step": group.step or closed, "to": group.to or closed}
        if group.why is None:
            yield tell("processes.goes", count=count, **way)
        else:
            reason = refusal_sentence(language, Refused(group.why, (), step=group.step or ""))
            yield tell("processes.stays", count=count, reason=reason, **way)
    yield tell("processes.deadlines", **found.summed())
    for moved in found.deadlines[:_SHOWN]:
        sides = {"before": local(moved.before), "after": local(moved.after)}
        yield tell("processes.deadline", code=moved.item["code"], clock=label(language, "clock", moved.clock), **sides)


async def _watch(language: str, sessions: Sessions, run: Row) -> int:
    """Wait until it has ended; an interrupt cancels it. Answers the exit code."""
    print(say(language, "processes.begun", id=run["id"], count=run["total"]), flush=True)
    waiting = Waiting(language, sessions, "processes.migration", migration_runs.get, migration_runs.cancel)
    run = await waiting.ended(run["id"])
    async with sessions.begin() as session:
        moved = await migration_runs.count_items(session, run["id"], ItemState.DONE)
        rows = await migration_runs.items(session, run["id"], ItemState.REFUSED, Slice(_SHOWN))
    counts = {"moved": moved, "stayed": run["total"] - moved}
    print(say(language, "processes.ended", state=label(language, "run_state", run["state"]), **counts))
    for row in rows[:_SHOWN]:
        refused = Refused(RefusalCode(row["refusal"]["code"]), (), **row["refusal"]["params"])
        print(f"  {row['code']}: {refusal_sentence(language, refused)}")
    return 0 if run["state"] == RunState.DONE and not run["refused"] else 1
