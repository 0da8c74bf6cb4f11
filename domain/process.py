"""How one kind of feedback is handled: steps, their owners and limits, and where each outcome leads.

A process is data that owners edit. ``process_reader`` makes one from a document, ``process_checker`` tells what is
wrong with it; nothing here knows how it is stored or run. One step none of them writes, and each has: ``hold``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from voxloop.domain.decision import Open, Tell
from voxloop.domain.feedback import FeedbackType, Outcome, Priority, Stage
from voxloop.domain.rules import Condition
from voxloop.domain.texts import LANGUAGES, say

CLOSE = "close"
HOLD = "hold"
RESERVED = (CLOSE, HOLD)
RELEASED, IS_SPAM = "released", "spam"


class StepKind(StrEnum):
    """Whom a step waits for: a member's work, a member's (or the system's) answer, the customer, another system.

    The last two wait for nobody: a choice only finds the way, an automatic step does its things at once.
    """

    TASK = "task"
    REPLY = "reply"
    CUSTOMER = "customer"
    LINKED = "linked"
    CHOICE = "choice"
    AUTOMATIC = "automatic"


MEMBER_STEPS = (StepKind.TASK, StepKind.REPLY)


class ClockName(StrEnum):
    """What is timed. The first three belong to the item, the last two to one step."""

    FIRST_RESPONSE = "first_response"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"
    RESPOND = "respond"
    FINISH = "finish"


ITEM_CLOCKS = (ClockName.FIRST_RESPONSE, ClockName.NEXT_REPLY, ClockName.RESOLUTION)


@dataclass(frozen=True)
class Limits:
    """A target per priority, when to warn (shares of it), and the stages that stop its clock."""

    targets: Mapping[Priority, timedelta]
    warn: tuple[float, ...] = ()
    pause: tuple[Stage, ...] = ()

    def target(self, priority: Priority) -> timedelta | None:
        """The target of ``priority``, or of the nearest lower one that has an entry."""
        order = list(Priority)
        lower = order[order.index(priority) :]
        return next((self.targets[candidate] for candidate in lower if candidate in self.targets), None)


NO_LIMITS = Limits({})


class Anchor(StrEnum):
    """What the instant of an escalation is counted from."""

    SHARE = "share"  # of the step's limit
    AFTER = "after"  # the step's deadline
    SINCE = "since"  # the step began


@dataclass(frozen=True)
class Escalation:
    """At an instant, if a condition holds, tell somebody and perhaps raise the priority."""

    anchor: Anchor
    share: float
    offset: timedelta
    tell: tuple[Tell, ...]
    raise_priority: bool
    condition: Condition | None

    def instant(self, began: datetime, limit: timedelta | None, scale: float) -> datetime | None:
        """When it is due for a step that ``began`` then, durations divided by ``scale``; None without a limit."""
        if self.anchor is Anchor.SINCE:
            return began + self.offset / scale
        if limit is None:
            return None
        return began + (limit * self.share + self.offset) / scale


@dataclass(frozen=True)
class Assign:
    """How the owner is found: ``manual``, ``least_loaded``, ``account_owner``, or whoever did ``same_as``."""

    strategy: str
    same_as: str | None = None


@dataclass(frozen=True)
class Case:
    """One way out of a choice: taken by the first case whose ``condition`` holds; without one it always does."""

    condition: Condition | None
    go: str


@dataclass(frozen=True)
class Change:
    """What an automatic step sets on the item: its priority, and tags that it gets besides those it has."""

    priority: Priority | None = None
    tags: tuple[str, ...] = ()


NO_CHANGE = Change()


@dataclass(frozen=True)
class Step:
    """One station of the way. ``outcomes`` maps an outcome to the next step's key or ``close``.

    A choice's outcomes are where its cases go. ``wait``: how long the customer is waited for, at her own step or, after
    ``waitForCustomer``, at a member's.
    """

    key: str
    kind: StepKind
    title: Mapping[str, str]
    outcomes: Mapping[str, str]
    team: str | None = None
    assign: Assign = Assign("manual")
    respond: Limits = NO_LIMITS
    limit: Limits = NO_LIMITS
    wait: timedelta | None = None
    opens: tuple[Open, ...] = ()
    require: tuple[str, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    send: str | None = None
    system: str | None = None
    cases: tuple[Case, ...] = ()
    tell: tuple[Tell, ...] = ()
    sets: Change = NO_CHANGE

    @property
    def passing(self) -> bool:
        """Whether the item only comes through: nobody is waited for."""
        return self.kind in (StepKind.CHOICE, StepKind.AUTOMATIC) or self.automatic

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


@dataclass(frozen=True)
class Process:
    """A published version of it is pinned by every loop that starts with it.

    ``handles``: the types it takes when no rule routes elsewhere. ``reopen_at``: where a reopened item goes on.
    """

    key: str
    title: Mapping[str, str]
    handles: tuple[FeedbackType, ...]
    reopen_for: timedelta
    clocks: Mapping[ClockName, Limits]
    steps: tuple[Step, ...]
    closes: Mapping[str, Outcome]
    reopen_at: str

    @property
    def first(self) -> Step:
        return self.steps[0]

    @property
    def first_task(self) -> Step | None:
        """The step whose team and member a route names."""
        return next((step for step in self.steps if step.kind is StepKind.TASK), None)

    @property
    def hold(self) -> Step:
        """Where an item that rules hold stands until a person has looked at it, before the first step."""
        return Step(
            key=HOLD,
            kind=StepKind.TASK,
            title={language: say(language, "step.hold") for language in LANGUAGES},
            outcomes={RELEASED: self.first.key, IS_SPAM: CLOSE},
            team=next((step.team for step in self.steps if step.kind in MEMBER_STEPS and step.team), None),
        )

    def step(self, key: str) -> Step:
        """The step of that key.

        Raises:
            KeyError: there is none.
        """
        for step in self.steps:
            if step.key == key:
                return step
        if key == HOLD:
            return self.hold
        raise KeyError(key)

    def item_outcome(self, step: str, outcome: str) -> Outcome:
        """How the item ends when an ``outcome`` of a step leads to ``close``."""
        return Outcome.SPAM if step == HOLD else self.closes.get(outcome, Outcome.SOLVED)
