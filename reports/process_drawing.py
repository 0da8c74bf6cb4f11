"""A process as a drawing (SVG): its steps, who does them, how long they may take, and where each outcome leads."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from voxloop.domain.branches import Joined
from voxloop.domain.durations import Duration
from voxloop.domain.feedback import Priority
from voxloop.domain.limits import Limits
from voxloop.domain.process import CLOSE, Case, Process, Step, StepKind
from voxloop.domain.rules import Condition
from voxloop.domain.statistics import StepTraffic
from voxloop.domain.texts import Titles, label, outcome_title, say
from voxloop.reports.flow_svg import Box, draw
from voxloop.reports.palette import BLUE, BROWN, GREEN, GREY, INK, ORANGE, PURPLE, RED

_COLOURS = {
    StepKind.TASK: BLUE,
    StepKind.REPLY: GREEN,
    StepKind.CUSTOMER: ORANGE,
    StepKind.LINKED: PURPLE,
    StepKind.CHOICE: BROWN,
    StepKind.AUTOMATIC: GREY,
    StepKind.PARALLEL: RED,
}
_UNITS = (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1)))


@dataclass(frozen=True)
class Words:
    """In which language it is drawn: ``phrase`` tells a condition, ``teams`` are the titles of teams by key.

    The process itself says what its ``outcomes`` are called.
    """

    language: str
    phrase: Callable[[Condition, str], str]
    teams: Titles
    outcomes: Titles = field(default_factory=dict)


@dataclass(frozen=True)
class Traffic:
    """What happens at the steps, by their keys; who left them did so in the last ``days``."""

    days: int
    steps: Mapping[str, StepTraffic]


def draw_process(process: Process, words: Words, traffic: Traffic | None = None) -> str:
    """The drawing, a whole SVG document, with what happens there laid on. Steps that cannot be reached are left out."""
    words = replace(words, outcomes=process.outcome_titles)
    steps = _reachable(process)
    ends = [CLOSE] if any(CLOSE in step.following for step in steps.values()) else []
    places = {key: number for number, key in enumerate([*steps, *ends])}
    boxes = [_box(step, words, traffic) for step in steps.values()]
    boxes += [Box(say(words.language, "stage.closed"), (), INK) for _ in ends]
    arrows: dict[tuple[int, int], list[str]] = {}
    for step in steps.values():
        for name, target in _ways(step, words):
            if target in places:
                arrows.setdefault((places[step.key], places[target]), []).append(name)
    if CLOSE in places and process.reopen_at in places:
        arrows.setdefault((places[CLOSE], places[process.reopen_at]), []).append(_reopened(process, words.language))
    return draw(process.title.get(words.language, process.key), boxes, arrows)


def _reachable(process: Process) -> dict[str, Step]:
    """The steps to which an item can come, also when it is reopened; the first one first."""
    steps = {step.key: step for step in reversed(process.steps)}
    found: dict[str, Step] = {}
    waiting = [process.first.key]
    while waiting:
        step = steps.get(waiting.pop())
        if step is not None and step.key not in found:
            found[step.key] = step
            waiting += reversed(step.following)
            if CLOSE in step.following:
                waiting.insert(0, process.reopen_at)
    return found


def _reopened(process: Process, language: str) -> str:
    window = duration_in(language, Duration(process.reopen_for, whole=True))
    return say(language, "drawing.reopened", window=window)


def _ways(step: Step, words: Words) -> Iterator[tuple[str, str]]:
    """The name and the target of each arrow that leaves a step."""
    yield from _cases(step.cases, words)
    yield from ((_ended(step, joined, words), joined.go) for joined in step.joined)
    for outcome, target in () if step.chooses else step.outcomes.items():
        name = outcome_title(words.outcomes, outcome, words.language)
        if outcome in step.conditional:
            for case, go in _cases(step.conditional[outcome], words):
                yield say(words.language, "drawing.of", what=name, value=case), go
        else:
            yield name, target


def _cases(cases: Iterable[Case], words: Words) -> Iterator[tuple[str, str]]:
    for case in cases:
        otherwise = say(words.language, "rule.otherwise")
        yield words.phrase(case.condition, words.language) if case.condition else otherwise, case.go


def _ended(step: Step, joined: Joined, words: Words) -> str:
    """With what the branches must have ended for a way to be taken."""
    titles = {branch.key: _title(branch, words) for branch in step.branches}
    told = [
        say(words.language, "drawing.of", what=titles.get(key, key), value=_outcomes(sorted(outcomes), words))
        for key, outcomes in joined.ends.items()
    ]
    return say(words.language, "drawing.and").join(told) or say(words.language, "rule.otherwise")


def _outcomes(outcomes: Iterable[str], words: Words) -> str:
    return say(words.language, "drawing.or").join(
        outcome_title(words.outcomes, outcome, words.language) for outcome in outcomes
    )


def _box(step: Step, words: Words, traffic: Traffic | None) -> Box:
    lines = [*_lines(step, words), *(_traffic_lines(step, words, traffic) if traffic else ())]
    return Box(_title(step, words), lines, _COLOURS[step.kind])


def _title(step: Step, words: Words) -> str:
    return step.title.get(words.language) or step.key


def _lines(step: Step, words: Words) -> Iterator[str]:
    yield str(label(words.language, "step_kind", step.kind))
    if step.team is not None:
        yield say(words.language, "drawing.team", team=_team(step.team, words))
    for branch in step.branches:
        having = _team(branch.team, words) if branch.team else str(label(words.language, "step_kind", branch.kind))
        yield say(words.language, "drawing.branch", branch=_title(branch, words), having=having)
    if step.join.first:
        how = "drawing.first_on" if step.join.on else "drawing.first"
        yield say(words.language, how, outcomes=_outcomes(step.join.on, words))
    for name, limits in (("respond", step.respond), ("limit", step.limit)):
        if limits.targets:
            yield say(words.language, f"drawing.{name}", targets=_targets(limits, words.language))
    if step.wait is not None:
        yield say(words.language, "drawing.wait", duration=duration_in(words.language, Duration(step.wait, whole=True)))
    if step.escalate:
        yield say(words.language, "drawing.escalations", count=len(step.escalate))


def _traffic_lines(step: Step, words: Words, traffic: Traffic) -> Iterator[str]:
    for each in (step, *step.branches):
        found = traffic.steps.get(each.key)
        lines = [] if found is None else list(_told_traffic(each, found, words.language, traffic.days))
        for line in lines:
            yield line if each is step else say(words.language, "drawing.of", what=_title(each, words), value=line)


def _told_traffic(step: Step, found: StepTraffic, language: str, days: int) -> Iterator[str]:
    if found.standing:
        yield say(language, "drawing.standing", count=found.standing)
    if found.left:
        stayed = None if step.passing or found.median is None else _roughly(language, found.median)
        yield say(
            language, "drawing.left" if stayed else "drawing.passed", count=found.left, days=days, duration=stayed
        )


def _roughly(language: str, length: timedelta) -> str:
    """A measured length in the unit that people would take, to two figures; a minute at least."""
    name, unit = next((each for each in _UNITS if length >= each[1]), _UNITS[-1])
    count = max(length / unit, 1.0)
    return say(language, f"drawing.{name}", count=f"{count:.1f}".removesuffix(".0") if count < 10 else round(count))


def _team(key: str, words: Words) -> str:
    return words.teams.get(key, {}).get(words.language, key)


def _targets(limits: Limits, language: str) -> str:
    given = ((priority, limits.targets[priority]) for priority in Priority if priority in limits.targets)
    told = [f"{label(language, 'priority', priority)} {duration_in(language, target)}" for priority, target in given]
    return say(language, "drawing.and").join(told)


def duration_in(language: str, duration: Duration) -> str:
    """A duration in words, by the largest unit that leaves nothing over; in days only if it was written so."""
    if duration.days:
        return say(language, "drawing.working_days", count=duration.days)
    units = _UNITS if duration.whole else _UNITS[1:]
    name, unit = next(each for each in units if not duration.time % each[1])
    return say(language, f"drawing.{name}", count=duration.time // unit)
