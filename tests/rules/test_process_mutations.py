"""Processes broken at random: the checker tells, and what it lets through can be walked to its end from everywhere."""

import random
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from importlib.resources import files
from typing import Any

import pytest
import yaml

from voxloop.bundles.bundle import read_bundle
from voxloop.domain.documents import Kind
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority
from voxloop.domain.linked import ItemSystem
from voxloop.domain.problems import Known, is_sound
from voxloop.domain.process import CLOSE, Case, Process, Step, StepKind
from voxloop.domain.process_reader import read_process
from voxloop.domain.texts import LANGUAGES, say
from voxloop.rules.evaluator import holds
from voxloop.rules.kinds import check_document
from voxloop.tests.workflows.branching import SAFETY

MUTATIONS, SEEDS, MOST_CHANGES = 5_000, 10, 3
BUNDLE = read_bundle(files("voxloop.starter"))
STARTERS = [written.body for name, written in BUNDLE.documents.items() if name.kind == Kind.PROCESS]
BODIES = [*STARTERS, SAFETY]
COMPANY = yaml.safe_load(files("voxloop.starter").joinpath("company.yaml").read_text("utf-8"))
MEMBERS = COMPANY["members"]
KNOWN = BUNDLE.known(
    Known(
        teams=frozenset(team["key"] for team in COMPANY["teams"]),
        members=frozenset(member["key"] for member in MEMBERS),
        roles=frozenset(role for member in MEMBERS for role in member["roles"]),
        skills=frozenset(
            f"{team}.{skill}" for member in MEMBERS for team in member["teams"] for skill in member.get("skills", ())
        ),
        systems=frozenset(ItemSystem),
    )
)
JUNK: list[Any] = [
    *(None, True, -1, 0, 10**30, 1.5, "", " ", "close", "hold", "a" * 5000, "缺陷", "24h", "0h", "2wd", "75%", "+2h"),
    *([], {}, [[]], [{}], {"a": {}}, {"if": {}, "go": "close"}, {"else": "close"}, {"all": []}, {"not": {"any": []}}),
]
Places = list[tuple[Any, Any]]


def places(body: Any) -> Places:
    """Every place of a document: the container, and the key or number in it."""
    if isinstance(body, dict):
        inner: Iterator[tuple[Any, Any]] = iter(body.items())
    elif isinstance(body, list):
        inner = iter(enumerate(body))
    else:
        return []
    return [place for key, value in list(inner) for place in [(body, key), *places(value)]]


def mutated(dice: random.Random) -> Any:
    """One of the starter's processes, or one with branches, with a few places changed."""
    body = deepcopy(dice.choice(BODIES))
    for _ in range(dice.randint(1, MOST_CHANGES)):
        everywhere = places(body)
        if everywhere:
            change(dice, everywhere)
    return body


def change(dice: random.Random, everywhere: Places) -> None:
    container, key = dice.choice(everywhere)
    other, other_key = dice.choice(everywhere)
    match dice.randrange(6):
        case 0:
            del container[key]
        case 1:
            container[key] = deepcopy(dice.choice(JUNK))
        case 2:
            container[key] = deepcopy(other[other_key])
        case 3 if isinstance(container, list):
            container.insert(key, deepcopy(container[key]))
        case 4 if isinstance(container, dict):
            container[dice.choice(["step", "close", "if", "wait", "kind", "outcomes"])] = deepcopy(other[other_key])
        case _ if isinstance(container[key], str):
            strings = [str(held[name]) for held, name in everywhere if isinstance(held[name], str)]
            container[key] = dice.choice(strings)


def facts(dice: random.Random) -> dict[str, Any]:
    return {
        "rating": dice.randint(1, 5),
        "type": dice.choice(list(FeedbackType)).value,
        "priority": dice.choice(list(Priority)).value,
        "customer_level": dice.choice(list(CustomerLevel)).value,
        "accepted": dice.random() < 0.5,
    }


def walk(process: Process, start: str, dice: random.Random) -> None:
    """Go from step to step as loops do: at first anywhere, then by what leads to the end; it must come."""
    place, ways = start, shortest(process)
    for moves in range(3 * len(process.steps) + 30):
        if place == CLOSE:
            return
        step = process.step(place)
        place = left(step, dice) if moves < 10 or step.kind is StepKind.CHOICE else ways[place]
    raise AssertionError(f"{process.key} goes round in circles from {start}")


def left(step: Step, dice: random.Random) -> str:
    """Where an item goes that leaves the step somehow."""
    if step.kind is StepKind.CHOICE:
        return chosen(step.cases, facts(dice))
    outcome = step.way(ended(step, dice)) if step.branches else dice.choice(list(step.outcomes))
    cases = step.conditional.get(outcome)
    return chosen(cases, facts(dice)) if cases else step.outcomes[outcome]


def ended(step: Step, dice: random.Random) -> dict[str, str]:
    """With what the branches of a step have ended by the time that they join."""
    ends: dict[str, str] = {}
    for branch in dice.sample(step.branches, len(step.branches)):
        ends[branch.key] = dice.choice(list(branch.outcomes))
        if step.join.ends_others(ends[branch.key]):
            break
    return ends


def chosen(cases: Iterable[Case], known: Mapping[str, Any]) -> str:
    return next(case.go for case in cases if case.condition is None or holds(case.condition, known))


def shortest(process: Process) -> dict[str, str]:
    """From each step the one that leads to the end soonest."""
    ways: dict[str, str] = {CLOSE: CLOSE}
    for _ in process.steps:
        for step in process.steps:
            towards = next((target for target in step.following if target in ways), None)
            if step.key not in ways and towards is not None:
                ways[step.key] = towards
    return ways


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_let_through_can_be_walked_to_its_end(seed: int) -> None:
    dice, sound = random.Random(seed), 0
    for _ in range(MUTATIONS // SEEDS):
        body = mutated(dice)
        key = body.get("key") if isinstance(body.get("key"), str) else "process"
        problems = check_document(Kind.PROCESS, key, body, KNOWN)
        for problem in problems:
            assert all(say(language, f"problem.{problem.code}", **problem.params) for language in LANGUAGES)
        if is_sound(problems):
            sound += 1
            process = read_process(body)
            for start in {process.first.key, process.reopen_at}:
                walk(process, start, dice)
    assert 0 < sound < MUTATIONS // SEEDS


def test_the_starters_own_are_sound() -> None:
    assert [problem for body in BODIES for problem in check_document(Kind.PROCESS, body["key"], body, KNOWN)] == []
    for body in BODIES:
        walk(read_process(body), read_process(body).first.key, random.Random(0))
