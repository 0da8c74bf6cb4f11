"""Whatever a step of the starter's processes can end with is told in words, not by its key."""

import pytest

from voxloop.domain.process import Process, StepKind
from voxloop.domain.texts import LANGUAGES, texts
from voxloop.tests.workflows.walking import starter_processes

LED_BY_CONDITIONS = (StepKind.CHOICE, StepKind.PARALLEL)  # their outcomes are where they lead


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("process", starter_processes(), ids=lambda process: process.key)
def test_every_outcome_has_words(process: Process, language: str) -> None:
    steps = [step for step in process.all_steps if step.kind not in LED_BY_CONDITIONS]
    given = {outcome for step in steps for outcome in step.outcomes}
    named = {*process.outcome_titles, *(outcome for outcome in given if f"answer.{outcome}" in texts(language))}
    assert sorted(given - named) == []
