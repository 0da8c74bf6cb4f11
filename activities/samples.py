"""A made-up item on its way through a process, published or not, kept for whoever asked: instants, codes and keys.

It counts in calendars as they are published, whatever the installation's time scale is.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from voxloop.activities.replaying import Replaying
from voxloop.activities.rulers import Body, Rulers
from voxloop.activities.scene import Means
from voxloop.activities.trying import effects_of
from voxloop.domain.calendars import NeverOpen
from voxloop.domain.documents import Kind
from voxloop.domain.durations import read_length
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority
from voxloop.domain.limit_checker import calendar_problems
from voxloop.domain.problems import InvalidDocument, Known, Problem
from voxloop.domain.process import Process
from voxloop.domain.process_reader import read_process
from voxloop.domain.sample_walks import walked
from voxloop.domain.samples import Around, Deadline, Given, Sample, Stay, Walked, given_problems
from voxloop.domain.trials import Trial
from voxloop.rules.evaluator import holds
from voxloop.store import documents, organisation
from voxloop.store.sessions import Session


async def walk(
    means: Means, request: Mapping[str, Any], facts: Mapping[str, Any], asked_at: datetime
) -> dict[str, Any]:
    """What becomes of the ``request``; ``problems`` where it cannot be walked."""
    try:
        process = await asyncio.to_thread(read_process, request["process"])
        sample = _sample(request, facts, asked_at)
        async with means.sessions.begin() as session:
            await _demand_known(session, process, sample)
            replaying = await _prepared(means, session, sample.received_at)
        return _told(process, await asyncio.to_thread(walked, process, sample, Around(replaying.pace_of, holds)))
    except InvalidDocument as invalid:
        return {"problems": [asdict(problem) for problem in invalid.problems]}
    except (NeverOpen, LookupError, ValueError) as wrong:
        return {"problems": [asdict(Problem("", "document.study_failed", {"reason": str(wrong)}))]}


async def _demand_known(session: Session, process: Process, sample: Sample) -> None:
    """Go on only if all calendars that it names are published, or its clocks would count all time; and it has all
    steps and outcomes that are given, or they would be passed over.
    """
    known = Known(calendars=frozenset(await documents.published_keys(session, Kind.CALENDAR)))
    problems = [*calendar_problems(process, known), *given_problems(process, sample.given)]
    if problems:
        raise InvalidDocument(problems)


async def _prepared(means: Means, session: Session, at: datetime) -> Replaying:
    replaying = Replaying(means, Trial(), Rulers(at, at, await organisation.time_zone(session)), at)
    await replaying.prepare(session)
    return replaying


def _sample(request: Body, facts: Body, asked_at: datetime) -> Sample:
    level = facts.get("customer_level")
    return Sample(
        received_at=datetime.fromisoformat(request["received_at"]) if request.get("received_at") else asked_at,
        type=FeedbackType(facts.get("type", FeedbackType.OTHER)),
        priority=Priority(facts["priority"]),
        level=CustomerLevel(level) if level else None,
        facts=facts,
        given=tuple(map(_given, request.get("given") or ())),
        strict=request.get("strict", False),
    )


def _given(given: Mapping[str, Any]) -> Given:
    after = read_length(given["after"]) if given.get("after") else None
    return Given(given["step"], given["outcome"], after)


def _told(process: Process, found: Walked) -> dict[str, Any]:
    return {
        "visits": [{**_visit(stay), "outcome_titles": process.titles_of(stay.step)} for stay in found.stays],
        "deadlines": [_deadline(deadline) for deadline in found.deadlines],
        "end": found.end,
        "outcome": found.outcome,
        "reason": dict(found.reason) if found.reason else None,
        "survey": _survey(found),
        "problems": [],
    }


def _visit(stay: Stay) -> dict[str, Any]:
    step, effects = stay.step, list(effects_of(stay.step))
    return {
        "step": step.key,
        "kind": step.kind,
        "title": dict(step.title),
        "branch_of": stay.branch_of,
        "team": step.team,
        "strategy": step.assign.strategy if step.team else None,
        "same_as": step.assign.same_as,
        "entered_at": _instant(stay.entered_at),
        "left_at": _instant(stay.left_at),
        "outcome": stay.outcome,
        "messages": list(_named("message", effects)),
        "linked_items": list(_named("linked", effects)),
        "escalations": [
            {"at": _instant(each.at), "level": each.level, "to": each.tells, "via": each.via, "raises": each.raises}
            for each in stay.raised
        ],
        "reminders": [{"at": _instant(each.at), "template": each.send} for each in stay.reminded],
    }


def _named(kind: str, effects: list[tuple[str, str]]) -> Iterator[str]:
    return (what for word, what in effects if word == kind)


def _survey(found: Walked) -> dict[str, Any] | None:
    if found.survey is None:
        return None
    return {"at": _instant(found.surveyed_at), "kind": found.survey.kind, "template": found.survey.send}


def _deadline(deadline: Deadline) -> dict[str, Any]:
    instants = {name: _instant(getattr(deadline, name)) for name in ("started_at", "due_at", "breached_at")}
    return {"clock": deadline.clock, "visit": deadline.stay, **instants}


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()
