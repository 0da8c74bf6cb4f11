import pytest
import yaml

from voxloop.domain.process_reader import read_process
from voxloop.domain.rules import Condition, read_condition
from voxloop.domain.texts import LANGUAGES, say
from voxloop.rules.possible import MAX_TRIES, is_possible
from voxloop.rules.process_conditions import check_conditions

HEAD = "key: a\ntitle: {zh-CN: 缺陷, en: Defect}\nreopen_for: 7d\n"
LOW, HIGH = "{fact: rating, is: less, value: 3}", "{fact: rating, is: more, value: 3}"
URGENT, CALM = "{fact: priority, is: equals, value: urgent}", "{fact: priority, is: equals, value: low}"


def condition(text: str) -> Condition:
    read = read_condition(yaml.safe_load(text), "")
    assert not isinstance(read, list)
    return read


@pytest.mark.parametrize(
    "text",
    [
        LOW,
        f"{{any: [{URGENT}, {CALM}]}}",
        f"{{all: [{LOW}, {URGENT}]}}",
        f"{{all: [{LOW}, {{not: {URGENT}}}]}}",
        "{all: [{fact: rating, is: more, value: 2}, {fact: rating, is: less, value: 3}]}",
        "{all: [{fact: batch, is: not_equals, value: A}, {fact: batch, is: exists}]}",
        "{not: {fact: accepted, is: equals, value: true}}",
        "{all: [{fact: text, is: contains_any, value: [a]}, {not: {fact: text, is: contains_any, value: [b]}}]}",
        "{fact: rating, is: missing}",
    ],
)
def test_what_can_be(text: str) -> None:
    assert is_possible(condition(text))


@pytest.mark.parametrize(
    "text",
    [
        "{any: []}",
        f"{{all: [{LOW}, {HIGH}]}}",
        f"{{all: [{URGENT}, {CALM}]}}",
        f"{{all: [{URGENT}, {{not: {URGENT}}}]}}",
        "{all: [{fact: rating, is: missing}, {fact: rating, is: more, value: 1}]}",
        "{all: [{fact: accepted, is: equals, value: true}, {fact: accepted, is: not_equals, value: true}]}",
        "{all: [{fact: text, is: missing}, {fact: text, is: contains_any, value: [a]}]}",
        "{all: [{fact: batch, is: equals, value: A}, {fact: batch, is: in, value: [B, C]}]}",
    ],
)
def test_what_can_never_be(text: str) -> None:
    assert not is_possible(condition(text))


def test_where_too_many_cases_would_have_to_be_tried_it_is_left_open() -> None:
    names = ["form", "scenario", "product_line", "product", "module", "version", "batch", "region"]
    many = ", ".join(f"{{fact: {name}, is: in, value: [a, b, c]}}" for name in names)
    contradiction = "{all: [{fact: language, is: equals, value: x}, {fact: language, is: equals, value: y}]}"
    assert 4 ** len(names) > MAX_TRIES
    assert is_possible(condition(f"{{all: [{{any: [{many}]}}, {contradiction}]}}"))


def found(step: str) -> list[tuple[str, str]]:
    problems = check_conditions(read_process(yaml.safe_load(f"{HEAD}steps: [{step}]")))
    for problem in problems:
        assert all(say(language, f"problem.{problem.code}", **problem.params) for language in LANGUAGES)
    return [(problem.path, problem.code) for problem in problems]


@pytest.mark.parametrize(
    ("cases", "problems"),
    [
        (f"[{{if: {LOW}, go: close}}, {{if: {HIGH}, go: close}}, {{else: close}}]", []),
        ("[{if: {fact: mood, is: exists}, go: close}, {else: close}]", [("choice[0].if.fact", "rule.unknown_fact")]),
        (f"[{{if: {{all: [{LOW}, {HIGH}]}}, go: close}}, {{else: close}}]", [("choice[0].if", "process.never")]),
        (f"[{{if: {LOW}, go: close}}, {{if: {LOW}, go: close}}]", [("choice[1]", "process.dead_case")]),
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
