"""What owners ask to be replayed before they change a process, a calendar, targets or who works where."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from voxloop.domain.documents import Kind
from voxloop.domain.errands import ErrandKind
from voxloop.domain.identity import digest, id_under, new_id
from voxloop.domain.limit_checker import calendar_problems
from voxloop.domain.limits import REAL, TEAMS_OWN
from voxloop.domain.problems import InvalidDocument, Known, is_sound
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.rights import EDIT_DOCUMENTS, demand_right
from voxloop.domain.trials import Trial, read_trial
from voxloop.domain.viewer import Viewer
from voxloop.reception import Parts
from voxloop.rules.calendar_checker import check_calendar
from voxloop.store import documents, drafts, outbox, people, saved_filters, what_ifs
from voxloop.store.listing import Where
from voxloop.store.sessions import Row, Session
from voxloop.studying import past, simulated

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Tried:
    """What is to be tried, on which items: received in ``window``, else the last 30 days, and let through by ``where``.

    ``process``: its body; ``calendars``: bodies by key; ``targets`` and ``staffing``: as ``read_trial`` has them.
    ``key``: the same wish under the same key is the same what-if.
    """

    window: tuple[datetime | None, datetime | None] = (None, None)
    where: Where = field(default_factory=Where)
    process: Body | None = None
    calendars: Mapping[str, Body] | None = None
    targets: Sequence[Body] = ()
    staffing: Sequence[Body] = ()
    key: str | None = None


async def what_if(parts: Parts, viewer: Viewer, tried: Tried) -> Row:
    """Begin to replay past items under something else.

    Raises:
        Refused: it cannot be tried, the window is none, or the key was used for something else.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        study = await begin_what_if(session, viewer.actor, tried)
    parts.relay.poke()
    return study


async def begin_what_if(session: Session, author: str, tried: Tried) -> Row:
    """Write down what is to be replayed, and have it carried to a worker.

    Raises:
        Refused: as above.
    """
    since, until = past(tried.window, datetime.now(UTC))
    request = {
        "process": tried.process,
        "calendars": dict(tried.calendars or {}),
        "targets": [dict(each) for each in tried.targets],
        "staffing": [dict(each) for each in tried.staffing],
    }
    await _demand_possible(session, request)
    id_ = new_id() if tried.key is None else id_under(ErrandKind.WHAT_IF, author, tried.key)
    wanted = {"request": request, "filter": saved_filters.written(tried.where)}
    study = await what_ifs.begin(session, id=id_, since=since, until=until, author=author, **wanted)
    if study is not None:
        await outbox.put(session, "run_errand", f"{ErrandKind.WHAT_IF}/{id_}")
        return study
    earlier = await what_ifs.get(session, id_)
    assert earlier is not None
    if digest({name: earlier[name] for name in wanted}) != digest(wanted):
        raise Refused(RefusalCode.KEY_REUSED, ["key"])
    return earlier


async def _demand_possible(session: Session, request: Mapping[str, Any]) -> None:
    try:
        trial = await asyncio.to_thread(read_trial, request)
    except (InvalidDocument, ValueError, KeyError) as wrong:
        raise Refused(RefusalCode.NOT_CHECKED, ["process"]) from wrong
    for place, calendar in enumerate(trial.calendars.values()):
        if not is_sound(check_calendar(calendar, datetime.now(UTC).date())):
            raise Refused(RefusalCode.NOT_CHECKED, ["calendars", str(place)])
    await _demand_known(session, trial)


async def _demand_known(session: Session, trial: Trial) -> None:
    """Go on only if all processes, calendars and teams that it names exist."""
    known = {*trial.calendars, *await documents.published_keys(session, Kind.CALENDAR)}
    if trial.process is not None and any(calendar_problems(trial.process, Known(calendars=frozenset(known)))):
        raise Refused(RefusalCode.NOT_CHECKED, ["process"])
    processes = {None, *await documents.published_keys(session, Kind.PROCESS)}
    if trial.process is not None:
        processes.add(trial.process.key)
    for place, target in enumerate(trial.targets):
        if target.process not in processes:
            raise Refused(RefusalCode.NOT_FOUND, ["targets", str(place), "process"])
        if target.calendar is not None and target.calendar not in (REAL, TEAMS_OWN, *known):
            raise Refused(RefusalCode.NOT_FOUND, ["targets", str(place), "calendar"])
    teams = {row["key"] for row in await people.teams(session)}
    for place, staff in enumerate(trial.staffing):
        if staff.team not in teams:
            raise Refused(RefusalCode.NOT_FOUND, ["staffing", str(place), "team"])
        if staff.calendar is not None and staff.calendar not in known:
            raise Refused(RefusalCode.NOT_FOUND, ["staffing", str(place), "calendar"])


async def cancel_what_if(parts: Parts, viewer: Viewer, id_: UUID) -> Row:
    """Have a what-if stop.

    Raises:
        Refused: there is none, or it has ended.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        if await what_ifs.get(session, id_) is None:
            raise Refused(RefusalCode.NOT_FOUND, ["id"])
        stopped = await what_ifs.cancel(session, id_)
        if stopped is None:
            raise Refused(RefusalCode.HAS_ENDED)
        return stopped


async def simulate_process(parts: Parts, viewer: Viewer, request: Mapping[str, Any]) -> Row:
    """The way of a made-up item through a process, as ``activities/samples`` reads the request.

    Raises:
        Refused: (``NOT_CONFIRMED``) it is not walked yet.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    return await simulated(parts, viewer, request)


async def body_of(session: Session, kind: Kind, draft: int | None, key: str | None, version: int | None) -> Body | None:
    """The body of a document: a draft or version by its id, a version by key and number, or what is published there."""
    if draft is not None:
        row = await drafts.get(session, draft)
    elif version is not None:
        row = await documents.version(session, kind, key or "", version)
    else:
        row = await documents.published(session, kind, key or "")
    return row["body"] if row is not None and row["kind"] == kind else None
