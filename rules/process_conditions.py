"""Whether the conditions of a process make sense, which its own checker, knowing only their form, cannot say."""

from collections.abc import Iterator, Sequence

from voxloop.domain.problems import Problem, is_sound
from voxloop.domain.process import Case, Process, Step
from voxloop.domain.rules import All, AnyOf, Condition, Not
from voxloop.rules.condition_checker import check_condition
from voxloop.rules.possible import is_possible


def check_conditions(process: Process) -> list[Problem]:
    """What is wrong with the ``if`` of escalations, choices and outcomes: unknown facts, and what can never be."""
    return [problem for path, step in process.placed for problem in _of_step(path, step)]


def _of_step(path: str, step: Step) -> Iterator[Problem]:
    for level, escalation in enumerate(step.escalate):
        if escalation.condition is not None:
            yield from _of_condition(f"{path}.escalate[{level}].if", escalation.condition)
    yield from _of_cases(f"{path}.choice", step, step.cases)
    for outcome, cases in step.conditional.items():
        yield from _of_cases(f"{path}.outcomes.{outcome}", step, cases)


def _of_cases(path: str, step: Step, cases: Sequence[Case]) -> Iterator[Problem]:
    earlier: list[Condition] = []
    for number, case in enumerate(cases):
        place = f"{path}[{number}]"
        if case.condition is None:
            continue
        problems = list(_of_condition(f"{place}.if", case.condition))
        yield from problems
        if is_sound(problems):
            if not is_possible(All((case.condition, Not(AnyOf(tuple(earlier)))))):
                yield Problem(place, "process.dead_case", {"step": step.key})
            earlier.append(case.condition)


def _of_condition(path: str, condition: Condition) -> Iterator[Problem]:
    problems = check_condition(condition, path)
    yield from problems
    if is_sound(problems) and not is_possible(condition):
        yield Problem(path, "process.never")
