from dataclasses import replace

import pytest

from voxloop.domain.feedback import Stage
from voxloop.domain.loop import Act, Attributes, Plan, Verb, refusal, refusal_params
from voxloop.domain.process import StepKind
from voxloop.domain.refusals import RefusalCode

CLOSED = Attributes(stage=Stage.CLOSED)
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
def test_a_closed_item_takes_words_and_a_reopening(verb: Verb) -> None:
    taken = verb in (Verb.REOPEN, Verb.NOTE, Verb.CUSTOMER_REPLY)
    assert refusal(act(verb), SHUT) is (None if taken else RefusalCode.ALREADY_CLOSED)


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
    ],
)
def test_what_each_step_takes(verb: Verb, possible: set[str], code: RefusalCode | None) -> None:
    given = {name: refusal(replace(FIXED, verb=verb), plan) for name, plan in STEPS.items()}
    assert given == {name: None if name in possible else code for name in STEPS}


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
    }
