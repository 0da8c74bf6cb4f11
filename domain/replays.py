"""What stored clocks would have said under other limits and in other time: of what happened, nothing changes.

A clock's course is what happened to it; under a process that pauses in other stages it is made anew from the stages
through which the item went. Its target follows the item's type and priority as they were: a change aims anew from the
original start, until it has breached, which nothing takes back.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from voxloop.domain.clocks import Course, Pace, Verdict
from voxloop.domain.feedback import FeedbackType, Priority, Stage
from voxloop.domain.verdicts import judged


@dataclass(frozen=True)
class Standing:
    """How an item stood from an instant on; ``process``: the version that it kept to."""

    at: datetime
    type: FeedbackType
    priority: Priority
    stage: Stage
    process: int


@dataclass(frozen=True)
class Aim:
    """What a clock aims at from an instant on; None: at nothing."""

    at: datetime
    target: timedelta | None


History = Sequence[Standing]


Change = tuple[datetime, str | None, str | None, str | None, str | None]


def history_of(changes: Iterable[Change]) -> list[Standing]:
    """How an item stood, from when its process was known: of changes in order, each with the new values or None."""
    found: list[Standing] = []
    known: list[str] = [FeedbackType.OTHER, Priority.NORMAL, Stage.RECEIVED, ""]
    for at, *new in changes:
        known = [old if value is None else value for old, value in zip(known, new, strict=True)]
        type_, priority, stage, process = known
        if process:
            found.append(Standing(at, FeedbackType(type_), Priority(priority), Stage(stage), int(process)))
    return found


def in_force(history: History, at: datetime) -> Standing:
    """How the item stood at an instant; before its process was known: as it was then."""
    found = history[0]
    for standing in history:
        if standing.at > at:
            break
        found = standing
    return found


def decided_otherwise(history: History, type_: FeedbackType, priority: Priority, process: int) -> list[Standing]:
    """The history of an item of which something else had been decided; what people changed later stays."""
    found, first = [], history[0]
    for standing in history:
        found.append(
            replace(
                standing,
                type=type_ if standing.type == first.type else standing.type,
                priority=priority if standing.priority == first.priority else standing.priority,
                process=process if standing.process == first.process else standing.process,
            )
        )
    return found


def aims(course: Course, history: History, target_of: Callable[[Standing], timedelta | None]) -> list[Aim]:
    """The targets that follow one another while the clock runs.

    A clock may count from before the item's process was known: by what the item was then, it never aimed.
    """
    found: list[Aim] = []
    last: Standing | None = None
    for standing in history:
        if last is not None and (standing.type, standing.priority, standing.process) == (
            last.type,
            last.priority,
            last.process,
        ):
            continue
        last = standing
        if course.ended_at is not None and found and standing.at >= course.ended_at:
            break
        aim = Aim(max(standing.at, course.started_at), target_of(standing))
        if found and (found[-1].target == aim.target or aim.at == found[-1].at):
            aim = Aim(found.pop().at, aim.target)
        found.append(aim)
    return found


def replayed(course: Course, targets: Sequence[Aim], pace: Pace, now: datetime) -> Verdict:
    """What the clock says by ``now``: the breach of the first target that was missed while it was aimed at."""
    found = Verdict(None, None, timedelta())
    for place, aim in enumerate(targets):
        later = targets[place + 1].at if place + 1 < len(targets) else now
        found = judged(course, aim.target, pace, min(later, now))
        if found.breached_at is not None:
            break
    return found


def paused_by_stages(course: Course, history: History, pause: Collection[Stage]) -> Course:
    """The course of a clock that stood still in these stages and in no others."""
    if not pause:
        return Course(course.started_at, (), course.ended_at, course.fulfilled)
    pauses: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for standing in history:
        if course.ended_at is not None and standing.at >= course.ended_at:
            break
        still = standing.stage in pause
        if still and since is None:
            since = max(standing.at, course.started_at)
        elif not still and since is not None:
            if standing.at > since:
                pauses.append((since, standing.at))
            since = None
    if since is not None and (course.ended_at is None or since < course.ended_at):
        pauses.append((since, course.ended_at))
    return Course(course.started_at, tuple(pauses), course.ended_at, course.fulfilled)
