"""``voxloop what-if``: what past items' clocks would have said under something else, and the load of teams."""

import argparse
import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from voxloop.commands.document_lines import author_of, told
from voxloop.commands.document_sources import find
from voxloop.commands.instants import local
from voxloop.commands.watching import Waiting
from voxloop.domain.documents import Kind
from voxloop.domain.operations import RunState
from voxloop.domain.tallies import ClockSum, clock_sums, names_of, queues_of
from voxloop.domain.texts import label, say
from voxloop.domain.trials import Side
from voxloop.install import own_installation
from voxloop.settings import Settings
from voxloop.store import what_ifs
from voxloop.store.sessions import Row, Sessions
from voxloop.store.slices import Slice
from voxloop.trying_out import Tried, begin_what_if

_SHOWN = 20
Sums = Mapping[str, int]


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Begin a what-if, or watch one that goes on; answers the exit code.

    Raises:
        Obstacle: it cannot be done.
    """
    return told(settings.language, lambda: asyncio.run(_run(settings, given)))


async def _run(settings: Settings, given: argparse.Namespace) -> int:
    if given.study is not None:
        return await watch(settings, given.study)
    process = (await find(settings, given.process, Kind.PROCESS)).body if given.process else None
    calendars = [await find(settings, named, Kind.CALENDAR) for named in given.calendar]
    return await try_out(
        settings,
        given,
        process=process,
        calendars={source.key: source.body for source in calendars},
        targets=given.target,
        staffing=given.staff,
    )


async def try_out(settings: Settings, given: argparse.Namespace, **tried: Any) -> int:
    """Try it on what was received from ``given.since`` until ``given.until``; answers the exit code."""
    async with own_installation(settings) as sessions:
        async with sessions.begin() as session:
            author = await author_of(session, given.author)
            study = await begin_what_if(session, author, Tried((given.since, given.until), **tried))
        print(say(settings.language, "what_if.begun", id=study["id"]), flush=True)
        return await _watch(settings, sessions, study["id"])


async def watch(settings: Settings, id_: UUID) -> int:
    """Wait for a what-if and tell what it has found; answers the exit code."""
    async with own_installation(settings) as sessions:
        return await _watch(settings, sessions, id_)


async def _watch(settings: Settings, sessions: Sessions, id_: UUID) -> int:
    language = settings.language
    row = await Waiting(language, sessions, "what_if.run", what_ifs.get, what_ifs.cancel).ended(id_)
    for line in lines(row, language):
        print(line)
    async with sessions.begin() as session:
        found = await what_ifs.differences(session, id_, Slice(_SHOWN))
    for each in found[:_SHOWN]:
        for change in each["changes"]:
            print(_change(each["code"], change, language))
    return 0 if row["state"] == RunState.DONE else 1


def lines(row: Row, language: str) -> Iterator[str]:
    """What a what-if has found, in words."""
    state = label(language, "run_state", row["state"])
    yield say(language, "what_if.ended", state=state, **{name: row[name] for name in ("done", "changed", "skipped")})
    if row["failure"]:
        yield say(language, f"problem.{row['failure']['code']}", **row["failure"]["params"])
    before, after = (row["sums"].get(side, {}) for side in Side)
    yield from _clocks(before, after, language)
    yield from _queues(before, after, language)
    for kind in ("entered", "message", "linked", "lost", "unmatched"):
        were, are = names_of(before, kind), names_of(after, kind)
        for name in sorted({*were, *are}):
            yield say(language, f"what_if.{kind}", name=name, before=were.get(name, 0), after=are.get(name, 0))


def _clocks(before: Sums, after: Sums, language: str) -> Iterator[str]:
    sides = [clock_sums(before), clock_sums(after)]
    for group in sorted({*sides[0], *sides[1]}):
        figures = {
            figure: value
            for name, side in zip(Side, sides, strict=True)
            for figure, value in _figures(name, side.get(group, ClockSum())).items()
        }
        where = " · ".join(filter(None, (group.step, group.team)))
        yield say(
            language,
            "what_if.clock",
            clock=label(language, "clock", group.clock),
            where=where or "–",
            priority=label(language, "priority", group.priority),
            **figures,
        )


def _figures(side: str, of: ClockSum) -> dict[str, Any]:
    late = "–" if of.p90 is None else of.p90
    return {f"{side}_breaches": of.breaches, f"{side}_targets": of.targets, f"{side}_late": late}


def _queues(before: Sums, after: Sums, language: str) -> Iterator[str]:
    were = queues_of(before)
    say_ = partial(say, language, "what_if.queue")
    for team, are in sorted(queues_of(after).items()):
        was = were[team]
        yield say_(
            team=team,
            steps=are.steps,
            before_wait=was.p90 or timedelta(),
            after_wait=are.p90 or timedelta(),
            before=was.respond_breaches + was.finish_breaches,
            after=are.respond_breaches + are.finish_breaches,
        )


def _change(code: str, change: Mapping[str, Any], language: str) -> str:
    clock = label(language, "clock", change["clock"])
    named = clock if change["step"] is None else f"{clock} ({change['step']})"
    breaches = {side: change[side]["breached"] for side in Side}
    values = {side: local(at) if at else say(language, "what_if.in_time") for side, at in breaches.items()}
    return say(language, "what_if.change", code=code, clock=named, **values)
