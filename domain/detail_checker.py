"""What is wrong with the details of a process: owners, forms, reminders, waits, reasons, names of outcomes, the survey.

The ways that items go are ``process_checker``'s matter, its limits ``limit_checker``'s.
"""

from collections.abc import Iterator

from voxloop.domain.problems import Known, Problem, unknown
from voxloop.domain.process import MEMBER_STEPS, Process, Step


def detail_problems(process: Process, known: Known) -> Iterator[Problem]:
    """Of the process as a whole, then of each step."""
    yield from _survey_problems(process, known)
    yield from _reason_problems(process)
    yield from _title_problems(process)
    for path, step in process.placed:
        if step.kind in MEMBER_STEPS and step.team is None and not step.automatic:
            yield Problem(f"{path}.team", "process.needs_team", {"step": step.key})
        yield from _form_problems(path, step)
        yield from _reminder_problems(path, step, known)


def _survey_problems(process: Process, known: Known) -> Iterator[Problem]:
    survey = process.survey
    if survey is not None:
        yield from unknown("survey.send", "process.unknown_template", survey.send, known.templates)
        if survey.after >= process.reopen_for:
            yield Problem("survey.after", "process.late_survey")


def _reason_problems(process: Process) -> Iterator[Problem]:
    for outcome, reason in process.closing_reasons.items():
        yield from unknown(f"closes.{outcome}.reason", "process.unknown_reason", reason, process.reasons)


def _title_problems(process: Process) -> Iterator[Problem]:
    outcomes = {outcome for step in process.all_steps if not step.chooses for outcome in step.outcomes}
    for outcome in process.outcome_titles:
        yield from unknown(f"outcomes.{outcome}", "process.no_such_outcome", outcome, outcomes)


def _form_problems(path: str, step: Step) -> Iterator[Problem]:
    for index, field in enumerate(step.form):
        for number, outcome in enumerate(field.required_for):
            place = f"{path}.form[{index}].required_for[{number}]"
            yield from unknown(place, "process.unknown_outcome", outcome, step.outcomes)


def _reminder_problems(path: str, step: Step, known: Known) -> Iterator[Problem]:
    for index, reminder in enumerate(step.remind):
        place = f"{path}.remind[{index}]"
        yield from unknown(f"{place}.send", "process.unknown_template", reminder.send, known.templates)
        if step.wait is not None and reminder.at >= step.wait:
            yield Problem(f"{place}.at", "process.late_reminder", {"step": step.key})
