"""What happens while a made-up item stands at a step: escalations and reminders, as a loop's plans would tell them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from voxloop.domain.clocks import Clock, Course
from voxloop.domain.limits import STEP_CLOCKS, ClockName
from voxloop.domain.loop import Moment
from voxloop.domain.moments import PASSED, Timed, escalation_moments, reminders
from voxloop.domain.process import MEMBER_STEPS, Step, StepKind
from voxloop.domain.samples import Item, Raised, Reminded, Stay


def clocks_of(step: Step) -> tuple[ClockName, ...]:
    """The clocks that run while an item stands at a step."""
    if step.kind in MEMBER_STEPS and not step.passing:
        return STEP_CLOCKS
    waits = step.kind in (StepKind.LINKED, StepKind.PARALLEL) and step.limit.targets
    return (ClockName.FINISH,) if waits else ()


def pass_time(item: Item, stays: Sequence[Stay]) -> None:
    """Let a step with its branches last: what is due before they are left happens, one after another.

    A priority that is raised moves what comes after it.
    """
    now = stays[0].entered_at
    fired: list[list[str]] = [[] for _ in stays]
    while True:
        due = [
            (max(moment.at, now), place, number, moment.name)
            for place, stay in enumerate(stays)
            for number, moment in enumerate(_moments(item, stay, fired[place]))
            if stay.left_at is None or max(moment.at, now) < stay.left_at
        ]
        if not due:
            return
        now, place, _, name = min(due)
        fired[place].append(_fired(item, stays[place], name, now))


def _moments(item: Item, stay: Stay, fired: Sequence[str]) -> Iterator[Moment]:
    step, run = stay.step, {"entered_at": stay.entered_at, "fired": fired}
    words = {escalation.calendar for escalation in step.escalate if escalation.calendar is not None}
    own = {word: item.around.pace(word, step.team) for word in words}
    yield from escalation_moments(step, run, _limit(item, stay), own)
    yield from reminders(step, run, scale=1)


def _limit(item: Item, stay: Stay) -> Timed | None:
    """The clock of a step's limit, aimed as the item stands now."""
    if ClockName.FINISH not in clocks_of(stay.step):
        return None
    limits, began = stay.step.limit, stay.entered_at
    pace = item.around.pace(limits.calendar, stay.step.team)
    return Clock(began).aimed(item.target(limits, pace), pace.time, Course(began)), pace


def _fired(item: Item, stay: Stay, name: str, now: datetime) -> str:
    """Do what is due; answers how a row would keep it."""
    kind, _, number = name.partition(".")
    if kind == "remind":
        stay.reminded.append(Reminded(now, stay.step.remind[int(number)].send))
        return name
    escalation = stay.step.escalate[int(number)]
    if escalation.condition is not None and not item.holds(escalation.condition):
        return f"{PASSED}.{number}"
    tells = tuple(told.recipient for told in escalation.tell)
    via = tuple(dict.fromkeys(way for told in escalation.tell for way in told.via))
    stay.raised.append(Raised(now, int(number) + 1, tells, via, escalation.raise_priority))
    if escalation.raise_priority:
        item.raise_priority(now)
    return name
