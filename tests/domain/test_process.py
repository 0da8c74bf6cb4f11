"""The step that every process has without its author: where rules hold an item."""

from datetime import timedelta

import pytest

from voxloop.domain.feedback import Outcome, Stage
from voxloop.domain.process import CLOSE, HOLD, Process, Step, StepKind

THANK = Step("thank", StepKind.AUTOMATIC, {}, {"thanked": "answer"})
ANSWER = Step("answer", StepKind.REPLY, {}, {"sent": CLOSE}, team="service")
REPAIR = Step("repair", StepKind.TASK, {}, {"spam": CLOSE}, team="repair")


def process(*steps: Step) -> Process:
    closes = {"spam": Outcome.DECLINED}
    return Process("p", {}, (), timedelta(days=1), {}, steps, closes, steps[0].key)


def test_it_leads_to_the_first_step_or_to_the_end_as_spam() -> None:
    held = process(THANK, ANSWER, REPAIR)
    step = held.step(HOLD)
    assert (step.kind, step.stage, step.title) == (StepKind.TASK, Stage.WORKING, {"zh-CN": "人工复核", "en": "Review"})
    assert step.outcomes == {"released": "thank", "spam": CLOSE}
    assert held.item_outcome(HOLD, "spam") is Outcome.SPAM
    assert held.item_outcome("repair", "spam") is Outcome.DECLINED


@pytest.mark.parametrize(("steps", "team"), [((THANK, ANSWER, REPAIR), "service"), ((THANK,), None)])
def test_it_is_for_the_first_team_at_work(steps: tuple[Step, ...], team: str | None) -> None:
    assert process(*steps).step(HOLD).team == team


def test_there_is_no_other_such_step() -> None:
    with pytest.raises(KeyError):
        process(THANK).step(CLOSE)
