"""How one kind of feedback is handled: steps, their owners and limits, and where each outcome leads.

A process is data that owners edit. ``process_reader`` makes one from a document, ``process_checker`` tells what is
wrong with it; nothing here knows how it is stored or run. One step none of them writes, and each has: ``hold``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from voxloop.domain.branches import ALL, DONE, Join, Joined
from voxloop.domain.decision import Open, Tell
from voxloop.domain.durations import Duration
from voxloop.domain.feedback import FeedbackType, Outcome, Priority, Stage
from voxloop.domain.forms import Field
from voxloop.domain.limits import NO_LIMITS, ClockName, Escalation, Limits
from voxloop.domain.relations import SurveyKind
from voxloop.domain.rules import Condition
from voxloop.domain.texts import LANGUAGES, Titles, say

CLOSE, HOLD, JOIN = "close", "hold", "join"
RESERVED = (CLOSE, HOLD)
RELEASED, IS_SPAM = "released", "spam"


class StepKind(StrEnum):
    """Whom a step waits for: a member's work, a member's (or the system's) answer, the customer, another system.

    A choice waits for nobody, it only finds the way; an automatic step does its things at once, or waits for a time; a
    parallel one waits for its branches.
    """

    TASK = "task"
    REPLY = "reply"
    CUSTOMER = "customer"
    LINKED = "linked"
    CHOICE = "choice"
    AUTOMATIC = "automatic"
    PARALLEL = "parallel"


MEMBER_STEPS = (StepKind.TASK, StepKind.REPLY)
BRANCH_KINDS = (StepKind.TASK, StepKind.LINKED)


class Strategy(StrEnum):
    """How the owner of a step is found among the members of its team."""

    MANUAL = "manual"  # by a person: it stays in the team's queue
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    SKILL = "skill"
    ACCOUNT_OWNER = "account_owner"
    SAME_AS = "same_as"  # whoever did an earlier step


@dataclass(frozen=True)
class Assign:
    """``same_as``: the earlier step; ``skills``: what its owner must be able to do.

    Under the strategy ``skill`` as much of that as possible, under any other all of it.
    """

    strategy: Strategy = Strategy.MANUAL
    same_as: str | None = None
    skills: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One way out of several: taken by the first case whose ``condition`` holds; without one it always does."""

    condition: Condition | None
    go: str


@dataclass(frozen=True)
class Change:
    """What an automatic step sets on the item: its priority, and tags that it gets besides those it has."""

    priority: Priority | None = None
    tags: tuple[str, ...] = ()


NO_CHANGE = Change()


@dataclass(frozen=True)
class Reminder:
    """What the customer is sent, by a template, so long after she was asked."""

    at: timedelta
    send: str


@dataclass(frozen=True)
class Delay:
    """How long an automatic step waits: a length, in a ``calendar``'s time if one is named, or until that opens."""

    length: Duration | None = None
    calendar: str | None = None


NOT_ASKED_AFTER = (Outcome.WITHDRAWN, Outcome.SPAM, Outcome.MERGED, Outcome.CANCELLED)


@dataclass(frozen=True)
class Survey:
    """What the customer is asked so long ``after`` the closing, by a template, ``unless`` it ended so."""

    kind: SurveyKind
    send: str
    after: timedelta = timedelta()
    unless: tuple[Outcome, ...] = NOT_ASKED_AFTER


@dataclass(frozen=True)
class Step:
    """One station of the way. ``outcomes`` maps an outcome to the next step's key or ``close``.

    One of them may lead by ``conditional`` cases, and then maps to where the last of them goes. A choice's outcomes are
    where its cases go. ``wait``: how long the customer is waited for, at her own step or, after ``waitForCustomer``, at
    a member's; ``call``: the event that the webhook is told. ``branches`` of a parallel step are steps whose outcomes
    lead to ``join``.
    """

    key: str
    kind: StepKind
    title: Mapping[str, str]
    outcomes: Mapping[str, str]
    team: str | None = None
    assign: Assign = Assign()
    respond: Limits = NO_LIMITS
    limit: Limits = NO_LIMITS
    wait: timedelta | None = None
    opens: tuple[Open, ...] = ()
    form: tuple[Field, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    send: str | None = None
    system: str | None = None
    cases: tuple[Case, ...] = ()
    tell: tuple[Tell, ...] = ()
    sets: Change = NO_CHANGE
    conditional: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    remind: tuple[Reminder, ...] = ()
    delay: Delay | None = None
    call: str | None = None
    branches: tuple["Step", ...] = ()
    join: Join = ALL
    joined: tuple[Joined, ...] = ()

    @property
    def passing(self) -> bool:
        """Whether the item only comes through: nothing is waited for."""
        if self.kind is StepKind.AUTOMATIC:
            return self.delay is None
        return self.kind is StepKind.CHOICE or self.automatic

    @property
    def chooses(self) -> bool:
        """Whether cases say where it leads, so that its outcomes are the keys of steps."""
        return bool(self.cases or self.joined)

    @property
    def required(self) -> tuple[str, ...]:
        """The keys of the fields that every outcome needs."""
        return tuple(each.key for each in self.form if each.required)

    def targets(self, outcome: str) -> tuple[str, ...]:
        """Where an outcome may lead, in the order of its cases."""
        if outcome in self.conditional:
            return tuple(dict.fromkeys(case.go for case in self.conditional[outcome]))
        return (self.outcomes[outcome],)

    @property
    def following(self) -> tuple[str, ...]:
        """Where any of its outcomes may lead, in their order."""
        return tuple(dict.fromkeys(target for outcome in self.outcomes for target in self.targets(outcome)))

    @property
    def automatic(self) -> bool:
        """A reply that the system sends itself, at once."""
        return self.kind is StepKind.REPLY and self.send is not None and self.team is None

    @property
    def confirmation(self) -> bool:
        """A customer step that asks whether the answer helped; else it asks for information."""
        return self.kind is StepKind.CUSTOMER and "confirmed" in self.outcomes

    @property
    def stage(self) -> Stage:
        """The item's stage while it stands at this step."""
        if self.kind is StepKind.CUSTOMER:
            return Stage.ANSWERED if self.confirmation else Stage.WAITING_CUSTOMER
        return Stage.WAITING_LINKED if self.kind is StepKind.LINKED else Stage.WORKING

    def way(self, ended: Mapping[str, str | None]) -> str:
        """The outcome of a parallel step whose branches ``ended`` so; None of those that were withdrawn."""
        return next((case.go for case in self.joined if case.holds(ended)), DONE)


@dataclass(frozen=True)
class Process:
    """A published version of it is pinned by every loop that starts with it.

    ``handles``: the types it takes when no rule routes elsewhere. ``reopen_at``: where a reopened item goes on.
    ``reasons`` and ``outcome_titles``: what people call them; ``closing_reasons``: those that follow from an outcome.
    """

    key: str
    title: Mapping[str, str]
    handles: tuple[FeedbackType, ...]
    reopen_for: timedelta
    clocks: Mapping[ClockName, Limits]
    steps: tuple[Step, ...]
    closes: Mapping[str, Outcome]
    reopen_at: str
    reasons: Titles = field(default_factory=dict)
    closing_reasons: Mapping[str, str] = field(default_factory=dict)
    outcome_titles: Titles = field(default_factory=dict)
    survey: Survey | None = None

    @property
    def first(self) -> Step:
        return self.steps[0]

    @property
    def first_task(self) -> Step | None:
        """The step or branch whose team and member a route names."""
        return next((step for step in self.all_steps if step.kind is StepKind.TASK), None)

    @property
    def hold(self) -> Step:
        """Where an item that rules hold stands until a person has looked at it, before the first step."""
        return Step(
            key=HOLD,
            kind=StepKind.TASK,
            title={language: say(language, "step.hold") for language in LANGUAGES},
            outcomes={RELEASED: self.first.key, IS_SPAM: CLOSE},
            team=next((step.team for step in self.all_steps if step.kind in MEMBER_STEPS and step.team), None),
        )

    @property
    def placed(self) -> Iterator[tuple[str, Step]]:
        """The steps in order, each followed by its branches, with where it stands in the document."""
        for index, step in enumerate(self.steps):
            yield f"steps[{index}]", step
            for number, branch in enumerate(step.branches):
                yield f"steps[{index}].branches[{number}]", branch

    @property
    def all_steps(self) -> Iterator[Step]:
        """The same without their places."""
        return (step for _, step in self.placed)

    def step(self, key: str) -> Step:
        """The step or branch of that key.

        Raises:
            KeyError: there is none.
        """
        step = self.find(key)
        if step is None:
            raise KeyError(key)
        return step

    def find(self, key: str) -> Step | None:
        """The same, or None."""
        found = next((step for step in self.all_steps if step.key == key), None)
        return self.hold if found is None and key == HOLD else found

    def titles_of(self, step: Step) -> Titles:
        """What people call the outcomes of a step, as far as the process says so; those of a choice are steps."""
        titles = {each.key: each.title for each in self.steps} if step.chooses else self.outcome_titles
        return {outcome: titles[outcome] for outcome in step.outcomes if titles.get(outcome)}

    def item_outcome(self, step: str, outcome: str) -> Outcome:
        """How the item ends when an ``outcome`` of a step leads to ``close``."""
        return Outcome.SPAM if step == HOLD else self.closes.get(outcome, Outcome.SOLVED)

    def unreasoned(self, step: Step) -> list[str]:
        """The outcomes of a step that may close an item for a reason which only a person can name."""
        if not self.reasons or step.key == HOLD:
            return []
        closing = (outcome for outcome in step.outcomes if CLOSE in step.targets(outcome))
        return [outcome for outcome in closing if outcome not in self.closing_reasons]


def handlers(processes: Iterable[Process]) -> dict[FeedbackType, Process]:
    """The process that takes each type where no rule names one: the first by key that handles it, else ``other``.

    ``store.documents.process_for`` answers the same for one type, in SQL: a turn reads no more than it needs.
    """
    by_key = sorted(processes, key=lambda process: process.key)
    found = {}
    for type_ in FeedbackType if by_key else ():
        found[type_] = min(by_key, key=lambda each: (type_ not in each.handles, FeedbackType.OTHER not in each.handles))
    return found
