"""Parallel steps in documents: what can be read, what is wrong, and which way is taken however the branches end."""

import random
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
import yaml

from voxloop.domain.branches import ALL, Ends, Join, Joined, example, gap, possible_ends
from voxloop.domain.problems import InvalidDocument
from voxloop.domain.process import JOIN, StepKind
from voxloop.domain.process_reader import read_process
from voxloop.tests.domain.test_process_checker import check, found

QUALITY = "{key: quality, kind: task, team: service, outcomes: [safe, unsafe]}"
SUPPLIER = "{key: supplier, kind: linked, system: pms}"
LOOK = f"key: look, kind: parallel, branches: [{QUALITY}, {SUPPLIER}]"
HEAD = "key: risk\ntitle: {zh-CN: 风险, en: Risk}\nreopen_for: 7d\n"
RECALL = "{key: recall, kind: task, team: service, outcomes: {recalled: close}}"


def process(look: str, *others: str) -> str:
    return f"{HEAD}steps: [{', '.join((f'{{{look}}}', *others))}]"


def choice(*cases: str, look: str = LOOK) -> str:
    return process(f"{look}, choice: [{', '.join(cases)}]", RECALL)


def read(document: str) -> Any:
    return read_process(yaml.safe_load(document)).first


def test_a_parallel_step_is_read_with_its_branches() -> None:
    look = read(process(f"{LOOK}, outcomes: {{done: close}}"))
    quality, supplier = look.branches
    assert (look.kind, look.join, look.outcomes) == (StepKind.PARALLEL, ALL, {"done": "close"})
    assert (quality.key, quality.team, quality.outcomes) == ("quality", "service", {"safe": JOIN, "unsafe": JOIN})
    assert supplier.outcomes == {"done": JOIN, "refused": JOIN}


@pytest.mark.parametrize(
    ("written", "join"),
    [("all", Join()), ("any", Join(first=True)), ("{any: [safe]}", Join(first=True, on=("safe",)))],
)
def test_when_branches_join(written: str, join: Join) -> None:
    assert read(process(f"{LOOK}, join: {written}, outcomes: {{done: close}}")).join == join


def test_the_way_is_that_of_the_first_case_that_holds() -> None:
    look = read(choice("{if: {quality: unsafe}, go: recall}", "{if: {supplier: [done, refused]}, go: close}"))
    assert look.joined[0] == Joined({"quality": frozenset({"unsafe"})}, "recall")
    assert look.way({"quality": "unsafe", "supplier": "done"}) == "recall"
    assert look.way({"quality": "safe", "supplier": "refused"}) == "close"
    assert look.outcomes == {"recall": "recall", "close": "close"}


def test_a_branch_is_found_by_its_key_and_stands_behind_its_step() -> None:
    risk = read_process(yaml.safe_load(choice("{else: recall}")))
    assert risk.step("supplier").system == "pms"
    assert [step.key for step in risk.all_steps] == ["look", "quality", "supplier", "recall"]


def test_sound_parallel_steps_have_no_problems() -> None:
    assert found(process(f"{LOOK}, outcomes: {{done: close}}")) == []
    assert found(choice("{if: {quality: unsafe}, go: recall}", "{else: close}")) == []
    assert found(choice("{if: {quality: unsafe}, go: recall}", "{if: {quality: safe}, go: close}")) == []
    assert found(choice("{if: {quality: unsafe}, go: recall}", "{else: close}", look=f"{LOOK}, join: any")) == []


@pytest.mark.parametrize(
    ("document", "path", "code"),
    [
        (process("key: look, kind: parallel, outcomes: {done: close}"), "steps[0].branches", "document.missing"),
        (process("key: look, kind: parallel, branches: [], outcomes: {done: close}"), "steps[0].branches",
         "document.missing"),
        (process(LOOK), "steps[0].outcomes", "document.missing"),
        (process(f"{LOOK}, outcomes: {{done: close}}, choice: [{{else: close}}]"), "steps[0].outcomes",
         "process.two_ways"),
        (process(f"{LOOK}, respond: {{normal: 1h}}, outcomes: {{done: close}}"), "steps[0].respond",
         "process.useless_key"),
        (process(f"{LOOK}, join: some, outcomes: {{done: close}}"), "steps[0].join", "document.unknown_value"),
        (process(f"{LOOK}, join: {{any: []}}, outcomes: {{done: close}}"), "steps[0].join.any", "document.missing"),
        (choice("{if: {}, go: recall}"), "steps[0].choice[0].if", "document.missing"),
        (choice("{if: {quality: []}, go: recall}"), "steps[0].choice[0].if.quality", "document.missing"),
        (process(f"key: look, kind: parallel, branches: [{{{LOOK}}}], outcomes: {{done: close}}"),
         "steps[0].branches[0].kind", "document.unknown_value"),
        (process(LOOK.replace(", outcomes: [safe, unsafe]", "") + ", outcomes: {done: close}"),
         "steps[0].branches[0].outcomes", "document.missing"),
        (process(LOOK.replace("[safe, unsafe]", "{safe: close}") + ", outcomes: {done: close}"),
         "steps[0].branches[0].outcomes", "document.not_a_list"),
        (process(LOOK.replace("team: service", "team: service, wait: 3d") + ", outcomes: {done: close}"),
         "steps[0].branches[0].wait", "process.useless_key"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(document: str, path: str, code: str) -> None:
    assert (path, code) in found(document)
    with pytest.raises(InvalidDocument):
        read(document)


def look(**changed: str) -> str:
    """The sound one with something else in it."""
    text = f"{LOOK}, outcomes: {{done: close}}"
    for old, new in changed.items():
        text = text.replace(old, new)
    return process(text)


MANY = ", ".join(f"{{key: b{number}, kind: linked, system: pms}}" for number in range(21))


@pytest.mark.parametrize(
    ("document", "path", "code"),
    [
        (look(done="joined"), "steps[0].outcomes", "process.cases"),
        (process(f"{LOOK}, outcomes: {{done: home}}"), "steps[0].outcomes.done", "process.unknown_step"),
        (choice("{else: home}"), "steps[0].choice[0].else", "process.unknown_step"),
        (choice("{if: {quality: safe}, go: home}", "{else: recall}"), "steps[0].choice[0].go", "process.unknown_step"),
        (look(supplier="quality"), "steps[0].branches[1].key", "process.duplicate"),
        (look(supplier="look"), "steps[0].branches[1].key", "process.duplicate"),
        (look(supplier="close"), "steps[0].branches[1].key", "process.reserved"),
        (choice("{else: recall}", look=LOOK.replace("quality", "recall")), "steps[1].key", "process.duplicate"),
        (process(f"key: look, kind: parallel, branches: [{QUALITY}], outcomes: {{done: close}}"), "steps[0].branches",
         "process.one_branch"),
        (process(f"key: look, kind: parallel, branches: [{MANY}], outcomes: {{done: close}}"), "steps[0].branches",
         "process.too_many_branches"),
        (process(LOOK.replace("team: service, ", "") + ", outcomes: {done: close}"), "steps[0].branches[0].team",
         "process.needs_team"),
        (process(LOOK.replace("[safe, unsafe]", "[]") + ", outcomes: {done: close}"), "steps[0].branches[0].outcomes",
         "process.no_outcome"),
        (process(LOOK.replace("system: pms", "system: pms, outcomes: [done]") + ", outcomes: {done: close}"),
         "steps[0].branches[1].outcomes", "process.cases"),
        (process(LOOK.replace(", system: pms", "") + ", outcomes: {done: close}"), "steps[0].branches[1].system",
         "process.needs_system"),
        (look(service="sales"), "steps[0].branches[0].team", "process.unknown_team"),
        (look(pms="erp"), "steps[0].branches[1].system", "process.unknown_system"),
        (process(LOOK.replace("pms", "pms, open: [{system: pms, template: riddle}]") + ", outcomes: {done: close}"),
         "steps[0].branches[1].open[0].template", "process.unknown_template"),
        (process(LOOK.replace("team: service", "team: service, limit: {normal: 2h}")
                 + ", limit: {normal: 1h}, outcomes: {done: close}"), "steps[0].branches[0].limit.normal",
         "process.branch_above"),
        (process(LOOK.replace("team: service", "team: service, respond: {normal: 2h}, limit: {normal: 1h}")
                 + ", outcomes: {done: close}"), "steps[0].branches[0].respond.normal", "process.above"),
        (process(LOOK.replace("team: service", "team: service, limit: {normal: 2h, pause: [waiting_customer]}")
                 + ", outcomes: {done: close}"), "steps[0].branches[0].limit.pause[0]", "process.never_paused"),
        (process(LOOK.replace("team: service", "team: service, escalate: [{at: 75%, tell: {to: assignee}}]")
                 + ", outcomes: {done: close}"), "steps[0].branches[0].escalate[0].at", "process.needs_limit"),
        (process(LOOK.replace("team: service", "team: service, assign: {same_as: supplier}")
                 + ", outcomes: {done: close}"), "steps[0].branches[0].assign.same_as", "process.not_earlier"),
        (process(f"{LOOK}, join: {{any: [mended]}}, outcomes: {{done: close}}"), "steps[0].join.any[0]",
         "process.unknown_end"),
        (choice("{if: {recall: recalled}, go: recall}", "{else: close}"), "steps[0].choice[0].if.recall",
         "process.unknown_branch"),
        (choice("{if: {quality: mended}, go: recall}", "{else: close}"), "steps[0].choice[0].if.quality",
         "process.unknown_end"),
        (choice("{if: {quality: safe}, go: recall}"), "steps[0].choice", "process.not_total"),
        (choice("{if: {quality: [safe, unsafe]}, go: recall}", "{else: close}"), "steps[0].choice[1]",
         "process.dead_join"),
        (choice("{if: {quality: safe, supplier: done}, go: recall}", "{else: close}", look=f"{LOOK}, join: any"),
         "steps[0].choice[0]", "process.dead_join"),
        (choice("{else: look}"), "steps[1]", "process.unreachable"),
        (process(f"{LOOK}, outcomes: {{done: look}}"), "steps[0].outcomes", "process.endless"),
        (choice("{if: {supplier: done}, go: look}", "{else: recall}", look=f"{LOOK}, join: any"), "steps[0]",
         "process.spinning"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(document: str, path: str, code: str) -> None:
    assert (path, code) in found(document)


def test_one_branch_is_only_a_warning() -> None:
    [problem] = check(process(f"key: look, kind: parallel, branches: [{QUALITY}], outcomes: {{done: close}}"))
    assert problem.warning


def test_a_branch_may_take_longer_than_the_whole_where_another_ends_it() -> None:
    longer = LOOK.replace("team: service", "team: service, limit: {normal: 2h}")
    assert found(process(f"{longer}, join: any, limit: {{normal: 1h}}, outcomes: {{done: close}}")) == []


def test_a_way_that_is_missing_is_named() -> None:
    [problem] = check(choice("{if: {quality: safe}, go: recall}", "{if: {supplier: done}, go: close}"))
    assert problem.params["ends"] == "quality: unsafe, supplier: refused"


OUTCOMES = {"a": ("x", "y"), "b": ("x", "y", "z"), "c": ("x",)}
JOINS = [Join(), Join(first=True), Join(first=True, on=("x",)), Join(first=True, on=("y", "z"))]


def endings(join: Join) -> list[Mapping[str, str | None]]:
    """All that can become of the branches, found by letting them end in every order with every outcome."""
    found: list[Mapping[str, str | None]] = []
    for order in (("a", "b", "c"), ("a", "c", "b"), ("b", "a", "c"), ("b", "c", "a"), ("c", "a", "b"), ("c", "b", "a")):
        for outcomes in product(*(OUTCOMES[branch] for branch in order)):
            ended: dict[str, str | None] = dict.fromkeys(order)
            for branch, outcome in zip(order, outcomes, strict=True):
                ended[branch] = outcome
                if join.ends_others(outcome):
                    break
            found.append(ended)
    return found


@pytest.mark.parametrize("join", JOINS)
def test_cases_are_missing_or_dead_exactly_when_no_order_of_ends_shows_otherwise(join: Join) -> None:
    dice, possible = random.Random(7), list(possible_ends(OUTCOMES, join))
    gaps, dead = 0, 0
    for _ in range(300):
        cases = [random_ends(dice) for _ in range(dice.randrange(1, 5))]
        ways = [next((n for n, case in enumerate(cases) if Joined(case, "").holds(end)), None) for end in endings(join)]
        assert (gap(possible, cases) is not None) is (None in ways), cases
        for number, case in enumerate(cases):
            assert (example(case, possible, cases[:number]) is None) is (number not in ways), cases
        gaps, dead = gaps + (None in ways), dead + (not set(range(len(cases))) <= set(ways))
    assert 0 < gaps < 300
    assert 0 < dead < 300


def random_ends(dice: random.Random) -> Ends:
    branches = dice.sample(list(OUTCOMES), dice.randrange(1, 3))
    return {key: frozenset(dice.sample(OUTCOMES[key], dice.randrange(1, len(OUTCOMES[key]) + 1))) for key in branches}


def test_hundreds_of_cases_of_twenty_branches_are_told_apart() -> None:
    """Against each way that all can end, a bit each; looked through case by case it would take minutes."""
    dice, branches = random.Random(1), [f"b{number}" for number in range(20)]
    every = (1 << 2**20) - 1
    agreed = {key: every // ((1 << 2 ** (n + 1)) - 1) * ((1 << 2**n) - 1) for n, key in enumerate(branches)}
    possible = list(possible_ends(dict.fromkeys(branches, ("yes", "no")), ALL))
    cases: list[Ends] = []
    covered, dead = 0, 0
    for _ in range(230):
        case = {key: dice.choice(("yes", "no")) for key in dice.sample(branches, 4)}
        taken = every
        for key, outcome in case.items():
            taken &= agreed[key] if outcome == "yes" else ~agreed[key]
        ends = {key: frozenset({outcome}) for key, outcome in case.items()}
        assert (example(ends, possible, cases) is None) is (taken & ~covered == 0)
        covered, dead = covered | taken, dead + (taken & ~covered == 0)
        cases.append(ends)
    assert (gap(possible, cases) is None) is (covered == every)
    assert 0 < dead < 230
