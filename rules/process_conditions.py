"""Whether the conditions of a process make sense, which its own checker, knowing only their form, cannot say."""

from collections.abc import Iterator

from voxloop.domain.problems import Problem
from voxloop.domain.process import Process, Step
from voxloop.domain.rules import All, AnyOf, Condition, Not
from voxloop.rules.checker import check_condition
from voxloop.rules.possible import is_possible


def check_conditions(process: Process) -> list[Problem]:
    """What is wrong with the ``if`` of escalations and choices: unknown facts, and what can never be."""
    return [problem for number, step in enumerate(process.steps) for problem in _of_step(f"steps[{number}]", step)]


def _of_step(path: str, step: Step) -> Iterator[Problem]:
    for level, escalation in enumerate(step.escalate):
        if escalation.condition is not None:
            yield from _of_condition(f"{path}.escalate[{level}].if", escalation.condition)
    earlier: list[Condition] = []
    for number, case in enumerate(step.cases):
        place = f"{path}.choice[{number}]"
        if case.condition is not None:
            problems = list(_of_condition(f"{place}.if", case.condition))
            if not problems and not is_possible(All((case.condition, Not(AnyOf(tuple(earlier)))))):
                problems = [Problem(place, "process.dead_case", {"step": step.key})]
            yield from problems
            earlier.append(case.condition)


def _of_condition(path: str, condition: Condition) -> Iterator[Problem]:
    problems = check_condition(condition, path)
    yield from problems or ([] if is_possible(condition) else [Problem(path, "process.never")])
