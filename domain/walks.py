"""A way through a process, step by step: which step follows which, and when, as somebody answers for those who act.

What an item only comes through is passed; at every other step the answer says by which outcome the item left it, and
when. Branches lie within their parallel step: the answer knows what becomes of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from voxloop.domain.process import CLOSE, Case, Process, Step, StepKind
from voxloop.domain.rules import Condition

MOST_VISITS = 200
SILENT = "silent"

Holds = Callable[[Condition], bool]
# By which outcome an item that came to a step then has left it, and when; None: nobody knows, or it is there still.
Answer = Callable[[Step, datetime], tuple[str, datetime] | None]


class End(StrEnum):
    """How a way ends."""

    CLOSED = "closed"
    WAITING = "waiting"  # at a step of which no outcome is known
    UNMATCHED = "unmatched"  # by an outcome that the step has not
    ENDLESS = "endless"  # in a circle


@dataclass(frozen=True)
class Visit:
    """A stay at a step; ``outcome`` and ``left_at`` are None where the way ends without one."""

    step: Step
    entered_at: datetime
    outcome: str | None = None
    left_at: datetime | None = None


@dataclass(frozen=True)
class Way:
    """The steps in order, how it ends, and in which outcome of the item and when it is closed, if it is."""

    visits: tuple[Visit, ...]
    end: End
    outcome: str | None = None
    closed_at: datetime | None = None


def way(process: Process, began: datetime, answer: Answer, holds: Holds) -> Way:
    """The way of an item that begins then."""
    visits: list[Visit] = []
    for visit in _visits(process, began, answer, holds):
        visits.append(visit)
        if len(visits) == MOST_VISITS:
            return Way(tuple(visits), End.ENDLESS)
    last = visits[-1]
    if last.outcome is None:
        return Way(tuple(visits), End.WAITING)
    if last.outcome not in last.step.outcomes:
        return Way(tuple(visits), End.UNMATCHED)
    return Way(tuple(visits), End.CLOSED, process.item_outcome(last.step.key, last.outcome), last.left_at)


def distances(process: Process, holds: Holds) -> dict[str, int]:
    """Of each step from which the end can be reached, and of ``close``, by how many steps; as conditions hold now."""
    found = {CLOSE: 0}
    for _ in process.steps:
        for step in process.steps:
            ways = [found[to] for to in _leading(step, holds) if to in found]
            if ways:
                found[step.key] = min(ways) + 1
    return found


def shortest(step: Step, left: Mapping[str, int], holds: Holds) -> str:
    """The outcome of a step that leads to the end by the fewest steps, if any other than silence; then by its name.

    Not the first that its author wrote: a stored document does not keep the order of names.
    """
    far = len(left)
    return min(step.outcomes, key=lambda name: (name == SILENT, left.get(next_step(step, name, holds), far), name))


def next_step(step: Step, outcome: str, holds: Holds) -> str:
    """Where an outcome of a step leads as conditions hold now."""
    if outcome not in step.conditional:
        return step.outcomes[outcome]
    return _first(step.conditional[outcome], holds)


def _first(cases: Sequence[Case], holds: Holds) -> str:
    for case in cases:
        if case.condition is None or holds(case.condition):
            return case.go
    raise LookupError("no case holds")


def _leading(step: Step, holds: Holds) -> Iterator[str]:
    passed = _passed(step, holds)
    for outcome in step.outcomes if passed is None else [passed]:
        yield next_step(step, outcome, holds)


def _visits(process: Process, began: datetime, answer: Answer, holds: Holds) -> Iterator[Visit]:
    key, at = process.first.key, began
    while key != CLOSE:
        step = process.step(key)
        passed = _passed(step, holds)
        left = answer(step, at) if passed is None else (passed, at)
        if left is None:
            yield Visit(step, at)
            return
        outcome, until = left
        yield Visit(step, at, outcome, until)
        if outcome not in step.outcomes:
            return
        key, at = next_step(step, outcome, holds), until


def _passed(step: Step, holds: Holds) -> str | None:
    """The outcome of a step that an item only comes through; None of any other."""
    if not step.passing:
        return None
    if step.kind is StepKind.CHOICE:
        return _first(step.cases, holds)
    [outcome] = step.outcomes
    return outcome
