"""``voxloop process simulate``: a made-up item, or a stored month, on its way through a process."""

import argparse
import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from voxloop.commands.document_lines import author_of, tell_file_problems
from voxloop.commands.document_sources import Source, find
from voxloop.commands.instants import local
from voxloop.commands.what_if import try_out
from voxloop.domain.documents import Kind
from voxloop.domain.problems import Problem
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.texts import label, outcome_title, say
from voxloop.domain.walks import End
from voxloop.install import own_installation
from voxloop.settings import Settings
from voxloop.store import simulations
from voxloop.store.sessions import Sessions
from voxloop.studying import begin_simulation

_LOOK_SECONDS, _PATIENCE_SECONDS = 0.1, 20


async def simulate(settings: Settings, given: argparse.Namespace) -> int:
    """Walk one made-up item through the process, or with ``--since`` or ``--until`` what was received then."""
    source = await find(settings, given.process, Kind.PROCESS)
    if given.since is not None or given.until is not None:
        return await try_out(settings, given, process=source.body)
    facts = {"type": given.type, "priority": given.priority, "customer_level": given.level}
    request = {
        "process": source.body,
        "facts": {name: value for name, value in facts.items() if value is not None},
        "received_at": given.at.isoformat() if given.at else None,
        "given": given.outcome,
        "strict": given.strict,
    }
    async with own_installation(settings) as sessions:
        result = await _result(sessions, given.author, request)
    return _tell(settings.language, source, result)


async def _result(sessions: Sessions, author: str | None, request: Mapping[str, Any]) -> Mapping[str, Any]:
    async with sessions.begin() as session:
        id_ = await begin_simulation(session, await author_of(session, author), request)
    for _ in range(int(_PATIENCE_SECONDS / _LOOK_SECONDS)):
        async with sessions.begin() as session:
            row = await simulations.get(session, id_)
        if row is not None and row["result"] is not None:
            result: Mapping[str, Any] = row["result"]
            return result
        await asyncio.sleep(_LOOK_SECONDS)
    raise Refused(RefusalCode.NOT_CONFIRMED)


def _tell(language: str, source: Source, result: Mapping[str, Any]) -> int:
    if result["problems"]:
        tell_file_problems(language, source.placed(Problem(**problem) for problem in result["problems"]))
        return 1
    for line in walk_lines(language, result):
        print(line)
    return int(result["end"] == End.UNMATCHED)


def walk_lines(language: str, walk: Mapping[str, Any]) -> Iterator[str]:
    """The way in words: each stay with its deadlines and what happens meanwhile, then the item's own clocks."""
    for place, visit in enumerate(walk["visits"]):
        yield say(
            language,
            "simulate.visit" if visit["branch_of"] is None else "simulate.branch",
            at=local(visit["entered_at"]),
            step=visit["title"].get(language) or visit["step"],
            team=visit["team"] or "–",
            outcome=outcome_title(visit["outcome_titles"], visit["outcome"], language) if visit["outcome"] else "–",
        )
        for kind in ("messages", "linked_items"):
            for what in visit[kind]:
                yield say(language, f"simulate.{kind}", what=what)
        yield from _deadlines(language, walk, place)
        for each in visit["escalations"]:
            told = ", ".join(each["to"]) or "–"
            yield say(language, "simulate.escalation", at=local(each["at"]), level=each["level"], to=told)
        for each in visit["reminders"]:
            yield say(language, "simulate.reminder", at=local(each["at"]), what=each["template"])
    ending = label(language, "outcome", walk["outcome"]) if walk["outcome"] else label(language, "way_end", walk["end"])
    yield say(language, "simulate.end", how=ending)
    if walk["reason"]:
        yield say(language, "simulate.reason", reason=walk["reason"][language])
    yield from _deadlines(language, walk, None)
    if walk["survey"]:
        yield say(language, "simulate.survey", at=local(walk["survey"]["at"]), what=walk["survey"]["template"])


def _deadlines(language: str, walk: Mapping[str, Any], place: int | None) -> Iterator[str]:
    for each in walk["deadlines"]:
        if each["visit"] == place and each["due_at"] is not None:
            told = "simulate.missed" if each["breached_at"] else "simulate.due"
            yield say(language, told, clock=label(language, "clock", each["clock"]), due=local(each["due_at"]))
