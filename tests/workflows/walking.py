"""Walking an item through its process: which outcomes to take to come by a wanted one, and what brings each about."""

from collections import deque
from collections.abc import Iterator
from importlib.resources import files
from uuid import UUID

import yaml

from voxloop.domain.loop import Verb
from voxloop.domain.process import CLOSE, Process, Step, StepKind
from voxloop.domain.process_reader import read_process
from voxloop.rules.evaluator import holds
from voxloop.tests.workflows.house import House

Way = tuple[tuple[str, str], ...]  # (step, outcome) ...
REOPEN = (CLOSE, "reopen")
CUSTOMERS = {"regular": "C0010", "vip": "C0004"}


def starter_processes() -> list[Process]:
    """The processes of a fresh install."""
    folder = files("voxloop.starter").joinpath("processes")
    sources = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yaml"))
    return [read_process(yaml.safe_load(folder.joinpath(name).read_text("utf-8"))) for name in sources]


def way_through(process: Process, wanted: tuple[str, str]) -> Way:
    """The shortest way from the first step that takes the wanted outcome and ends; over a reopening if need be."""
    there = _shortest(process, process.first.key, wanted[0])
    following = process.step(wanted[0]).outcomes[wanted[1]]
    return (*there, wanted, *_shortest(process, following, CLOSE))


def customer_for(process: Process, way: Way) -> str:
    """One of the sample's customers whose item takes that way at each choice."""
    choices = [(process.step(key), outcome) for key, outcome in way if key != CLOSE]
    for level, ref in CUSTOMERS.items():
        if all(_chosen(step, level) == outcome for step, outcome in choices if step.kind is StepKind.CHOICE):
            return ref
    raise LookupError(way)


def _chosen(step: Step, level: str) -> str:
    facts = {"customer_level": level}
    return next(case.go for case in step.cases if case.condition is None or holds(case.condition, facts))


def _shortest(process: Process, start: str, goal: str) -> Way:
    ways: deque[tuple[str, Way]] = deque([(start, ())])
    seen = set()
    while ways:
        place, way = ways.popleft()
        if place == goal:
            return way
        if place not in seen:
            seen.add(place)
            ways += [(following, (*way, (place, outcome))) for outcome, following in _exits(process, place)]
    raise LookupError(goal)


def _exits(process: Process, place: str) -> Iterator[tuple[str, str]]:
    if place == CLOSE:
        yield REOPEN[1], process.reopen_at
    else:
        yield from process.step(place).outcomes.items()


async def take(house: House, item: UUID, process: Process, exit_: tuple[str, str]) -> None:
    """Have the item leave its step with that outcome, by whoever can bring it about."""
    if exit_ == REOPEN:
        await house.act(item, Verb.REOPEN)
        return
    step, outcome = process.step(exit_[0]), exit_[1]
    if not step.passing:
        assert (await house.row(item))["step"] == step.key
        await _bring_about(house, item, step, outcome)


async def _bring_about(house: House, item: UUID, step: Step, outcome: str) -> None:
    verbs = {"confirmed": Verb.CONFIRM, "rejected": Verb.REJECT, "answered": Verb.CUSTOMER_REPLY}
    if step.kind is StepKind.TASK:
        words = {"fields": dict.fromkeys(step.require, "是")}
        await house.act(item, Verb.COMPLETE, words, outcome=outcome, fields=list(step.require))
    elif step.kind is StepKind.REPLY:
        await house.act(item, Verb.REPLY, {"text": "答复"})
    elif step.kind is StepKind.LINKED:
        await house.move_links(item, outcome)
    elif outcome in verbs:
        await house.act(item, verbs[outcome], {"text": "客户的话"}, actor="customer:C0010")
    else:
        assert step.wait is not None
        await house.let_pass(step.wait)
    await house.settle()
