from dataclasses import replace

import pytest

from voxloop.domain.feedback import Stage
from voxloop.domain.guard import ASKED, refusal, refusal_params
from voxloop.domain.loop import Act, Attributes, Branch, Plan, Verb
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


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.UNMERGE])
def test_a_closed_item_takes_words_corrections_links_another_version_and_a_reopening(verb: Verb) -> None:
    words = (Verb.REOPEN, Verb.NOTE, Verb.CUSTOMER_REPLY, Verb.ANSWER_SURVEY)
    changes = (Verb.CHANGE_TYPE, Verb.ADD_TAG, Verb.REMOVE_TAG, Verb.LINK, Verb.UNLINK, Verb.MIGRATE)
    given = refusal(replace(act(verb), type="defect", document=2), replace(SHUT, survey=ASKED))
    assert given is (None if verb in (*words, *changes) else RefusalCode.ALREADY_CLOSED)


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


QUALITY = Branch("quality", StepKind.TASK, outcomes=["safe"], required=["cause"])
DESIGN = Branch("design", StepKind.TASK, accepted=True, outcomes=["agreed"])
SUPPLIER = Branch("supplier", StepKind.LINKED, outcomes=["done", "refused"])
SEVERAL = Plan(version=5, kind=StepKind.PARALLEL, step="look", branches=[QUALITY, DESIGN, SUPPLIER])
AGREED = Act(Verb.COMPLETE, "member:1", "key-1", outcome="agreed")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (act(Verb.ACCEPT), RefusalCode.STEP_NEEDED),
        (act(Verb.REASSIGN), RefusalCode.STEP_NEEDED),
        (AGREED, RefusalCode.STEP_NEEDED),
        (replace(AGREED, step="design"), None),
        (replace(AGREED, step="quality"), RefusalCode.UNKNOWN_OUTCOME),
        (replace(AGREED, step="quality", outcome="safe"), RefusalCode.FIELDS_MISSING),
        (replace(AGREED, step="quality", outcome="safe", fields=["cause"]), None),
        (replace(AGREED, step="supplier", outcome="done"), RefusalCode.WRONG_STEP),
        (replace(AGREED, step="look"), RefusalCode.WRONG_STEP),
        (replace(AGREED, step="recall"), RefusalCode.STEP_NOT_OPEN),
        (replace(act(Verb.ACCEPT), step="quality"), None),
        (replace(act(Verb.ACCEPT), step="design"), RefusalCode.ALREADY_ACCEPTED),
        (replace(act(Verb.ACCEPT), step="supplier"), RefusalCode.WRONG_STEP),
        (replace(act(Verb.REASSIGN), step="quality"), None),
        (replace(act(Verb.WAIT_FOR_CUSTOMER), step="quality"), RefusalCode.WRONG_STEP),
        (act(Verb.RESUME), RefusalCode.NOT_WAITING),
        (act(Verb.REPLY), None),
        (act(Verb.CANCEL), None),
    ],
)
def test_an_act_is_judged_by_the_branch_that_it_names(wish: Act, code: RefusalCode | None) -> None:
    assert refusal(wish, SEVERAL) is code


def test_the_only_branch_that_a_member_does_need_not_be_named() -> None:
    assert refusal(AGREED, replace(SEVERAL, branches=[DESIGN, SUPPLIER])) is None
    assert refusal(AGREED, replace(SEVERAL, branches=[SUPPLIER])) is RefusalCode.WRONG_STEP


@pytest.mark.parametrize(
    ("step", "clock", "code"),
    [
        (None, "resolution", None),
        (None, "respond", RefusalCode.CLOCK_NOT_RUNNING),
        ("quality", "respond", None),
        ("quality", "resolution", RefusalCode.CLOCK_NOT_RUNNING),
        ("recall", "respond", RefusalCode.STEP_NOT_OPEN),
    ],
)
def test_a_due_date_is_the_items_unless_a_branch_is_named(
    step: str | None, clock: str, code: RefusalCode | None
) -> None:
    plan = replace(SEVERAL, branches=[replace(QUALITY, clocks=["respond"]), DESIGN], clocks=["resolution"])
    assert refusal(replace(act(Verb.SET_DUE), step=step, clock=clock), plan) is code


@pytest.mark.parametrize(("reason", "code"), [("fixed", None), ("odd", RefusalCode.UNKNOWN_REASON), (None, None)])
def test_a_branch_may_name_the_reason_for_which_all_is_closed(reason: str | None, code: RefusalCode | None) -> None:
    plan = replace(SEVERAL, reasons=["fixed"], unreasoned=["agreed"])
    assert refusal(replace(AGREED, step="design", reason=reason), plan) is code


def test_a_step_that_stands_alone_may_be_named() -> None:
    assert refusal(replace(FIXED, step="repair"), TASK) is None
    assert refusal(replace(FIXED, step="quality"), TASK) is RefusalCode.STEP_NOT_OPEN


def test_the_sentence_of_a_refusal_names_what_the_branch_lacks_and_what_is_open() -> None:
    params = refusal_params(replace(AGREED, step="quality"), SEVERAL)
    assert (params["outcomes"], params["fields"], params["step"]) == ("safe", "cause", "quality")
    assert refusal_params(AGREED, SEVERAL)["steps"] == "quality, design, supplier"


def test_the_sentence_of_a_refusal_names_what_is_missing() -> None:
    plan = replace(TASK, required=["root_cause", "fix_version"])
    assert refusal_params(replace(FIXED, outcome="mended"), plan) == {
        "outcome": "mended",
        "outcomes": "fixed, not_a_defect",
        "fields": "fix_version",
        "version": "5",
        "step": "repair",
        "steps": "repair",
        "reason": "",
        "reasons": "",
        "most": "50",
        "clocks": "",
    }


def test_only_a_merged_item_is_unmerged_and_it_is_not_merged_again() -> None:
    merged = replace(SHUT, merged=True)
    assert refusal(act(Verb.UNMERGE), merged) is None
    assert refusal(act(Verb.MERGE), merged) is RefusalCode.IS_MERGED
    for plan in (SHUT, replace(SHUT, attributes=Attributes(stage=Stage.WORKING))):
        assert refusal(act(Verb.UNMERGE), plan) is RefusalCode.NOT_MERGED


def test_a_merged_item_is_reopened_once_its_customer_was_answered() -> None:
    merged = replace(SHUT, merged=True)
    assert refusal(act(Verb.REOPEN), replace(merged, together=True)) is RefusalCode.IS_MERGED
    assert refusal(act(Verb.REOPEN), merged) is None
