"""A made-up item that goes through a process: what is said of it beforehand, and what is found out.

``sample_walks`` takes it from step to step; ``sample_stays`` tells what happens while it stands at one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from voxloop.domain.clocks import Pace
from voxloop.domain.durations import Duration
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority, Stage
from voxloop.domain.limits import ClockName, Limits
from voxloop.domain.problems import Problem, unknown
from voxloop.domain.process import Process, Step, StepKind, Survey
from voxloop.domain.replays import Standing
from voxloop.domain.rules import Condition
from voxloop.domain.verdicts import Subject, target_of
from voxloop.domain.walks import End

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Given:
    """By which outcome a step or branch is left, and after which time of its clock, whole days (``3d``) by every clock.

    None: after half of its limit.
    """

    step: str
    outcome: str
    after: Duration | None = None


@dataclass(frozen=True)
class Sample:
    """An item that nobody sent. ``strict``: its way ends at the first step of which no outcome is given."""

    received_at: datetime
    type: FeedbackType
    priority: Priority
    level: CustomerLevel | None = None
    facts: Facts = field(default_factory=dict)
    given: Sequence[Given] = ()
    strict: bool = False


def given_problems(process: Process, given: Sequence[Given]) -> Iterator[Problem]:
    """What is said of steps that nobody can leave or that are not there, or by outcomes that they have not."""
    each = (member for step in process.steps for member in (step.branches or (step,)))
    outcomes = {step.key: step.outcomes for step in each if not step.passing and step.kind is not StepKind.AUTOMATIC}
    for number, said in enumerate(given):
        yield from unknown(f"outcomes[{number}].step", "sample.no_such_stay", said.step, outcomes)
        if said.step in outcomes:
            place = f"outcomes[{number}].outcome"
            yield from unknown(place, "process.unknown_outcome", said.outcome, outcomes[said.step])


@dataclass(frozen=True)
class Around:
    """What is around a process: what a word for a calendar means to a team, and how conditions are asked."""

    pace: Callable[[str | None, str | None], Pace]
    holds: Callable[[Condition, Facts], bool]


@dataclass(frozen=True)
class Raised:
    """An escalation that would come at that instant: who is told by which ways, and whether the priority is raised."""

    at: datetime
    level: int
    tells: tuple[str, ...]
    via: tuple[str, ...]
    raises: bool


@dataclass(frozen=True)
class Reminded:
    """The customer would be reminded at that instant, by a template."""

    at: datetime
    send: str


@dataclass
class Stay:
    """At a step, or at a branch of the step whose stay stands at ``branch_of``; filled in as the item goes on.

    A branch that is withdrawn is left without an outcome.
    """

    step: Step
    entered_at: datetime
    outcome: str | None = None
    left_at: datetime | None = None
    branch_of: int | None = None
    raised: list[Raised] = field(default_factory=list)
    reminded: list[Reminded] = field(default_factory=list)


@dataclass(frozen=True)
class Deadline:
    """What a clock of the sample says; ``stay``: the place of its stay, None for a clock of the item."""

    clock: ClockName
    stay: int | None
    started_at: datetime
    due_at: datetime | None
    breached_at: datetime | None


@dataclass(frozen=True)
class Walked:
    """The stays in order, how the way ends, and what each clock says; of a closed item what else there is.

    ``reason``: that which follows from the last outcome; ``surveyed_at``: when its customer is asked by the ``survey``.
    """

    stays: tuple[Stay, ...]
    end: End
    outcome: str | None
    deadlines: tuple[Deadline, ...]
    reason: Mapping[str, str] | None = None
    survey: Survey | None = None
    surveyed_at: datetime | None = None


class Item:
    """The sample as it stands by now; ``history``: how it stood before."""

    def __init__(self, sample: Sample, around: Around) -> None:
        self.sample, self.around = sample, around
        self.history = [Standing(sample.received_at, sample.type, sample.priority, Stage.RECEIVED, 0)]

    def come_to(self, step: Step, at: datetime) -> None:
        """Stand at a step from then on."""
        self.history.append(replace(self.history[-1], at=at, stage=step.stage))

    def raise_priority(self, at: datetime) -> None:
        """Be more urgent from then on."""
        self.history.append(replace(self.history[-1], at=at, priority=self.history[-1].priority.raised()))

    def holds(self, condition: Condition) -> bool:
        """Whether a condition holds of it."""
        now = {"type": self.sample.type, "priority": self.history[-1].priority, "accepted": False}
        return self.around.holds(condition, {**self.sample.facts, **now})

    def target(self, limits: Limits, pace: Pace, standing: Standing | None = None) -> timedelta | None:
        """How long a clock under these limits may run, as it stood then or stands now."""
        stood = standing or self.history[-1]
        return target_of(limits, Subject(stood.priority, self.sample.level, stood.type), pace)
