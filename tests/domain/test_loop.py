from dataclasses import replace

import pytest

from voxloop.domain.feedback import Stage
from voxloop.domain.loop import Act, Attributes, Plan, Verb, refusal, refusal_params
from voxloop.domain.process import StepKind
from voxloop.domain.refusals import RefusalCode
from voxloop.domain.submission import MOST_TAGS

CLOSED = Attributes(stage=Stage.CLOSED)
WAITING = Attributes(stage=Stage.WAITING_CUSTOMER)
TASK = Plan(version=5, kind=StepKind.TASK, step="repair", outcomes=["fixed", "not_a_defect"], required=["root_cause"])
REPLY = Plan(version=5, kind=StepKind.REPLY)
QUESTION = Plan(version=5, kind=StepKind.CUSTOMER, asks=True)
CONFIRMATION = Plan(version=5, kind=StepKind.CUSTOMER)
LINKED = Plan(version=5, kind=StepKind.LINKED)
STEPS = {"task": TASK, "reply": REPLY, "question": QUESTION, "confirmation": CONFIRMATION, "linked": LINKED}
SHUT = Plan(version=5, attributes=CLOSED)
FINISHED = Plan(version=5, attributes=CLOSED, finished=True)
FIXED = Act(Verb.COMPLETE, "member:1", "key-1", outcome="fixed", fields=["root_cause"])


def act(verb: Verb, expect: int | None = None) -> Act:
    return Act(verb, "member:1", "key-1", expect=expect)


@pytest.mark.parametrize(
    ("wish", "plan", "code"),
    [
        (act(Verb.ACCEPT, expect=4), TASK, RefusalCode.CHANGED_MEANWHILE),
        (act(Verb.ACCEPT, expect=5), TASK, None),
        (act(Verb.NOTE, expect=4), FINISHED, RefusalCode.CHANGED_MEANWHILE),
        (act(Verb.REOPEN), TASK, RefusalCode.NOT_CLOSED),
        (act(Verb.REOPEN), SHUT, None),
        (act(Verb.ACCEPT), replace(TASK, accepted=True), RefusalCode.ALREADY_ACCEPTED),
        (FIXED, TASK, None),
        (replace(FIXED, outcome="mended"), TASK, RefusalCode.UNKNOWN_OUTCOME),
        (replace(FIXED, outcome=None), TASK, RefusalCode.UNKNOWN_OUTCOME),
        (replace(FIXED, fields=["fix_version"]), TASK, RefusalCode.FIELDS_MISSING),
        (replace(FIXED, fields=["root_cause", "fix_version"]), TASK, None),
    ],
)
def test_refusal(wish: Act, plan: Plan, code: RefusalCode | None) -> None:
    assert refusal(wish, plan) is code


@pytest.mark.parametrize("verb", Verb)
def test_a_finished_loop_takes_nothing(verb: Verb) -> None:
    assert refusal(act(verb), FINISHED) is RefusalCode.ALREADY_FINISHED


@pytest.mark.parametrize("verb", Verb)
def test_a_closed_item_takes_words_corrections_and_a_reopening(verb: Verb) -> None:
    taken = verb in (Verb.REOPEN, Verb.NOTE, Verb.CUSTOMER_REPLY, Verb.CHANGE_TYPE, Verb.ADD_TAG, Verb.REMOVE_TAG)
    assert refusal(replace(act(verb), type="defect"), SHUT) is (None if taken else RefusalCode.ALREADY_CLOSED)


@pytest.mark.parametrize(
    ("verb", "possible", "code"),
    [
        (Verb.ACCEPT, {"task", "reply"}, RefusalCode.WRONG_STEP),
        (Verb.REASSIGN, {"task", "reply"}, RefusalCode.WRONG_STEP),
        (Verb.COMPLETE, {"task"}, RefusalCode.WRONG_STEP),
        (Verb.CONFIRM, {"confirmation"}, RefusalCode.NOT_ASKED),
        (Verb.REJECT, {"confirmation"}, RefusalCode.NOT_ASKED),
        (Verb.REPLY, set(STEPS), None),
        (Verb.NOTE, set(STEPS), None),
        (Verb.CUSTOMER_REPLY, set(STEPS), None),
        (Verb.CANCEL, set(STEPS), None),
        (Verb.MARK_SPAM, set(STEPS), None),
        (Verb.WAIT_FOR_CUSTOMER, {"task", "reply"}, RefusalCode.WRONG_STEP),
        (Verb.RESUME, set(), RefusalCode.NOT_WAITING),
        (Verb.ADD_TAG, set(STEPS), None),
        (Verb.REMOVE_TAG, set(STEPS), None),
    ],
)
def test_what_each_step_takes(verb: Verb, possible: set[str], code: RefusalCode | None) -> None:
    given = {name: refusal(replace(FIXED, verb=verb), plan) for name, plan in STEPS.items()}
    assert given == {name: None if name in possible else code for name in STEPS}


@pytest.mark.parametrize("plan", [TASK, REPLY], ids=["task", "reply"])
def test_a_step_waits_once_and_is_resumed_once(plan: Plan) -> None:
    waiting = replace(plan, attributes=WAITING)
    assert refusal(act(Verb.WAIT_FOR_CUSTOMER), waiting) is RefusalCode.ALREADY_WAITING
    assert refusal(act(Verb.RESUME), waiting) is None
    assert refusal(act(Verb.CUSTOMER_REPLY), waiting) is None
    assert refusal(act(Verb.REASSIGN), waiting) is None


def test_the_customers_own_step_is_not_resumed() -> None:
    assert refusal(act(Verb.RESUME), replace(QUESTION, attributes=WAITING)) is RefusalCode.NOT_WAITING


@pytest.mark.parametrize(
    ("same", "other"),
    [
        (replace(act(Verb.CHANGE_TYPE), type="defect"), replace(act(Verb.CHANGE_TYPE), type="question")),
        (replace(act(Verb.CHANGE_PRIORITY), priority="high"), replace(act(Verb.CHANGE_PRIORITY), priority="low")),
    ],
    ids=["type", "priority"],
)
def test_what_is_so_already_cannot_be_changed_to_it(same: Act, other: Act) -> None:
    plan = replace(TASK, attributes=Attributes(type="defect", priority="high", stage=Stage.WORKING))
    assert refusal(same, plan) is RefusalCode.UNCHANGED
    assert refusal(other, plan) is None


def test_an_item_takes_only_so_many_tags() -> None:
    assert refusal(act(Verb.ADD_TAG), replace(TASK, tags=MOST_TAGS - 1)) is None
    assert refusal(act(Verb.ADD_TAG), replace(TASK, tags=MOST_TAGS)) is RefusalCode.TOO_MANY_TAGS
    assert refusal(act(Verb.REMOVE_TAG), replace(TASK, tags=MOST_TAGS)) is None


def test_between_two_steps_there_is_nothing_to_accept_or_confirm() -> None:
    assert refusal(act(Verb.ACCEPT), Plan(version=1)) is RefusalCode.WRONG_STEP
    assert refusal(act(Verb.CONFIRM), Plan(version=1)) is RefusalCode.NOT_ASKED


def test_the_sentence_of_a_refusal_names_what_is_missing() -> None:
    plan = replace(TASK, required=["root_cause", "fix_version"])
    assert refusal_params(replace(FIXED, outcome="mended"), plan) == {
        "outcome": "mended",
        "outcomes": "fixed, not_a_defect",
        "fields": "fix_version",
        "version": "5",
        "step": "repair",
        "most": "50",
    }
