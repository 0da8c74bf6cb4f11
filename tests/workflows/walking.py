"""Walking an item through its process: which outcomes to take to come by a wanted one, and what brings each about."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import product
from uuid import UUID

import yaml

from voxloop.domain.calendars import DAY
from voxloop.domain.forms import Field, FieldKind, wrongly_filled
from voxloop.domain.loop import Verb
from voxloop.domain.process import CLOSE, Case, Process, Step, StepKind
from voxloop.domain.process_reader import read_process
from voxloop.rules.evaluator import holds
from voxloop.tests.workflows.house import House

REOPEN = "reopen"
Exit = tuple[str, str, str]  # step, outcome (of a parallel step what its branches end with), where that leads
Way = tuple[Exit, ...]
# Whose items there are, as columns to hand in and as facts for conditions.
SITUATIONS: tuple[tuple[Mapping[str, str], Mapping[str, str]], ...] = (
    ({"customer_ref": "C0010"}, {"customer_level": "regular"}),
    ({"customer_ref": "C0004"}, {"customer_level": "vip"}),
    ({"customer_ref": "C0010", "batch": "W4-20260925"}, {"customer_level": "regular", "batch": "W4-20260925"}),
)
# What routes to processes that handle no type.
ROUTED = {"safety_risk": {"scenario": "safety_risk", "text": "服务太差，取暖器漏电也没人管"}}
_FILLED: Mapping[FieldKind, Callable[[Field], object]] = {
    FieldKind.TEXT: lambda field: "是",
    FieldKind.LONG_TEXT: lambda field: "是",
    FieldKind.NUMBER: lambda field: field.min or 1,
    FieldKind.CHOICE: lambda field: field.options[0].key,
    FieldKind.CHOICES: lambda field: [option.key for option in field.options],
    FieldKind.DATE: lambda field: "2026-12-01",
    FieldKind.FLAG: lambda field: True,
    FieldKind.MEMBER: lambda field: "li_na",
}


def starter_processes() -> list[Process]:
    """The processes of a fresh install."""
    folder = files("voxloop.starter").joinpath("processes")
    sources = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yaml"))
    return [read_process(yaml.safe_load(folder.joinpath(name).read_text("utf-8"))) for name in sources]


def exits(process: Process) -> list[Exit]:
    """Every outcome of every step, with each place where it may lead; of branches whatever they can end with."""
    return [
        (step.key, outcome, target)
        for step in process.steps
        for outcome in outcomes(step)
        for target in sorted(_targets(step, outcome))
    ]


def outcomes(step: Step) -> list[str]:
    """By what a step can be left: ``settled``, or ``call.reached+check_batch.risk``."""
    if step.kind is not StepKind.PARALLEL:
        return list(step.outcomes)
    each = [[f"{branch.key}.{end}" for end in branch.outcomes] for branch in step.branches]
    return ["+".join(ends) for ends in product(*each)]


def _ends(outcome: str) -> dict[str, str]:
    return dict(end.split(".") for end in outcome.split("+"))


def _targets(step: Step, outcome: str) -> Sequence[str]:
    if step.kind is StepKind.PARALLEL:
        return step.targets(step.way(_ends(outcome)))
    return step.targets(outcome)


def way_through(process: Process, wanted: Exit) -> tuple[Mapping[str, str], Way]:
    """What to hand in, and the shortest way from the first step that takes the wanted exit and ends.

    It goes over a reopening if need be, and wherever conditions decide as they do for such an item.
    """
    key, outcome, target = wanted
    for columns, facts in SITUATIONS:
        if key == CLOSE or _leads(process.step(key), outcome, facts) == target:
            before, after = (_shortest(process, *ends, facts) for ends in ((process.first.key, key), (target, CLOSE)))
            if before is not None and after is not None:
                return columns, (*before, wanted, *after)
    raise LookupError(wanted)


def _leads(step: Step, outcome: str, facts: Mapping[str, str]) -> str:
    if step.kind is StepKind.CHOICE:
        return _first(step.cases, facts)
    return _first(step.conditional[outcome], facts) if outcome in step.conditional else _targets(step, outcome)[0]


def _first(cases: Sequence[Case], facts: Mapping[str, str]) -> str:
    return next(case.go for case in cases if case.condition is None or holds(case.condition, facts))


def _shortest(process: Process, start: str, goal: str, facts: Mapping[str, str]) -> Way | None:
    ways: deque[tuple[str, Way]] = deque([(start, ())])
    seen = set()
    while ways:
        place, way = ways.popleft()
        if place == goal:
            return way
        if place not in seen:
            seen.add(place)
            ways += [(exit_[2], (*way, exit_)) for exit_ in _exits(process, place, facts)]
    return None


def _exits(process: Process, place: str, facts: Mapping[str, str]) -> Iterator[Exit]:
    if place == CLOSE:
        yield CLOSE, REOPEN, process.reopen_at
    else:
        step = process.step(place)
        possible = [_first(step.cases, facts)] if step.kind is StepKind.CHOICE else outcomes(step)
        yield from ((place, outcome, _leads(step, outcome, facts)) for outcome in possible)


async def take(house: House, item: UUID, process: Process, exit_: Exit) -> None:
    """Have the item leave its step with that outcome, by whoever can bring it about."""
    key, outcome, _ = exit_
    if key == CLOSE:
        await house.act(item, Verb.REOPEN)
        await house.settle()
        return
    step = process.step(key)
    if step.passing:
        return
    assert (await house.row(item))["step"] == step.key
    if step.kind is StepKind.PARALLEL:
        for branch, end in _ends(outcome).items():
            await _bring_about(house, item, process, (process.step(branch), end))
    else:
        await _bring_about(house, item, process, (step, outcome))


async def _bring_about(house: House, item: UUID, process: Process, wanted: tuple[Step, str]) -> None:
    step, outcome = wanted
    verbs = {"confirmed": Verb.CONFIRM, "rejected": Verb.REJECT, "answered": Verb.CUSTOMER_REPLY}
    needs_reason = outcome in process.unreasoned(step)
    reason = next(iter(process.reasons)) if needs_reason else None
    filled = {field.key: _FILLED[field.kind](field) for field in step.form}
    assert wrongly_filled(step.form, outcome, filled) == []
    if step.kind is StepKind.TASK:
        words = {"fields": filled}
        done = {"step": step.key, "outcome": outcome, "fields": list(filled), "reason": reason}
        await house.act(item, Verb.COMPLETE, words, **done)
    elif step.kind is StepKind.REPLY:
        await house.act(item, Verb.REPLY, {"text": "答复", "fields": filled}, fields=list(filled), reason=reason)
    elif step.kind is StepKind.LINKED:
        await house.move_links(item, outcome, step.system or "")
    elif outcome in verbs:
        await house.act(item, verbs[outcome], {"text": "客户的话"}, actor="customer:C0010")
    elif step.delay is not None and step.delay.length is not None:
        await house.let_pass(step.delay.length.length(DAY))
    else:
        assert step.wait is not None
        await house.let_pass(step.wait)
    await house.settle()
