from pathlib import Path

import pytest
import yaml

from voxloop.domain.durations import read_duration
from voxloop.domain.problems import Known, Problem
from voxloop.domain.process_checker import check_process
from voxloop.domain.texts import LANGUAGES, say

STARTER = Path(__file__).parents[2] / "starter"
KNOWN = Known(
    teams=frozenset({"service"}),
    members=frozenset({"li"}),
    roles=frozenset({"director"}),
    templates=frozenset({"question", "bug"}),
    systems=frozenset({"pms"}),
)
HEAD = "key: defect\ntitle: {zh-CN: 缺陷, en: Defect}\nreopen_for: 7d\n"
STEPS = """
  - {key: repair, kind: task, team: service, outcomes: {fixed: reply, unclear: ask, foreign: supplier}}
  - {key: ask, kind: customer, wait: 3d, send: question, outcomes: {answered: repair, silent: reply}}
  - {key: supplier, kind: linked, system: pms, outcomes: {done: reply, refused: repair}}
  - {key: reply, kind: reply, team: service, assign: {same_as: repair}, outcomes: {sent: confirm}}
  - {key: confirm, kind: customer, wait: 7d, outcomes: {confirmed: close, rejected: repair, silent: close}}
"""
EXTRAS = """
handles: [defect]
reopen_at: repair
closes: {silent: no_answer}
clocks: {first_response: {urgent: 1h, normal: 8h}, resolution: {normal: 5d}}
"""
TASK = "{key: b, kind: task, team: service, outcomes: {done: close}}"
# In a step: what an escalation can tell and when, what can be opened, how long things may take.
DETAILS = """
    respond: {high: 2h},
    limit: {normal: 8h},
    open: [{system: pms, template: bug}],
    escalate: [{at: 75%, tell: {to: assignee}}, {at: +2h, tell: [{to: {role: director}}, {to: {member: li}}]}],
"""


def check(document: str) -> list[Problem]:
    problems = check_process(yaml.safe_load(document), KNOWN)
    for problem in problems:
        for language in LANGUAGES:
            assert say(language, f"problem.{problem.code}", **problem.params)
    return problems


def found(document: str) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in check(document)]


def one_step(more: str) -> str:
    return f"{HEAD}steps: [{{key: repair, kind: task, team: service, outcomes: {{fixed: close}}, {more}}}]"


def test_a_sound_process_has_no_problems() -> None:
    assert found(f"{HEAD}{EXTRAS}steps:{STEPS}") == []
    assert found(one_step(DETAILS)) == []
    assert found(one_step("respond: {high: 2h}, limit: {high: 2h}")) == []


def test_what_cannot_be_read_is_told() -> None:
    assert found(f"{HEAD}colour: red\nsteps: []") == [
        ("colour", "document.unknown_key"),
        ("steps", "document.missing"),
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "path", "code"),
    [
        ("reopen_at: repair", "reopen_at: again", "reopen_at", "process.unknown_reopen_at"),
        ("urgent: 1h", "urgent: 6d", "clocks.first_response.urgent", "process.above"),
        ("closes: {silent:", "closes: {fixed:", "closes.fixed", "process.not_an_end"),
        ("team: service, assign", "team: sales, assign", "steps[3].team", "process.unknown_team"),
        ("send: question", "send: riddle", "steps[1].send", "process.unknown_template"),
        ("send: question, ", "", "steps[1].send", "process.needs_send"),
        ("wait: 3d, ", "", "steps[1].wait", "process.needs_wait"),
        ("wait: 7d, ", "", "steps[4].wait", "process.needs_wait"),
        ("system: pms, ", "", "steps[2].system", "process.needs_system"),
        ("system: pms", "system: erp", "steps[2].system", "process.unknown_system"),
        ("same_as: repair", "same_as: confirm", "steps[3].assign.same_as", "process.not_earlier"),
        ("same_as: repair", "same_as: reply", "steps[3].assign.same_as", "process.not_earlier"),
        ("unclear: ask", "unclear: ask, gone: away", "steps[0].outcomes.gone", "process.unknown_step"),
        (", silent: reply", "", "steps[1].outcomes", "process.cases"),
        ("silent: reply", "silent: reply, late: reply", "steps[1].outcomes", "process.cases"),
        (", refused: repair", "", "steps[2].outcomes", "process.cases"),
        ("sent: confirm", "sent: confirm, kept: close", "steps[3].outcomes", "process.cases"),
        (", rejected: repair", "", "steps[4].outcomes", "process.cases"),
        (", foreign: supplier", "", "steps[2]", "process.unreachable"),
    ],
)
def test_each_problem(right: str, wrong: str, path: str, code: str) -> None:
    document = f"{HEAD}{EXTRAS}steps:{STEPS}"
    assert right in document
    assert found(document.replace(right, wrong, 1)) == [(path, code)]


@pytest.mark.parametrize(
    ("more", "path", "code"),
    [
        ("respond: {normal: 9h}, limit: {normal: 8h}", "respond.normal", "process.above"),
        ("respond: {low: 2h}, limit: {high: 1h, low: 8h}", "respond.low", "process.above"),
        ("respond: {high: 9h}, limit: {low: 8h}", "respond.high", "process.above"),
        ("open: [{system: erp, template: bug}]", "open[0].system", "process.unknown_system"),
        ("open: [{system: pms, template: wish}]", "open[0].template", "process.unknown_template"),
        ("escalate: [{at: 75%, raise: priority}]", "escalate[0].at", "process.needs_limit"),
        ("escalate: [{at: +1h, raise: priority}]", "escalate[0].at", "process.needs_limit"),
        ("escalate: [{at: 1h, tell: {to: {team: sales}}}]", "escalate[0].tell", "process.unknown_team"),
        ("escalate: [{at: 1h, tell: {to: {role: king}}}]", "escalate[0].tell", "process.unknown_role"),
        ("escalate: [{at: 1h, tell: {to: {member: wu}}}]", "escalate[0].tell", "process.unknown_member"),
        (
            "escalate: [{at: 1h, tell: [{to: assignee}, {to: {role: king}}]}]",
            "escalate[0].tell[1]",
            "process.unknown_role",
        ),
    ],
)
def test_each_problem_of_a_task(more: str, path: str, code: str) -> None:
    assert found(one_step(more)) == [(f"steps[0].{path}", code)]


@pytest.mark.parametrize(
    ("steps", "problems"),
    [
        ("[{key: a, kind: task, team: service, outcomes: {}}]", [("steps[0].outcomes", "process.no_outcome")]),
        ("[{key: a, kind: task, team: service, outcomes: {again: a}}]", [("steps[0].outcomes", "process.endless")]),
        ("[{key: a, kind: task, team: service, outcomes: {again: a, done: close}}]", []),
        (
            "[{key: a, kind: task, team: service, outcomes: {x: b, y: close}},"
            " {key: b, kind: task, team: service, outcomes: {z: c}},"
            " {key: c, kind: task, team: service, outcomes: {z: b}}]",
            [("steps[1].outcomes", "process.endless"), ("steps[2].outcomes", "process.endless")],
        ),
        (
            "[{key: a, kind: task, team: service, outcomes: {x: close}},"
            " {key: a, kind: task, team: service, outcomes: {x: close}}]",
            [("steps[1].key", "process.duplicate")],
        ),
        (
            "[{key: a, kind: task, team: service, outcomes: {x: close}},"
            " {key: close, kind: task, team: service, outcomes: {x: close}}]",
            [("steps[1].key", "process.reserved")],
        ),
        (
            "[{key: a, kind: task, team: service, outcomes: {x: hold}},"
            " {key: hold, kind: task, team: service, outcomes: {x: close}}]",
            [("steps[1].key", "process.reserved")],
        ),
        (
            "[{key: a, kind: task, team: service, outcomes: {x: hold}}]",
            [("steps[0].outcomes.x", "process.unknown_step")],
        ),
        (
            "[{key: a, kind: task, team: service, outcomes: {x: b}},"
            " {key: b, kind: task, team: service, outcomes: {x: close}},"
            " {key: a, kind: task, team: service, outcomes: {x: close}}]",
            [("steps[2].key", "process.duplicate")],
        ),
        (
            "[{key: a, kind: task, team: service, outcomes: {x: nowhere}}]",
            [("steps[0].outcomes.x", "process.unknown_step")],
        ),
    ],
)
def test_the_way_to_the_end(steps: str, problems: list[tuple[str, str]]) -> None:
    assert found(f"{HEAD}steps: {steps}") == problems


LOW = "{fact: rating, is: less, value: 3}"


@pytest.mark.parametrize(
    ("steps", "problems"),
    [
        (f"[{{key: a, kind: choice, choice: [{{if: {LOW}, go: b}}, {{else: close}}]}}, {TASK}]", []),
        (f"[{{key: a, kind: choice, choice: [{{else: b}}]}}, {TASK}]", []),
        (f"[{{key: a, kind: choice, choice: []}}, {TASK}]", [("choice", "process.needs_else")]),
        (f"[{{key: a, kind: choice, choice: [{{if: {LOW}, go: b}}]}}, {TASK}]", [("choice", "process.needs_else")]),
        (
            f"[{{key: a, kind: choice, choice: [{{else: b}}, {{if: {LOW}, go: b}}]}}, {TASK}]",
            [("choice[1]", "process.dead_case")],
        ),
        (
            f"[{{key: a, kind: choice, choice: [{{if: {LOW}, go: c}}, {{else: b}}]}}, {TASK}]",
            [("choice[0].go", "process.unknown_step")],
        ),
        (
            f"[{{key: a, kind: choice, choice: [{{if: {LOW}, go: b}}, {{else: c}}]}}, {TASK}]",
            [("choice[1].else", "process.unknown_step")],
        ),
        ("[{key: a, kind: automatic, set: {priority: low}, outcomes: {done: close}}]", []),
        ("[{key: a, kind: automatic, outcomes: {done: close}}]", [("", "process.idle_step")]),
        ("[{key: a, kind: automatic, set: {}, outcomes: {done: close}}]", [("", "process.idle_step")]),
        ("[{key: a, kind: automatic, send: question, outcomes: {}}]", [("outcomes", "process.no_outcome")]),
        (
            "[{key: a, kind: automatic, send: question, outcomes: {x: close, y: close}}]",
            [("outcomes", "process.one_outcome")],
        ),
        ("[{key: a, kind: automatic, send: riddle, outcomes: {x: close}}]", [("send", "process.unknown_template")]),
        (
            "[{key: a, kind: automatic, tell: {to: {team: x}}, outcomes: {x: close}}]",
            [("tell", "process.unknown_team")],
        ),
        (
            f"[{{key: a, kind: automatic, set: {{tags: [ok, {'x' * 101}]}}, outcomes: {{x: close}}}}]",
            [("set.tags[1]", "process.bad_tag")],
        ),
        (
            "[{key: a, kind: task, team: service, limit: {pause: [waiting_customer, answered]}, outcomes: {x: close}}]",
            [("limit.pause[1]", "process.never_paused")],
        ),
        (
            "[{key: a, kind: linked, system: pms, limit: {pause: [waiting_customer]},"
            " outcomes: {done: close, refused: close}}]",
            [("limit.pause[0]", "process.never_paused")],
        ),
    ],
)
def test_steps_that_wait_for_nobody(steps: str, problems: list[tuple[str, str]]) -> None:
    document = f"{HEAD}reopen_at: {'b' if TASK in steps else 'a'}\nsteps: {steps}"
    assert found(document) == [(f"steps[0].{path}".rstrip("."), code) for path, code in problems]


CHOICE = f"{{key: a, kind: choice, choice: [{{if: {LOW}, go: b}}, {{else: close}}]}}"
SUPPLIER = "{key: b, kind: linked, system: pms, outcomes: {done: a, refused: close}}"


@pytest.mark.parametrize(
    ("second", "spins"),
    [
        ("{key: b, kind: task, team: service, outcomes: {done: a}}", False),
        ("{key: b, kind: automatic, send: question, outcomes: {done: a}}", True),
        ("{key: b, kind: reply, send: question, outcomes: {sent: a}}", True),
        ("{key: b, kind: reply, send: question, team: service, outcomes: {sent: a}}", False),
        (SUPPLIER, True),
        (SUPPLIER.replace("system: pms", "system: pms, open: [{system: pms, template: bug}]"), False),
    ],
)
def test_an_item_does_not_go_round_while_nobody_is_waited_for(second: str, spins: bool) -> None:
    problems = [("steps[0]", "process.spinning"), ("steps[1]", "process.spinning")] if spins else []
    assert found(f"{HEAD}steps: [{CHOICE}, {second}]") == problems


def test_a_priority_that_takes_another_ones_limit_is_told_once() -> None:
    (problem,) = check(one_step("respond: {low: 9h}, limit: {low: 8h}"))
    assert problem.params == {"priority": "low", "other": "steps[0].limit.low"}


def test_where_a_choice_leads_has_the_name_of_the_step() -> None:
    choice = "  - {key: a, kind: choice, choice: [{else: b}]}\n  - "
    document = f"{HEAD}outcomes: {{b: {{zh-CN: 甲, en: A}}}}\nsteps:\n{choice}{TASK}\n"
    assert found(document) == [("outcomes.b", "process.no_such_outcome")]


def test_a_step_may_serve_reopened_items_only() -> None:
    steps = (
        "[{key: a, kind: reply, send: question, outcomes: {sent: close}},"
        " {key: b, kind: task, team: service, outcomes: {done: a}}]"
    )
    assert found(f"{HEAD}steps: {steps}") == [("steps[1]", "process.unreachable")]
    assert found(f"{HEAD}reopen_at: b\nsteps: {steps}") == []


def test_a_priority_without_a_limit_cannot_be_above_it() -> None:
    assert found(one_step("respond: {normal: 1h, low: 9h}, limit: {high: 8h}")) == []


def starter_known() -> Known:
    company = yaml.safe_load(STARTER.joinpath("company.yaml").read_text("utf-8"))
    calendars = [yaml.safe_load(file.read_text("utf-8")) for file in STARTER.joinpath("calendars").glob("*.yaml")]
    day_hours = {calendar["key"]: read_duration(calendar["day_hours"]) for calendar in calendars}
    return Known(
        teams=frozenset(team["key"] for team in company["teams"]),
        members=frozenset(member["key"] for member in company["members"]),
        roles=frozenset(role for member in company["members"] for role in member["roles"]),
        templates=frozenset(file.stem for file in STARTER.joinpath("templates").glob("*.yaml")),
        systems=frozenset({"pms", "qms", "srm", "crm"}),
        calendars=frozenset(day_hours),
        day_hours=day_hours,
    )


@pytest.mark.parametrize("key", [file.stem for file in STARTER.joinpath("processes").glob("*.yaml")])
def test_a_starter_process_is_sound(key: str) -> None:
    document = STARTER.joinpath("processes", f"{key}.yaml").read_text("utf-8")
    assert check_process(yaml.safe_load(document), starter_known()) == []
