"""The conditions of processes: checked as those of rules are, and against each other."""

import pytest
import yaml

from voxloop.domain.problems import ANYTHING
from voxloop.domain.process_reader import read_process
from voxloop.domain.texts import LANGUAGES, say
from voxloop.rules.kinds import check_document
from voxloop.rules.process_conditions import check_conditions

HEAD = "key: a\ntitle: {zh-CN: 缺陷, en: Defect}\nreopen_for: 7d\n"
LOW, HIGH = "{fact: rating, is: less, value: 3}", "{fact: rating, is: more, value: 3}"
NEVER = f"{{at: 1h, raise: priority, if: {{all: [{LOW}, {HIGH}]}}}}"
BRANCH = f"{{key: b, kind: task, team: x, escalate: [{NEVER}], outcomes: [x]}}"
PARALLEL = f"{{key: s, kind: parallel, branches: [{BRANCH}], outcomes: {{done: close}}}}"
TOPIC = "{fact: topic, is: exists}"
URGENT, CALM = "{fact: priority, is: equals, value: urgent}", "{fact: priority, is: equals, value: low}"


def found(step: str) -> list[tuple[str, str]]:
    problems = check_conditions(read_process(yaml.safe_load(f"{HEAD}steps: [{step}]")))
    for problem in problems:
        assert all(say(language, f"problem.{problem.code}", **problem.params) for language in LANGUAGES)
    return [(problem.path, problem.code) for problem in problems]


def test_conditions_of_branches_are_checked_too() -> None:
    assert found(PARALLEL) == [("steps[0].branches[0].escalate[0].if", "process.never")]


def test_a_warning_hides_no_condition_that_never_holds() -> None:
    body = yaml.safe_load(f"{HEAD}steps: [{PARALLEL}]")
    codes = [problem.code for problem in check_document("process", "a", body, ANYTHING)]
    assert codes == ["process.one_branch", "process.never"]


@pytest.mark.parametrize(
    ("cases", "problems"),
    [
        (f"[{{if: {LOW}, go: close}}, {{if: {HIGH}, go: close}}, {{else: close}}]", []),
        ("[{if: {fact: mood, is: exists}, go: close}, {else: close}]", [("choice[0].if.fact", "rule.unknown_fact")]),
        (f"[{{if: {{all: [{LOW}, {HIGH}]}}, go: close}}, {{else: close}}]", [("choice[0].if", "process.never")]),
        (f"[{{if: {LOW}, go: close}}, {{if: {LOW}, go: close}}]", [("choice[1]", "process.dead_case")]),
        (
            f"[{{if: {TOPIC}, go: close}}, {{if: {TOPIC}, go: close}}]",
            [
                ("choice[0].if.fact", "rule.unfilled_fact"),
                ("choice[1].if.fact", "rule.unfilled_fact"),
                ("choice[1]", "process.dead_case"),
            ],
        ),
        (
            f"[{{if: {LOW}, go: close}}, {{if: {{all: [{LOW}, {URGENT}]}}, go: close}}]",
            [("choice[1]", "process.dead_case")],
        ),
        (
            f"[{{if: {URGENT}, go: close}}, {{if: {LOW}, go: close}}, {{if: {{all: [{LOW}, {HIGH}]}}, go: close}}]",
            [("choice[2].if", "process.never")],
        ),
    ],
)
def test_the_cases_of_a_choice(cases: str, problems: list[tuple[str, str]]) -> None:
    assert found(f"{{key: a, kind: choice, choice: {cases}}}") == [
        (f"steps[0].{path}", code) for path, code in problems
    ]


def test_the_condition_of_an_escalation() -> None:
    escalation = f"{{at: 1h, raise: priority, if: {{all: [{URGENT}, {CALM}]}}}}"
    step = f"{{key: a, kind: task, outcomes: {{x: close}}, escalate: [{escalation}]}}"
    assert found(step) == [("steps[0].escalate[0].if", "process.never")]
