"""The pages on processes: their example can be published as it stands, and they name all that a process can say."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from voxloop.bundles.reader import read_text
from voxloop.domain.documents import Kind
from voxloop.domain.feedback import CustomerLevel, Outcome, Priority
from voxloop.domain.forms import FieldKind
from voxloop.domain.limits import ITEM_CLOCKS
from voxloop.domain.problems import ANYTHING
from voxloop.domain.process import StepKind, Strategy
from voxloop.domain.process_reader import read_process
from voxloop.domain.relations import SurveyKind
from voxloop.rules.kinds import check_document

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("processes.md", "processes.zh-CN.md")
# Nobody has a process closed as merged: people merge.
WORDS = {*ITEM_CLOCKS, *StepKind, *Strategy, *FieldKind, *SurveyKind, *Priority, *CustomerLevel, *Outcome} - {"merged"}
OF_PROCESSES = {"key", "title", "handles", "clocks", "steps", "closes", "reopen_for", "reopen_at", "reasons", "survey"}
OF_STEPS = {
    *("kind", "outcomes", "choice", "team", "assign", "respond", "limit", "escalate", "form", "require", "open"),
    *("system", "send", "wait", "remind", "set", "tell", "call", "until", "branches", "join"),
}
OF_LIMITS = {"calendar", "warn", "pause", "levels", "types"}
OF_FIELDS = {"options", "required", "required_for", "min", "max"}


def written(page: str) -> str:
    return DOCS.joinpath(page).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_the_example_can_be_published(page: str) -> None:
    body = read_text(written(page).partition("```yaml\n")[2].partition("```")[0]).body
    known = replace(ANYTHING, day_hours={"office": timedelta(hours=7.5), "service": timedelta(hours=14)})
    assert check_document(Kind.PROCESS, "product_defect", body, known) == []
    process = read_process(body)
    assert process.clocks.keys() == set(ITEM_CLOCKS)
    assert {step.kind for step in process.steps} >= {StepKind.PARALLEL, StepKind.CUSTOMER}


@pytest.mark.parametrize("page", PAGES)
def test_nothing_that_a_process_can_say_is_left_out(page: str) -> None:
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", written(page)))))
    assert named >= OF_PROCESSES | OF_STEPS | OF_LIMITS | OF_FIELDS | WORDS
