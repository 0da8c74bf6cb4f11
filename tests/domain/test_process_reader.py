from collections.abc import Mapping
from datetime import timedelta

import pytest
import yaml

from voxloop.domain.decision import Open, Tell
from voxloop.domain.durations import Duration
from voxloop.domain.feedback import FeedbackType, Outcome, Priority, Stage
from voxloop.domain.forms import Field
from voxloop.domain.limits import Anchor, ClockName, Escalation, Limits
from voxloop.domain.problems import InvalidDocument
from voxloop.domain.process import Assign, Case, Change, Process, Step, StepKind, Strategy
from voxloop.domain.process_reader import read_process
from voxloop.domain.rules import Leaf
from voxloop.domain.texts import LANGUAGES, say

HOUR = timedelta(hours=1)
TITLE = {"zh-CN": "产品缺陷", "en": "Product defect"}
DOCUMENT = """
key: product_defect
title: {zh-CN: 产品缺陷, en: Product defect}
handles: [defect, other]
reopen_for: 14d
reopen_at: reply
clocks:
  first_response: {urgent: 1h, normal: 8h, warn: [75%]}
  resolution: {normal: 10d, pause: [waiting_customer]}
steps:
  - key: repair
    title: {zh-CN: 产品缺陷, en: Product defect}
    kind: task
    team: rd_bugfix
    assign: least_loaded
    respond: {high: 2h}
    limit: {high: 8h, normal: 24h}
    open: [{system: pms, template: bug}]
    require: [root_cause, fix_version]
    escalate:
      - {at: 75%, tell: {to: assignee}}
      - {at: +24h, tell: [{to: team_lead, via: [wecom, email]}, {to: {role: director}}], raise: priority}
      - {at: 30m, tell: {to: {member: li}}, if: {fact: rating, is: less, value: 3}}
    outcomes: {fixed: reply, need_information: ask}
  - {key: ask, kind: customer, wait: 72h, send: question, outcomes: {answered: repair, silent: reply}}
  - {key: reply, kind: reply, team: service, assign: {same_as: repair}, outcomes: {sent: supplier}}
  - {key: supplier, kind: linked, system: srm, outcomes: {done: close, refused: close}}
closes: {refused: declined}
"""
SMALL = """
key: praise
title: {zh-CN: 表扬, en: Praise}
reopen_for: 7d
steps: [{key: thank, kind: task, outcomes: {thanked: close}}]
"""
SAME = Assign(Strategy.SAME_AS, "repair")
LOW = Leaf("rating", "less", 3)
TEN_DAYS = Duration(timedelta(days=10), whole=True)


def hours(number: float) -> Duration:
    return Duration(number * HOUR)


PROCESS = Process(
    key="product_defect",
    title=TITLE,
    handles=(FeedbackType.DEFECT, FeedbackType.OTHER),
    reopen_for=timedelta(days=14),
    clocks={
        ClockName.FIRST_RESPONSE: Limits({Priority.URGENT: hours(1), Priority.NORMAL: hours(8)}, warn=(0.75,)),
        ClockName.RESOLUTION: Limits({Priority.NORMAL: TEN_DAYS}, pause=(Stage.WAITING_CUSTOMER,)),
    },
    steps=(
        Step(
            key="repair",
            kind=StepKind.TASK,
            title=TITLE,
            outcomes={"fixed": "reply", "need_information": "ask"},
            team="rd_bugfix",
            assign=Assign(Strategy.LEAST_LOADED),
            respond=Limits({Priority.HIGH: hours(2)}),
            limit=Limits({Priority.HIGH: hours(8), Priority.NORMAL: hours(24)}),
            opens=(Open("pms", "bug"),),
            form=(Field("root_cause", {}, required=True), Field("fix_version", {}, required=True)),
            escalate=(
                Escalation(Anchor.SHARE, 0.75, Duration(), (Tell("assignee"),), False, None),
                Escalation(
                    Anchor.AFTER,
                    1.0,
                    hours(24),
                    (Tell("team_lead", ("wecom", "email")), Tell({"role": "director"})),
                    True,
                    None,
                ),
                Escalation(Anchor.SINCE, 0.0, hours(0.5), (Tell({"member": "li"}),), False, Leaf("rating", "less", 3)),
            ),
        ),
        Step("ask", StepKind.CUSTOMER, {}, {"answered": "repair", "silent": "reply"}, wait=72 * HOUR, send="question"),
        Step(
            "reply", StepKind.REPLY, {}, {"sent": "supplier"}, team="service", assign=Assign(Strategy.SAME_AS, "repair")
        ),
        Step("supplier", StepKind.LINKED, {}, {"done": "close", "refused": "close"}, system="srm"),
    ),
    closes={"refused": Outcome.DECLINED},
    reopen_at="reply",
)
MISSING, NO_TEXT = "document.missing", "document.not_a_text"
CASES = [
    ("title: {zh-CN: 表扬, en: Praise}", "title: {en: Praise}", "title.zh-CN", "document.missing"),
    ("reopen_for: 7d", "", "reopen_for", "document.missing"),
    ("key: praise", "key: Praise", "key", "document.not_a_key"),
    ("key: praise", "key: 7", "key", "document.not_a_text"),
    ("key: praise", "key: praise\ncolour: red", "colour", "document.unknown_key"),
    ("key: praise", "key: praise\nhandles: [praise, joy]", "handles[1]", "document.unknown_value"),
    ("key: praise", "key: praise\nreopen_at: 1", "reopen_at", "document.not_a_text"),
    ("reopen_for: 7d", "reopen_for: 2wd", "reopen_for", "document.not_a_duration"),
    ("reopen_for: 7d", "reopen_for: 7d\nclocks: {finish: {low: 1h}}", "clocks.finish", "document.unknown_key"),
    ("reopen_for: 7d", "reopen_for: 7d\nclocks: {resolution: 3d}", "clocks.resolution", "document.not_a_mapping"),
    ("reopen_for: 7d", "reopen_for: 7d\ncloses: {thanked: happy}", "closes.thanked", "document.unknown_value"),
    ("[{key: thank, kind: task, outcomes: {thanked: close}}]", "[]", "steps", "document.missing"),
    ("[{key: thank, kind: task, outcomes: {thanked: close}}]", "thank", "steps", "document.not_a_list"),
    ("[{key: thank, kind: task, outcomes: {thanked: close}}]", "[thank]", "steps[0]", "document.not_a_mapping"),
    ("kind: task", "kind: magic", "steps[0].kind", "document.unknown_value"),
    ("kind: task, outcomes: {thanked: close}", "kind: task", "steps[0].outcomes", "document.missing"),
    ("kind: task, outcomes: {thanked: close}", "kind: choice", "steps[0].choice", "document.missing"),
    ("kind: task, outcomes: {thanked: close}", "kind: choice, choice: [{go: close}]", "steps[0].choice[0].if", MISSING),
    ("kind: task, outcomes: {thanked: close}", "kind: choice, choice: [{else: 1}]", "steps[0].choice[0].else", NO_TEXT),
    (
        "kind: task, outcomes: {thanked: close}",
        "kind: choice, choice: [{else: close, go: close}]",
        "steps[0].choice[0].go",
        "document.unknown_key",
    ),
    (
        "kind: task, outcomes: {thanked: close}",
        "kind: choice, choice: [{if: {fact: rating}, go: close}, {else: close}]",
        "steps[0].choice[0].if.is",
        "document.missing",
    ),
    ("key: praise", "key: praise\noutcomes: {thanked: {en: Thanked}}", "outcomes.thanked.zh-CN", MISSING),
    ("kind: task", "kind: choice, choice: [{else: close}]", "steps[0].outcomes", "process.useless_key"),
    ("kind: task", "kind: task, choice: [{else: close}]", "steps[0].choice", "process.useless_key"),
    ("kind: task", "kind: task, set: {priority: high}", "steps[0].set", "process.useless_key"),
    ("kind: task", "kind: task, tell: {to: team_lead}", "steps[0].tell", "process.useless_key"),
    ("kind: task", "kind: automatic, send: thanks, limit: {}", "steps[0].limit", "process.useless_key"),
    ("kind: task", "kind: automatic, set: {stage: closed}", "steps[0].set.stage", "document.unknown_key"),
    ("kind: task", "kind: automatic, set: {priority: top}", "steps[0].set.priority", "document.unknown_value"),
    ("kind: task", "kind: automatic, tell: {to: boss}", "steps[0].tell.to", "document.unknown_value"),
    ("thanked: close", "yes: close", "steps[0].outcomes.True", "document.not_a_key"),
    ("thanked: close", "thanked:", "steps[0].outcomes.thanked", "document.missing"),
    ("kind: task", "kind: task, calendar: office", "steps[0].calendar", "process.useless_key"),
    ("kind: task", "kind: task, assign: magic", "steps[0].assign", "document.unknown_value"),
    ("kind: task", "kind: task, assign: {same_as: 1}", "steps[0].assign.same_as", "document.not_a_text"),
    ("kind: task", "kind: task, limit: {soon: 1h}", "steps[0].limit.soon", "document.unknown_key"),
    ("kind: task", "kind: task, limit: {low: 1}", "steps[0].limit.low", "document.not_a_duration"),
    ("kind: task", "kind: task, limit: {warn: [0.75]}", "steps[0].limit.warn[0]", "document.not_a_share"),
    ("kind: task", "kind: task, limit: {low: 1h, pause: [rest]}", "steps[0].limit.pause[0]", "document.unknown_value"),
    (
        "reopen_for: 7d",
        "reopen_for: 7d\nclocks: {resolution: {low: 1h, pause: [asleep]}}",
        "clocks.resolution.pause[0]",
        "document.unknown_value",
    ),
    ("kind: task", "kind: task, open: [{system: pms}]", "steps[0].open[0].template", "document.missing"),
    ("kind: task", "kind: task, require: [Root Cause]", "steps[0].require[0]", "document.not_a_key"),
    ("kind: task", "kind: task, require: [~]", "steps[0].require[0]", "document.missing"),
]
ESCALATIONS = [
    ("{tell: {to: assignee}}", "at", "document.missing"),
    ("{at: 101%, tell: {to: assignee}}", "at", "process.not_an_instant"),
    ("{at: +2, tell: {to: assignee}}", "at", "process.not_an_instant"),
    ("{at: soon, tell: {to: assignee}}", "at", "process.not_an_instant"),
    ("{at: 2h}", "tell", "process.idle_escalation"),
    ("{at: 2h, raise: limit}", "raise", "document.unknown_value"),
    ("{at: 2h, tell: assignee}", "tell", "document.not_a_list"),
    ("{at: 2h, tell: {to: boss}}", "tell.to", "document.unknown_value"),
    ("{at: 2h, tell: [{to: assignee}, {via: [sms]}]}", "tell[1].to", "document.missing"),
    ("{at: 2h, tell: {to: {role: a, team: b}}}", "tell.to", "rule.one_recipient"),
    ("{at: 2h, raise: priority, if: {fact: rating}}", "if.is", "document.missing"),
]


def read(document: str) -> Process:
    return read_process(yaml.safe_load(document))


def problems(document: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidDocument) as invalid:
        read(document)
    for problem in invalid.value.problems:
        assert all(say(language, f"problem.{problem.code}", **problem.params) for language in LANGUAGES)
    return [(problem.path, problem.code) for problem in invalid.value.problems]


def test_a_document_reads_into_a_process() -> None:
    assert read(DOCUMENT) == PROCESS


def test_the_smallest_document() -> None:
    step = Step("thank", StepKind.TASK, {}, {"thanked": "close"})
    assert read(SMALL) == Process(
        "praise", {"zh-CN": "表扬", "en": "Praise"}, (), timedelta(days=7), {}, (step,), {}, "thank"
    )


def test_steps_that_wait_for_nobody() -> None:
    choice = "{key: level, kind: choice, choice: [{if: {fact: rating, is: less, value: 3}, go: mark}, {else: close}]}"
    mark = (
        "{key: mark, kind: automatic, send: thanks, open: [{system: crm, template: bug}], outcomes: {marked: close},"
        " tell: [{to: assignee}, {to: {role: director}}], set: {priority: high, tags: ['  key   customer ', vip]}}"
    )
    document = SMALL.replace("{key: thank, kind: task, outcomes: {thanked: close}}", f"{choice}, {mark}")
    assert read(document).steps == (
        Step(
            "level",
            StepKind.CHOICE,
            {},
            {"mark": "mark", "close": "close"},
            cases=(Case(Leaf("rating", "less", 3), "mark"), Case(None, "close")),
        ),
        Step(
            "mark",
            StepKind.AUTOMATIC,
            {},
            {"marked": "close"},
            opens=(Open("crm", "bug"),),
            send="thanks",
            tell=(Tell("assignee"), Tell({"role": "director"})),
            sets=Change(Priority.HIGH, ("key customer", "vip")),
        ),
    )


def test_a_step_says_what_stops_its_limits() -> None:
    more = "limit: {low: 1h, pause: [waiting_customer]}, respond: {pause: [waiting_customer]}"
    (step,) = read(SMALL.replace("kind: task", f"kind: task, {more}")).steps
    assert (step.limit.pause, step.respond.pause) == ((Stage.WAITING_CUSTOMER,), (Stage.WAITING_CUSTOMER,))


@pytest.mark.parametrize(("right", "wrong", "path", "code"), CASES)
def test_each_problem(right: str, wrong: str, path: str, code: str) -> None:
    assert SMALL.count(right) == 1
    assert problems(SMALL.replace(right, wrong)) == [(path, code)]


@pytest.mark.parametrize(("escalation", "path", "code"), ESCALATIONS)
def test_each_problem_of_an_escalation(escalation: str, path: str, code: str) -> None:
    document = SMALL.replace("kind: task", f"kind: task, escalate: [{escalation}]")
    assert problems(document) == [(f"steps[0].escalate[0].{path}", code)]


def test_everything_wrong_is_told_at_once() -> None:
    document = SMALL.replace("reopen_for: 7d", "reopen_for: soon").replace("kind: task", "kind: work, wait: long")
    assert sorted(problems(document)) == [
        ("reopen_for", "document.not_a_duration"),
        ("steps[0].kind", "document.unknown_value"),
        ("steps[0].wait", "document.not_a_duration"),
    ]


@pytest.mark.parametrize("body", [None, [], "text", {}])
def test_what_is_no_document_at_all(body: Mapping[str, object]) -> None:
    with pytest.raises(InvalidDocument):
        read_process(body)


def test_a_problem_stays_short_whatever_is_written() -> None:
    bomb: list[object] = ["x"]
    for _ in range(64):
        bomb = [bomb, bomb]
    with pytest.raises(InvalidDocument) as invalid:
        read_process(
            {"key": bomb, "title": bomb, "steps": [{"key": "k" * 999, "kind": bomb, "escalate": [{"at": bomb}]}]}
        )
    assert len(str(invalid.value)) < 5000
