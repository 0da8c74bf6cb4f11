"""The state machine's guard: what can be done to an item as its plan stands, and else why not.

Pure, and part of what replays: asked before an act is taken into a history, and again under the loop's lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from voxloop.domain.feedback import Stage
from voxloop.domain.loop import Act, Branch, Plan, Verb
from voxloop.domain.process import MEMBER_STEPS, StepKind
from voxloop.domain.refusals import RefusalCode
from voxloop.domain.submission import MOST_TAGS

_AT_MEMBER_STEPS = (Verb.ACCEPT, Verb.REASSIGN, Verb.COMPLETE, Verb.WAIT_FOR_CUSTOMER)
_AFTER_CLOSING = (
    *(Verb.NOTE, Verb.CUSTOMER_REPLY, Verb.CHANGE_TYPE, Verb.ADD_TAG, Verb.REMOVE_TAG),
    *(Verb.ANSWER_SURVEY, Verb.LINK, Verb.UNLINK, Verb.MIGRATE),
)
_AT_BRANCHES = (Verb.ACCEPT, Verb.REASSIGN, Verb.COMPLETE, Verb.SET_DUE)
ASKED, ANSWERED = "asked", "answered"


def refusal(act: Act, plan: Plan) -> RefusalCode | None:
    """Why ``act`` is not possible now, or None."""
    if act.expect is not None and act.expect != plan.version:
        return RefusalCode.CHANGED_MEANWHILE
    if plan.finished:
        return RefusalCode.ALREADY_FINISHED
    closed = plan.attributes.stage == Stage.CLOSED
    if act.verb is Verb.UNMERGE:
        return None if plan.merged else RefusalCode.NOT_MERGED
    if act.verb is Verb.REOPEN and not closed:
        return RefusalCode.NOT_CLOSED
    if (act.verb is Verb.REOPEN and plan.together) or (act.verb is Verb.MERGE and plan.merged):
        return RefusalCode.IS_MERGED
    if act.verb is Verb.REOPEN:
        return None
    if closed and act.verb not in _AFTER_CLOSING:
        return RefusalCode.ALREADY_CLOSED
    if act.verb in _AT_BRANCHES and (act.step is not None or (plan.branches and act.verb is not Verb.SET_DUE)):
        return _branch_refusal(act, plan)
    return _refusal_at_step(act, plan)


def meant(act: Act, branches: Sequence[Branch]) -> Branch | None:
    """The branch that an act names, or else the only one that waits for a member."""
    if act.verb not in _AT_BRANCHES or (act.verb is Verb.SET_DUE and act.step is None):
        return None
    if act.step is not None:
        return next((branch for branch in branches if branch.step == act.step), None)
    waiting = [branch for branch in branches if branch.kind in MEMBER_STEPS]
    return waiting[0] if len(waiting) == 1 else None


def _branch_refusal(act: Act, plan: Plan) -> RefusalCode | None:
    branch = meant(act, plan.branches)
    if branch is not None:
        return _refusal_at_step(act, _at(branch, plan))
    if act.step is None:
        several = any(branch.kind in MEMBER_STEPS for branch in plan.branches)
        return RefusalCode.STEP_NEEDED if several else RefusalCode.WRONG_STEP
    return _refusal_at_step(act, plan) if act.step == plan.step else RefusalCode.STEP_NOT_OPEN


def _at(branch: Branch, plan: Plan) -> Plan:
    """The plan as if the item stood at that branch alone, which no outcome of it closes."""
    own = {each.name: getattr(branch, each.name) for each in fields(branch)}
    return replace(plan, branches=[], unreasoned=[], **own)


def _refusal_at_step(act: Act, plan: Plan) -> RefusalCode | None:
    return _step_refusal(act, plan) or _reason_refusal(act, plan) or _change_refusal(act, plan)


def _step_refusal(act: Act, plan: Plan) -> RefusalCode | None:
    if act.verb in (Verb.CONFIRM, Verb.REJECT):
        return None if plan.kind == StepKind.CUSTOMER and not plan.asks else RefusalCode.NOT_ASKED
    if act.verb is Verb.ANSWER_SURVEY:
        return _survey_refusal(plan)
    if act.verb is Verb.REPLY and act.step not in (None, plan.step):
        return RefusalCode.STEP_NOT_OPEN  # what was filled in answers the form of that step
    if act.verb in _AT_MEMBER_STEPS and plan.kind not in MEMBER_STEPS:
        return RefusalCode.WRONG_STEP
    if act.verb is Verb.SNOOZE and act.at is not None and plan.branches:
        return RefusalCode.WRONG_STEP  # what one puts aside, others have to do
    if act.verb is Verb.WAIT_FOR_CUSTOMER and plan.waits:
        return RefusalCode.ALREADY_WAITING
    if act.verb is Verb.RESUME and not plan.waits:
        return RefusalCode.NOT_WAITING
    if act.verb is Verb.ACCEPT and plan.accepted:
        return RefusalCode.ALREADY_ACCEPTED
    if act.verb is Verb.COMPLETE:
        return _completion_refusal(act, plan)
    return None


def _survey_refusal(plan: Plan) -> RefusalCode | None:
    if plan.survey is None:
        return RefusalCode.NOT_ASKED
    return RefusalCode.ALREADY_ANSWERED if plan.survey == ANSWERED else None


def _reason_refusal(act: Act, plan: Plan) -> RefusalCode | None:
    """Whoever closes an item of a process with closing reasons names one, unless the outcome says it."""
    if act.verb not in (Verb.COMPLETE, Verb.REPLY, Verb.CANCEL):
        return None
    if act.reason is not None:
        return None if act.reason in plan.reasons else RefusalCode.UNKNOWN_REASON
    outcome = "sent" if act.verb is Verb.REPLY and plan.kind == StepKind.REPLY else act.outcome
    closes = act.verb is Verb.CANCEL or outcome in plan.unreasoned
    return RefusalCode.REASON_NEEDED if closes and plan.reasons else None


def _change_refusal(act: Act, plan: Plan) -> RefusalCode | None:
    if act.verb is Verb.CHANGE_TYPE and act.type == plan.attributes.type:
        return RefusalCode.UNCHANGED
    if act.verb is Verb.CHANGE_PRIORITY and act.priority == plan.attributes.priority:
        return RefusalCode.UNCHANGED
    if act.verb is Verb.MIGRATE and act.document == plan.process:
        return RefusalCode.UNCHANGED
    if act.verb is Verb.SNOOZE and act.at is None and not plan.snoozed:
        return RefusalCode.UNCHANGED
    if act.verb is Verb.SET_DUE and act.clock not in plan.clocks:
        return RefusalCode.CLOCK_NOT_RUNNING
    return RefusalCode.TOO_MANY_TAGS if act.verb is Verb.ADD_TAG and plan.tags >= MOST_TAGS else None


def _completion_refusal(act: Act, plan: Plan) -> RefusalCode | None:
    if plan.kind != StepKind.TASK:
        return RefusalCode.WRONG_STEP
    if act.outcome not in plan.outcomes:
        return RefusalCode.UNKNOWN_OUTCOME
    return RefusalCode.FIELDS_MISSING if set(plan.required) - set(act.fields) else None


def refusal_params(act: Act, plan: Plan) -> Mapping[str, str]:
    """The values of the refusal's sentence."""
    branch = meant(act, plan.branches)
    plan = plan if branch is None else _at(branch, plan)
    return {
        "outcome": act.outcome or "",
        "outcomes": ", ".join(plan.outcomes),
        "fields": ", ".join(sorted(set(plan.required) - set(act.fields))),
        "version": str(plan.version),
        "step": act.step or plan.step or "",
        "steps": ", ".join(branch.step for branch in plan.branches) or plan.step or "",
        "reason": act.reason or "",
        "reasons": ", ".join(plan.reasons),
        "most": str(MOST_TAGS),
        "clocks": ", ".join(plan.clocks),
    }
