"""What the loop and its activities tell each other: ids, codes, numbers and instants, never content.

The loop is a kernel that knows no process. Every activity answers with a ``Plan``: where the item stands now, what can
be done with it, and the instants at which something is due. ``refusal`` is the state machine's guard over it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from voxloop.domain.feedback import Stage
from voxloop.domain.process import MEMBER_STEPS, StepKind
from voxloop.domain.refusals import RefusalCode
from voxloop.domain.submission import MOST_TAGS

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


@dataclass(frozen=True)
class Moment:
    """An instant at which the loop wakes; ``name`` tells the activity what is due then."""

    at: datetime
    name: str


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
class Plan:
    """Where the item stands after ``version``, which the turn ``by`` wrote (empty: by none that was told its name).

    ``goto``: a step to enter at once; ``number`` counts outward effects, ``tags`` the item's tags.
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

    ``type`` and ``priority``: what the item shall have from now on.
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


@dataclass(frozen=True)
class Answer:
    """What the caller of an act gets: the version that its act wrote."""

    version: int


_AT_MEMBER_STEPS = (Verb.ACCEPT, Verb.REASSIGN, Verb.COMPLETE, Verb.WAIT_FOR_CUSTOMER)
_AFTER_CLOSING = (Verb.NOTE, Verb.CUSTOMER_REPLY, Verb.CHANGE_TYPE, Verb.ADD_TAG, Verb.REMOVE_TAG)


def refusal(act: Act, plan: Plan) -> RefusalCode | None:
    """Why ``act`` is not possible now, or None. Pure: asked by the validator and again under the loop's lock."""
    if act.expect is not None and act.expect != plan.version:
        return RefusalCode.CHANGED_MEANWHILE
    if plan.finished:
        return RefusalCode.ALREADY_FINISHED
    closed = plan.attributes.stage == Stage.CLOSED
    if act.verb is Verb.REOPEN:
        return None if closed else RefusalCode.NOT_CLOSED
    if closed and act.verb not in _AFTER_CLOSING:
        return RefusalCode.ALREADY_CLOSED
    return _step_refusal(act, plan) or _change_refusal(act, plan)


def _step_refusal(act: Act, plan: Plan) -> RefusalCode | None:
    if act.verb in (Verb.CONFIRM, Verb.REJECT):
        return None if plan.kind == StepKind.CUSTOMER and not plan.asks else RefusalCode.NOT_ASKED
    if act.verb in _AT_MEMBER_STEPS and plan.kind not in MEMBER_STEPS:
        return RefusalCode.WRONG_STEP
    if act.verb is Verb.WAIT_FOR_CUSTOMER and plan.waits:
        return RefusalCode.ALREADY_WAITING
    if act.verb is Verb.RESUME and not plan.waits:
        return RefusalCode.NOT_WAITING
    if act.verb is Verb.ACCEPT and plan.accepted:
        return RefusalCode.ALREADY_ACCEPTED
    if act.verb is Verb.COMPLETE:
        return _completion_refusal(act, plan)
    return None


def _change_refusal(act: Act, plan: Plan) -> RefusalCode | None:
    if act.verb is Verb.CHANGE_TYPE and act.type == plan.attributes.type:
        return RefusalCode.UNCHANGED
    if act.verb is Verb.CHANGE_PRIORITY and act.priority == plan.attributes.priority:
        return RefusalCode.UNCHANGED
    return RefusalCode.TOO_MANY_TAGS if act.verb is Verb.ADD_TAG and plan.tags >= MOST_TAGS else None


def _completion_refusal(act: Act, plan: Plan) -> RefusalCode | None:
    if plan.kind != StepKind.TASK:
        return RefusalCode.WRONG_STEP
    if act.outcome not in plan.outcomes:
        return RefusalCode.UNKNOWN_OUTCOME
    return RefusalCode.FIELDS_MISSING if set(plan.required) - set(act.fields) else None


def refusal_params(act: Act, plan: Plan) -> Mapping[str, str]:
    """The values of the refusal's sentence."""
    return {
        "outcome": act.outcome or "",
        "outcomes": ", ".join(plan.outcomes),
        "fields": ", ".join(sorted(set(plan.required) - set(act.fields))),
        "version": str(plan.version),
        "step": plan.step or "",
        "most": str(MOST_TAGS),
    }
