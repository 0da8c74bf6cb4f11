"""What the loop and its activities tell each other: ids, codes, numbers and instants, never content.

The loop is a kernel that knows no process. Every activity answers with a ``Plan``: where the item stands now, what can
be done with it, and the instants at which something is due. ``guard`` says what of it is refused.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from voxloop.domain.feedback import Stage
from voxloop.domain.process import MEMBER_STEPS

# The version of an item that its intake decides: it was received, acknowledged and classified before.
DECIDED = 4


class Verb(StrEnum):
    """What a person can do to an item."""

    ACCEPT = "accept"
    COMPLETE = "complete"
    REPLY = "reply"
    NOTE = "note"
    REASSIGN = "reassign"
    CONFIRM = "confirm"
    REJECT = "reject"
    CUSTOMER_REPLY = "customer_reply"
    REOPEN = "reopen"
    CANCEL = "cancel"
    WAIT_FOR_CUSTOMER = "wait_for_customer"
    RESUME = "resume"
    CHANGE_PRIORITY = "change_priority"
    CHANGE_TYPE = "change_type"
    ADD_TAG = "add_tag"
    REMOVE_TAG = "remove_tag"
    MARK_SPAM = "mark_spam"
    MIGRATE = "migrate"
    SET_DUE = "set_due"
    ANSWER_SURVEY = "answer_survey"
    LINK = "link"
    UNLINK = "unlink"
    MERGE = "merge"
    UNMERGE = "unmerge"
    SNOOZE = "snooze"


@dataclass(frozen=True)
class Moment:
    """An instant at which something is due; ``name`` tells the activity what.

    ``delay``: seconds by which the loop acts later, so that a herd of loops with one deadline does not act at once.
    """

    at: datetime
    name: str
    delay: float = 0.0

    @property
    def wake(self) -> datetime:
        """When the loop acts on it."""
        return self.at + timedelta(seconds=self.delay)


@dataclass(frozen=True)
class Attributes:
    """What ops filter by in Temporal: the search attributes of DESIGN 5."""

    type: str | None = None
    priority: str | None = None
    stage: str = Stage.RECEIVED
    team: str | None = None
    product_line: str | None = None
    customer_level: str | None = None
    due_at: datetime | None = None
    overdue: bool = False


@dataclass(frozen=True)
class Branch:
    """What can be done at one of several steps that are open side by side; ``clocks`` names its own that run."""

    step: str
    kind: str
    accepted: bool = False
    owner: str | None = None
    outcomes: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    clocks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """Where the item stands after ``version``, which the turn ``by`` wrote (empty: by none that was told its name).

    ``goto``: a step to enter at once; ``number`` counts outward effects, ``tags`` the item's tags; ``clocks`` names
    those that run; ``process``: the id of the version that it keeps to. ``reasons``: the closing reasons of its
    process; ``unreasoned``: the outcomes of the step that close it for one that must be named. ``survey``: whether one
    was sent (``asked``) or is ``answered``. ``merged``: another item stands for it; ``together``: that one is not
    closed, so that this one waits for it. ``branches``: what is open of a parallel step. ``snoozed``: put aside.
    """

    version: int
    number: int = 0
    attributes: Attributes = field(default_factory=Attributes)
    step: str | None = None
    kind: str | None = None
    asks: bool = False
    accepted: bool = False
    owner: str | None = None
    outcomes: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    goto: str | None = None
    finished: bool = False
    by: str = ""
    tags: int = 0
    process: int | None = None
    clocks: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    unreasoned: list[str] = field(default_factory=list)
    survey: str | None = None
    merged: bool = False
    together: bool = False
    branches: list[Branch] = field(default_factory=list)
    snoozed: bool = False

    @property
    def waits(self) -> bool:
        """Whether the member whose step it is waits for the customer."""
        return self.kind in MEMBER_STEPS and self.attributes.stage == Stage.WAITING_CUSTOMER


@dataclass(frozen=True)
class Turn:
    """One transaction of the loop: it writes ``version``, numbers its effects after ``number``, and happens ``now``.

    ``by`` names what takes it: an act by actor and key, a moment, a step to enter.
    """

    item: str
    version: int
    number: int
    now: datetime
    by: str = ""


@dataclass(frozen=True)
class Act:
    """What an actor wants. ``content``: the id of a row that holds the words; ``fields`` names what was filled in.

    ``type`` and ``priority``: what the item shall have from now on; ``step``: where it is meant to be, or which of
    several; ``other``: another item's id; ``clock``: which of those that run, ``at``: when it shall be due;
    ``document``: a version's id; ``reason``: a key.
    """

    verb: Verb
    actor: str
    key: str
    expect: int | None = None
    content: str | None = None
    outcome: str | None = None
    fields: list[str] = field(default_factory=list)
    team: str | None = None
    member: str | None = None
    type: str | None = None
    priority: str | None = None
    step: str | None = None
    other: str | None = None
    at: datetime | None = None
    document: int | None = None
    reason: str | None = None
    clock: str | None = None

    @property
    def turn(self) -> str:
        """What its turn is called; by this name its loop remembers it."""
        return f"{self.actor}/{self.key}"


@dataclass(frozen=True)
class Answer:
    """What the caller of an act gets: the version that its act wrote."""

    version: int
