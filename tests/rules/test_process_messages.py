"""Each thing that can be wrong with a process: the smallest document that has it, and words for it."""

from typing import Any

import pytest
import yaml

from voxloop.domain.branch_checker import MOST_BRANCHES
from voxloop.domain.problems import Known
from voxloop.domain.texts import LANGUAGES, say, texts
from voxloop.rules.kinds import check_document

KNOWN = Known(
    teams=frozenset({"t"}),
    members=frozenset({"li"}),
    roles=frozenset({"director"}),
    templates=frozenset({"m"}),
    systems=frozenset({"pms"}),
    calendars=frozenset({"office"}),
)
TITLE = {"zh-CN": "甲", "en": "A"}
LOW, NEVER = (
    "{fact: rating, is: less, value: 3}",
    "{all: [{fact: rating, is: less, value: 2}, {fact: rating, is: more, value: 3}]}",
)
TASK = "key: a, kind: task, team: t, outcomes: {x: close}"
FIELD = "key: f, title: {zh-CN: 甲, en: A}"


def task(more: str) -> str:
    """A process of one task with something more."""
    return f"steps: [{{{TASK}, {more}}}]"


def steps(*written: str) -> str:
    return f"steps: [{', '.join(f'{{{step}}}' for step in written)}]"


def parallel(branches: str, more: str = "outcomes: {done: close}") -> str:
    """A process of one parallel step with these branches."""
    return f"steps: [{{key: p, kind: parallel, branches: [{branches}], {more}}}]"


ONE, TWO = (f"{{key: {key}, kind: task, team: t, outcomes: [x, y]}}" for key in ("b", "c"))
MANY = ", ".join(ONE.replace("b,", f"b{number},", 1) for number in range(MOST_BRANCHES + 1))
CAUSES = {
    "above": task("respond: {normal: 9h}, limit: {normal: 8h}"),
    "bad_tag": steps(f"key: a, kind: automatic, set: {{tags: [{'x' * 101}]}}, outcomes: {{x: close}}"),
    "branch_above": parallel(
        f"{ONE.replace('kind', 'limit: {normal: 9h}, kind')}, {TWO}", "limit: {normal: 8h}, outcomes: {done: close}"
    ),
    "cases": steps("key: a, kind: reply, team: t, outcomes: {sent: close, kept: close}"),
    "dead_case": steps(f"key: a, kind: choice, choice: [{{else: close}}, {{if: {LOW}, go: close}}]"),
    "dead_join": parallel(f"{ONE}, {TWO}", "choice: [{if: {b: x}, go: close}, {if: {b: x}, go: close}, {else: close}]"),
    "duplicate": steps(TASK, TASK),
    "duplicate_field": task(f"form: [{{{FIELD}, kind: text}}, {{{FIELD}, kind: text}}]"),
    "duplicate_option": task(f"form: [{{{FIELD}, kind: choice, options: [{{{FIELD}}}, {{{FIELD}}}]}}]"),
    "empty_range": task(f"form: [{{{FIELD}, kind: number, min: 2, max: 1}}]"),
    "endless": steps("key: a, kind: task, team: t, outcomes: {x: a}"),
    "idle_assign": steps(
        "key: a, kind: customer, send: m, wait: 1d, assign: round_robin, outcomes: {answered: close, silent: close}"
    ),
    "idle_escalation": task("escalate: [{at: 1h}]"),
    "idle_step": steps("key: a, kind: automatic, outcomes: {x: close}"),
    "late_reminder": steps(
        "key: a, kind: customer, send: m, wait: 1d, remind: [{at: 1d, send: m}],"
        " outcomes: {answered: close, silent: close}"
    ),
    "late_survey": f"survey: {{kind: csat, send: m, after: 7d}}\n{steps(TASK)}",
    "level_never": task("escalate: [{at: 2h, raise: priority}, {at: 1h, raise: priority}]"),
    "maybe_above": task("respond: {normal: 9h}, limit: {normal: 8h, calendar: office}"),
    "needs_else": steps(f"key: a, kind: task, team: t, outcomes: {{x: [{{if: {LOW}, go: close}}]}}"),
    "needs_length": steps("key: a, kind: automatic, send: m, calendar: office, outcomes: {x: close}"),
    "needs_limit": task("escalate: [{at: 75%, raise: priority}]"),
    "needs_options": task(f"form: [{{{FIELD}, kind: choice}}]"),
    "needs_send": steps("key: a, kind: customer, wait: 1d, outcomes: {answered: close, silent: close}"),
    "needs_system": steps("key: a, kind: linked, outcomes: {done: close, refused: close}"),
    "needs_team": steps("key: a, kind: task, outcomes: {x: close}"),
    "needs_wait": steps("key: a, kind: customer, send: m, outcomes: {answered: close, silent: close}"),
    "never": task(f"escalate: [{{at: 1h, raise: priority, if: {NEVER}}}]"),
    "never_paused": task("limit: {normal: 8h, pause: [answered]}"),
    "no_outcome": steps("key: a, kind: task, team: t, outcomes: {}"),
    "no_skills": task("assign: skill"),
    "not_an_end": f"closes: {{y: solved}}\n{steps(TASK)}",
    "not_an_instant": task("escalate: [{at: soon, raise: priority}]"),
    "not_earlier": task("assign: {same_as: b}"),
    "not_total": parallel(f"{ONE}, {TWO}", "choice: [{if: {b: x}, go: close}]"),
    "one_branch": parallel(ONE),
    "one_outcome": steps("key: a, kind: automatic, send: m, outcomes: {x: close, y: close}"),
    "reserved": steps("key: hold, kind: task, team: t, outcomes: {x: close}"),
    "spinning": steps(
        f"key: a, kind: choice, choice: [{{if: {LOW}, go: b}}, {{else: close}}]",
        "key: b, kind: automatic, send: m, outcomes: {x: a}",
    ),
    "too_many_branches": parallel(
        ", ".join(ONE.replace("b,", f"b{number},", 1) for number in range(MOST_BRANCHES + 1))
    ),
    "two_waits": steps("key: a, kind: automatic, wait: 1h, until: office, outcomes: {x: close}"),
    "two_ways": parallel(f"{ONE}, {TWO}", "outcomes: {done: close}, choice: [{else: close}]"),
    "unknown_branch": parallel(f"{ONE}, {TWO}", "choice: [{if: {d: x}, go: close}, {else: close}]"),
    "unknown_calendar": steps("key: a, kind: automatic, until: b, outcomes: {x: close}"),
    "unknown_end": parallel(f"{ONE}, {TWO}", "choice: [{if: {b: z}, go: close}, {else: close}]"),
    "unknown_member": task("escalate: [{at: 1h, tell: {to: {member: b}}}]"),
    "no_such_outcome": f"outcomes: {{y: {{zh-CN: 甲, en: A}}}}\n{steps(TASK)}",
    "unknown_outcome": task(f"form: [{{{FIELD}, kind: text, required_for: [y]}}]"),
    "unknown_reason": f"closes: {{x: {{reason: b}}}}\n{steps(TASK)}",
    "unknown_reopen_at": f"reopen_at: b\n{steps(TASK)}",
    "unknown_role": task("escalate: [{at: 1h, tell: {to: {role: b}}}]"),
    "unknown_step": steps("key: a, kind: task, team: t, outcomes: {x: b}"),
    "unknown_system": task("open: [{system: b, template: m}]"),
    "unknown_team": steps("key: a, kind: task, team: b, outcomes: {x: close}"),
    "unknown_template": task("open: [{system: pms, template: b}]"),
    "unreachable": steps(TASK, "key: b, kind: task, team: t, outcomes: {x: close}"),
    "unskilled": task("assign: {skills: [welding]}"),
    "useless_in_field": task(f"form: [{{{FIELD}, kind: flag, max: 2}}]"),
    "useless_key": task("set: {priority: low}"),
}


def written(cause: str) -> dict[str, Any]:
    return {"key": "p", "title": TITLE, "reopen_for": "7d", **yaml.safe_load(cause)}


def test_every_message_has_its_document() -> None:
    told = {key.removeprefix("problem.process.") for key in texts("en") if key.startswith("problem.process.")}
    assert told == set(CAUSES)


@pytest.mark.parametrize("code", CAUSES)
def test_each_message(code: str) -> None:
    body = written(CAUSES[code])
    for step in body["steps"]:
        step.setdefault("title", TITLE)
    problems = check_document("process", "p", body, KNOWN)
    assert {problem.code for problem in problems} == {f"process.{code}"}
    for language in LANGUAGES:
        assert all(say(language, f"problem.{problem.code}", **problem.params) for problem in problems)
