"""How running items come to another version of their process: looked at beforehand, done item by item, taken back.

Publishing touches no running item; this does, when somebody asks for it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, groupby
from typing import Any
from uuid import UUID

from voxloop.domain.clocks import Course
from voxloop.domain.documents import RELEASED, Kind
from voxloop.domain.errands import ErrandKind
from voxloop.domain.identity import id_under
from voxloop.domain.migration_previews import Preview, Standing
from voxloop.domain.migrations import unknown_steps
from voxloop.domain.operations import MOST_ITEMS
from voxloop.domain.process import Process
from voxloop.domain.process_reader import read_process
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.rights import EDIT_DOCUMENTS, demand_right
from voxloop.domain.verdicts import courses
from voxloop.domain.viewer import Viewer
from voxloop.reception import Parts
from voxloop.store import clocks, documents, hours, migration_runs, outbox, saved_filters, verdicts
from voxloop.store.listing import Wanted, Where
from voxloop.store.migration_runs import Scope
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice

_PAGE = 1_000
_ALL = Where()


@dataclass(frozen=True)
class Move:
    """What is wanted: running items of ``process`` that ``where`` lets through go to ``version`` (None: as published).

    ``steps``: steps that the version has not, and those of it that stand in for them.
    """

    process: str
    version: int | None = None
    steps: Mapping[str, str] | None = None
    where: Where = _ALL


@dataclass(frozen=True)
class Previewed:
    """What a move would come to: of ``total`` items the first ``examined`` were looked at, by their numbers.

    ``versions`` tells the number of a version by its id.
    """

    target: Row
    versions: Mapping[int, int]
    total: int
    examined: int
    found: Preview


async def preview(parts: Parts, viewer: Viewer, move: Move) -> Previewed:
    """Look at what would become of each item; nothing is changed.

    Raises:
        Refused: there is no such version, or a step is none.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.connect() as session:
        return await look(session, viewer, move, parts.scale)


async def look(session: Session, viewer: Viewer, move: Move, scale: float) -> Previewed:
    """What a move would come to where time runs ``scale`` times as fast.

    Raises:
        Refused: as above.
    """
    target, processes = await _target(session, viewer, move)
    calendars = await hours.load(session)
    found = Preview(
        {id_: process for id_, (_, process) in processes.items()},
        processes[target["id"]][1],
        move.steps or {},
        lambda key, item, team: calendars.chosen(key, team, item["time_zone"], scale),
        datetime.now(UTC),
    )
    scope, examined = Scope(viewer, target, Wanted(move.where)), 0
    async for page in _pages(session, scope):
        await asyncio.to_thread(_add, found, page)  # counting in calendars takes a while
        examined += len(page)
    numbers = {id_: number for id_, (number, _) in processes.items()}
    return Previewed(target, numbers, await migration_runs.count(session, scope), examined, found)


async def start(parts: Parts, viewer: Viewer, move: Move, key: str, limit: int | None = None) -> Row:
    """Begin to move items, the first ``limit`` by number; the same key again answers the same migration.

    Raises:
        Refused: it cannot begin, or there is nothing to be moved.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        run = await begin(session, viewer, move, key, limit)
    parts.relay.poke()
    return run


async def begin(session: Session, viewer: Viewer, move: Move, key: str, limit: int | None = None) -> Row:
    """Write down which items are to be moved where, and have it carried to a worker.

    Raises:
        Refused: as above.
    """
    most = MOST_ITEMS if limit is None else limit
    if not 1 <= most <= MOST_ITEMS:
        raise Refused(RefusalCode.OUT_OF_RANGE, ["limit"], least="1", most=str(MOST_ITEMS))
    target, _ = await _target(session, viewer, move)
    filter_ = {"where": saved_filters.written(move.where), "limit": most}
    asked = {"process": target["id"], "steps": dict(move.steps or {}), "filter": filter_, "back_of": None}
    known = await _asked(session, viewer, key, asked)
    if known is not None:
        return known
    run = await migration_runs.fix_items(session, _id(viewer, key), Scope(viewer, target, Wanted(move.where)), most)
    return await _carried(session, run)


async def undo(parts: Parts, viewer: Viewer, id_: UUID, key: str) -> Row:
    """Begin to move the items of an ended migration back to the versions, and steps, that they came from.

    Raises:
        Refused: there is none, it goes on, or it has moved nothing.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        back = await begin_way_back(session, viewer, id_, key)
    parts.relay.poke()
    return back


async def begin_way_back(session: Session, viewer: Viewer, id_: UUID, key: str) -> Row:
    """Write down which items are to go back, and have it carried to a worker.

    Raises:
        Refused: as above.
    """
    run = await _found(session, id_)
    if run["finished_at"] is None:
        raise Refused(RefusalCode.GOES_ON, ["id"])
    asked = {"process": run["process"], "steps": {}, "filter": None, "back_of": id_}
    known = await _asked(session, viewer, key, asked)
    if known is not None:
        return known
    return await _carried(session, await migration_runs.fix_way_back(session, _id(viewer, key), id_))


async def cancel(parts: Parts, viewer: Viewer, id_: UUID) -> Row:
    """Have a migration stop behind the items in hand; those that have been moved stay where they are.

    Raises:
        Refused: there is none, or it has ended.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        await _found(session, id_)
        if await migration_runs.cancel(session, id_) is None:
            raise Refused(RefusalCode.HAS_ENDED)
        return await _found(session, id_)


async def _found(session: Session, id_: UUID) -> Row:
    run = await migration_runs.get(session, id_)
    if run is None:
        raise Refused(RefusalCode.NOT_FOUND, ["id"])
    return run


def _id(viewer: Viewer, key: str) -> UUID:
    """The migration that this viewer asks for under that key."""
    return id_under(ErrandKind.MIGRATION, viewer.actor, key)


async def _asked(session: Session, viewer: Viewer, key: str, asked: Mapping[str, Any]) -> Row | None:
    """Note what is asked; the migration if it was asked before.

    Raises:
        Refused: something else was asked under that key.
    """
    id_ = _id(viewer, key)
    if await migration_runs.begin(session, {"id": id_, "author": viewer.actor, **asked}) is not None:
        return None
    known = await _found(session, id_)
    if any(known[name] != value for name, value in asked.items()):
        raise Refused(RefusalCode.KEY_REUSED, ["key"])
    return known


async def _carried(session: Session, run: Row) -> Row:
    if run["total"] == 0:
        raise Refused(RefusalCode.NOTHING_TO_MOVE)
    await outbox.put(session, "run_errand", f"{ErrandKind.MIGRATION}/{run['id']}")
    return run


async def _target(session: Session, viewer: Viewer, move: Move) -> tuple[Row, Mapping[int, tuple[int, Process]]]:
    """The version to which items go, and the processes by the ids of all versions that matter, with their numbers."""
    if move.version is None:
        row = await documents.published(session, Kind.PROCESS, move.process)
    else:
        row = await documents.version(session, Kind.PROCESS, move.process, move.version)
    if row is None or row["state"] not in RELEASED:
        raise Refused(RefusalCode.NO_PROCESS, ["process" if move.version is None else "version"], process=move.process)
    left = await migration_runs.versions_left(session, Scope(viewer, row, Wanted(move.where)))
    rows = await documents.bodies(session, [row["id"], *left])
    processes = {each["id"]: (each["version"], read_process(each["body"])) for each in rows}
    strange = unknown_steps([processes[id_][1] for id_ in left], processes[row["id"]][1], move.steps or {})
    if left and strange:
        raise Refused(RefusalCode.UNKNOWN_STEP, ["steps"], steps=", ".join(strange))
    return row, processes


async def _pages(session: Session, scope: Scope) -> AsyncIterator[Sequence[Standing]]:
    """Where the items stand, in pages by number, as many as can be looked at."""
    mark: tuple[Any, ...] | None = None
    for _ in range(0, MOST_ITEMS, _PAGE):
        found = await migration_runs.candidates(session, scope, Slice(_PAGE, mark))
        rows = found[:_PAGE]
        yield await _standings(session, rows)
        if len(found) == len(rows):
            return
        mark = (rows[-1]["number"],)


async def _standings(session: Session, rows: Sequence[Row]) -> list[Standing]:
    ids = [row["id"] for row in rows]
    at = {id_: list(runs) for id_, runs in groupby(await verdicts.open_steps(session, ids), lambda run: run["item"])}
    running: dict[UUID, list[Row]] = {}
    for clock in await clocks.running_of_items(session, ids):
        running.setdefault(clock["item"], []).append(clock)
    held = [clock["id"] for clock in chain(*running.values()) if clock["paused_seconds"] or clock["paused_at"]]
    course = courses(await clocks.events_of(session, held))
    return [
        Standing(
            row,
            {run["seq"]: run for run in at.get(row["id"], ())},
            [(clock, course.get(clock["id"], Course(clock["started_at"]))) for clock in running.get(row["id"], ())],
        )
        for row in rows
    ]


def _add(found: Preview, page: Sequence[Standing]) -> None:
    for standing in page:
        found.add(standing)
