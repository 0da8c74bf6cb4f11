"""Whether a process that can be read makes sense: can be walked to its end, and refers only to what exists.

Publishing asks this; a process without problems can be run by the loop with no case left out.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from voxloop.domain.branch_checker import parallel_problems
from voxloop.domain.branches import DONE
from voxloop.domain.decision import RECIPIENT_KINDS, Tell
from voxloop.domain.detail_checker import detail_problems
from voxloop.domain.feedback import Stage
from voxloop.domain.limit_checker import above, calendar_problems, clock_problems, level_problems, limit_problems
from voxloop.domain.limits import Anchor
from voxloop.domain.problems import InvalidDocument, Known, Problem, unknown
from voxloop.domain.process import (
    CLOSE,
    JOIN,
    MEMBER_STEPS,
    NO_CHANGE,
    RESERVED,
    Assign,
    Case,
    Process,
    Step,
    StepKind,
    Strategy,
)
from voxloop.domain.process_reader import read_process
from voxloop.domain.submission import LONGEST_TAG, unreadable


def check_process(body: Mapping[str, object], known: Known) -> list[Problem]:
    """Everything that is wrong with a process document; what cannot be read hides the rest."""
    try:
        process = read_process(body)
    except InvalidDocument as invalid:
        return list(invalid.problems)
    ways = [*_process_problems(process, known), *_way_problems(process), *_step_problems(process, known)]
    return [*ways, *calendar_problems(process, known), *detail_problems(process, known)]


def _process_problems(process: Process, known: Known) -> Iterator[Problem]:
    keys = [step.key for step in process.steps]
    if process.reopen_at not in keys:
        params = {"target": process.reopen_at, "known": ", ".join(keys)}
        yield Problem("reopen_at", "process.unknown_reopen_at", params)
    yield from clock_problems(process, known)
    ends = {outcome for step in process.steps for outcome in step.outcomes if CLOSE in step.targets(outcome)}
    for outcome in sorted(process.closes.keys() - ends):
        yield Problem(f"closes.{outcome}", "process.not_an_end", {"outcome": outcome, "known": _listed(ends)})


def _way_problems(process: Process) -> Iterator[Problem]:
    """Steps that are never reached, and steps from which nothing leads to the end."""
    steps = {step.key: step for step in reversed(process.steps) if step.key != CLOSE}
    starts = {process.first.key, process.reopen_at}
    reached = _reached(starts, {key: set(step.following) for key, step in steps.items()})
    # An outcome that leads nowhere is told as such, and so counts as an end here.
    back = {key: {step.key for step in steps.values() if key in step.following} for key in steps}
    ends = {step.key for step in steps.values() if set(step.following) - steps.keys()}
    ending = _reached(ends, back)
    spinning = _spinning(steps)
    for index, step in enumerate(process.steps):
        if step is not steps.get(step.key):
            continue
        if step.key not in reached:
            yield Problem(f"steps[{index}]", "process.unreachable", {"step": step.key})
        elif step.outcomes and step.key not in ending:
            ways = "choice" if step.chooses else "outcomes"
            yield Problem(f"steps[{index}].{ways}", "process.endless", {"step": step.key})
        elif step.key in spinning:
            yield Problem(f"steps[{index}]", "process.spinning", {"step": step.key})


def _spinning(steps: Mapping[str, Step]) -> set[str]:
    """Steps from which an item could come back to them without anybody having been waited for."""
    ways = {key: set(step.following) for key, step in steps.items() if _waits_for_nobody(step)}
    return {key for key in ways if key in _reached(ways[key], ways)}


def _waits_for_nobody(step: Step) -> bool:
    """A linked step is passed at once when all that is linked is settled, unless it opens something itself.

    A parallel one is, when enough of its branches are.
    """
    opens = any(opened.system == step.system for opened in step.opens)
    if step.kind is StepKind.PARALLEL:
        return (any if step.join.first else all)(map(_waits_for_nobody, step.branches))
    return step.passing or (step.kind is StepKind.LINKED and not opens)


def _reached(start: set[str], ways: Mapping[str, set[str]]) -> set[str]:
    reached, waiting = set(start), list(start)
    while waiting:
        found = ways.get(waiting.pop(), set()) - reached
        reached |= found
        waiting += found
    return reached


def _step_problems(process: Process, known: Known) -> Iterator[Problem]:
    targets = {*(step.key for step in process.steps), CLOSE}
    earlier: list[Step] = []
    for index, step in enumerate(process.steps):
        path = f"steps[{index}]"
        yield from _key_problems(path, step, earlier)
        yield from _outcome_problems(path, step, targets)
        yield from _passing_problems(path, step)
        yield from _problems_of(path, step, earlier, known)
        yield from parallel_problems(path, step)
        for number, branch in enumerate(step.branches):
            place = f"{path}.branches[{number}]"
            yield from _key_problems(place, branch, [*earlier, step, *step.branches[:number]])
            yield from _outcome_problems(place, branch, {JOIN})
            yield from _problems_of(place, branch, earlier, known)
            if not step.join.first:  # else another branch may end the step before
                limits = (f"{place}.limit", branch.limit), (f"{path}.limit", step.limit)
                yield from above(*limits, known, "process.branch_above")
        earlier += [step, *step.branches]


def _key_problems(path: str, step: Step, earlier: Sequence[Step]) -> Iterator[Problem]:
    if step.key in RESERVED:
        yield Problem(f"{path}.key", "process.reserved", {"step": step.key})
    if any(step.key == before.key for before in earlier):
        yield Problem(f"{path}.key", "process.duplicate", {"step": step.key})


def _problems_of(path: str, step: Step, earlier: Iterable[Step], known: Known) -> Iterator[Problem]:
    yield from _needs(path, step)
    yield from limit_problems(path, step, known)
    yield from _unknown_in_step(path, step, known)
    yield from level_problems(path, step, known)
    yield from _escalation_problems(path, step, known)
    yield from _assign_problems(path, step, earlier, known)
    yield from _pause_problems(path, step)


def _outcome_problems(path: str, step: Step, targets: set[str]) -> Iterator[Problem]:
    for place, outcome, target in _ways(path, step):
        if target not in targets:
            params = {"outcome": outcome, "target": target, "known": _listed(targets)}
            yield Problem(place, "process.unknown_step", params)
    cases = _cases(step)
    if cases is None and not step.outcomes and step.kind is not StepKind.CHOICE:
        yield Problem(f"{path}.outcomes", "process.no_outcome", {"step": step.key})
    if cases is not None and set(cases) != step.outcomes.keys():
        params = {"step": step.key, "kind": step.kind, "cases": ", ".join(cases), "given": ", ".join(step.outcomes)}
        yield Problem(f"{path}.outcomes", "process.cases", params)


def _ways(path: str, step: Step) -> Iterator[tuple[str, str, str]]:
    """Place, outcome and target of each way out of a step."""
    if step.kind is StepKind.CHOICE:
        yield from _case_ways(f"{path}.choice", None, step.cases)
        return
    for number, joined in enumerate(step.joined):
        yield f"{path}.choice[{number}].{'go' if joined.ends else 'else'}", joined.go, joined.go
    for outcome, target in () if step.joined else step.outcomes.items():
        place = f"{path}.outcomes.{outcome}"
        if outcome in step.conditional:
            yield from _case_ways(place, outcome, step.conditional[outcome])
        else:
            yield place, outcome, target


def _case_ways(path: str, outcome: str | None, cases: Sequence[Case]) -> Iterator[tuple[str, str, str]]:
    for number, case in enumerate(cases):
        yield f"{path}[{number}].{'else' if case.condition is None else 'go'}", outcome or case.go, case.go


def _cases(step: Step) -> tuple[str, ...] | None:
    """The outcomes that a step must have, or None when its author chooses them."""
    match step.kind:
        case StepKind.TASK | StepKind.CHOICE | StepKind.AUTOMATIC:
            return None
        case StepKind.PARALLEL:
            return None if step.joined else (DONE,)
        case StepKind.REPLY:
            return ("sent",)
        case StepKind.LINKED:
            return ("done", "refused")
        case StepKind.CUSTOMER:
            return ("confirmed", "rejected", "silent") if step.confirmation else ("answered", "silent")


def _needs(path: str, step: Step) -> Iterator[Problem]:
    customer = step.kind is StepKind.CUSTOMER
    needed = {
        "wait": customer and step.wait is None,
        "send": customer and not step.confirmation and step.send is None,
        "system": step.kind is StepKind.LINKED and step.system is None,
    }
    for key in (key for key, missing in needed.items() if missing):
        yield Problem(f"{path}.{key}", f"process.needs_{key}", {"step": step.key})


def _passing_problems(path: str, step: Step) -> Iterator[Problem]:
    """Whoever goes by cases knows a way whatever the case; an automatic step does something and goes one way."""
    if step.kind is StepKind.CHOICE:
        yield from _case_problems(f"{path}.choice", step, step.cases)
    for outcome, cases in step.conditional.items():
        yield from _case_problems(f"{path}.outcomes.{outcome}", step, cases)
    if step.kind is StepKind.AUTOMATIC:
        if len(step.outcomes) > 1:
            yield Problem(f"{path}.outcomes", "process.one_outcome", {"step": step.key})
        if not (step.send or step.tell or step.opens or step.sets != NO_CHANGE or step.delay or step.call):
            yield Problem(path, "process.idle_step", {"step": step.key})
        for number, tag in enumerate(step.sets.tags):
            if len(tag) > LONGEST_TAG or unreadable(tag):
                yield Problem(f"{path}.set.tags[{number}]", "process.bad_tag", {"limit": str(LONGEST_TAG)})


def _case_problems(path: str, step: Step, cases: Sequence[Case]) -> Iterator[Problem]:
    ends = [number for number, case in enumerate(cases) if case.condition is None]
    if not ends:
        yield Problem(path, "process.needs_else", {"step": step.key})
    for number in range(ends[0] + 1 if ends else len(cases), len(cases)):
        yield Problem(f"{path}[{number}]", "process.dead_case", {"step": step.key})


def _pause_problems(path: str, step: Step) -> Iterator[Problem]:
    """A step has one stage; only a member can leave it for a while, by waiting for the customer. A branch cannot."""
    waits = step.kind in MEMBER_STEPS and JOIN not in step.outcomes.values()
    for key, limits in (("respond", step.respond), ("limit", step.limit)):
        for number, stage in enumerate(limits.pause):
            if not waits or stage is not Stage.WAITING_CUSTOMER:
                yield Problem(f"{path}.{key}.pause[{number}]", "process.never_paused", {"stage": stage})


def _unknown_in_step(path: str, step: Step, known: Known) -> Iterator[Problem]:
    yield from _unknown(f"{path}.team", "team", step.team, known.teams)
    yield from _unknown(f"{path}.send", "template", step.send, known.templates)
    yield from _unknown(f"{path}.system", "system", step.system, known.systems)
    yield from _unknown_told(f"{path}.tell", step.tell, known)
    for index, opened in enumerate(step.opens):
        yield from _unknown(f"{path}.open[{index}].system", "system", opened.system, known.systems)
        yield from _unknown(f"{path}.open[{index}].template", "template", opened.template, known.templates)


def _escalation_problems(path: str, step: Step, known: Known) -> Iterator[Problem]:
    for index, escalation in enumerate(step.escalate):
        place = f"{path}.escalate[{index}]"
        if escalation.anchor is not Anchor.SINCE and not step.limit.targets:
            yield Problem(f"{place}.at", "process.needs_limit", {"step": step.key})
        yield from _unknown_told(f"{place}.tell", escalation.tell, known)


def _unknown_told(path: str, tells: Sequence[Tell], known: Known) -> Iterator[Problem]:
    for number, tell in enumerate(tells):
        # One may be written without a list: then only the path without a number is sure to exist.
        yield from _unknown_recipient(path if len(tells) == 1 else f"{path}[{number}]", tell, known)


def _unknown_recipient(path: str, tell: Tell, known: Known) -> Iterator[Problem]:
    if not isinstance(tell.to, str):
        for noun, keys in zip(RECIPIENT_KINDS, (known.roles, known.teams, known.members), strict=True):
            yield from _unknown(path, noun, tell.to.get(noun), keys)


def _assign_problems(path: str, step: Step, earlier: Iterable[Step], known: Known) -> Iterator[Problem]:
    assign, place = step.assign, f"{path}.assign"
    if assign.same_as is not None:
        keys = [before.key for before in earlier if before.kind in MEMBER_STEPS]
        if assign.same_as not in keys:
            params = {"target": assign.same_as, "known": ", ".join(keys)}
            yield Problem(f"{place}.same_as", "process.not_earlier", params)
    if assign != Assign() and step.kind not in MEMBER_STEPS:
        yield Problem(place, "process.idle_assign", {"step": step.key, "kind": step.kind}, warning=True)
    if assign.strategy is Strategy.SKILL and not assign.skills:
        yield Problem(place, "process.no_skills", {"step": step.key}, warning=True)
    for number, skill in enumerate(assign.skills):
        if step.team is not None and f"{step.team}.{skill}" not in known.skills:
            params = {"skill": skill, "team": step.team}
            yield Problem(f"{place}.skills[{number}]", "process.unskilled", params, warning=True)


def _unknown(path: str, noun: str, key: str | None, known: Collection[str]) -> Iterator[Problem]:
    yield from unknown(path, f"process.unknown_{noun}", key, known)


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys))
