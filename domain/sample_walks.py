"""One made-up item on its way through a process: where it goes, by when, who hears of it, what is sent and opened.

A walk over a document and nothing else. Persons do what ``Given`` says, in this order for a step that is come to
again; where nothing is said, a step is left by the ``shortest`` way after half of its limit, or of the time for which
its customer is waited for, and a branch that this way does not need is not done. Nobody accepts a step before it is
done. Conditions are asked of the facts as they are given, and of the priority as it is by then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from voxloop.domain.branches import DONE, example, possible_ends
from voxloop.domain.clocks import REAL_PACE, Course
from voxloop.domain.durations import Duration
from voxloop.domain.limits import NO_LIMITS, ClockName, Limits
from voxloop.domain.moments import delayed, pausing, survey_time
from voxloop.domain.process import Process, Step, StepKind
from voxloop.domain.replays import aims, paused_by_stages, replayed
from voxloop.domain.sample_stays import clocks_of, pass_time
from voxloop.domain.samples import Around, Deadline, Given, Item, Sample, Stay, Walked
from voxloop.domain.walks import SILENT, Way, distances, next_step, shortest, way


def walked(process: Process, sample: Sample, around: Around) -> Walked:
    """The sample's way, worked out.

    Raises:
        LookupError: the document names what it has not.
        NeverOpen: a calendar in which somebody works never opens long enough.
    """
    return _Walker(process, Item(sample, around)).walk()


@dataclass(frozen=True)
class _Timed:
    """A clock of the sample; ``stay``: the place of the stay that it belongs to, None for one of the item."""

    name: ClockName
    limits: Limits
    began: datetime
    ended: datetime | None
    team: str | None = None
    stay: int | None = None


class _Walker:
    def __init__(self, process: Process, item: Item) -> None:
        self._process, self._item = process, item
        self._given = list(item.sample.given)
        self._lasting: list[list[Stay]] = []

    def walk(self) -> Walked:
        """Step by step, then clock by clock."""
        found = way(self._process, self._item.sample.received_at, self._leave, self._item.holds)
        stays = self._stays(found)
        last = found.visits[-1].left_at or found.visits[-1].entered_at
        clocks = (*_item_clocks(self._process, self._item.sample.received_at, found), *_step_clocks(self._item, stays))
        deadlines = tuple(_deadline(self._item, clock, last) for clock in clocks)
        walked = Walked(tuple(stays), found.end, found.outcome, deadlines)
        return walked if found.closed_at is None else _closed(walked, self._process, found.closed_at)

    def _stays(self, found: Way) -> list[Stay]:
        """Those at the steps in order, each followed by those at its branches."""
        stays: list[Stay] = []
        lasting = iter(self._lasting)
        for visit in found.visits:
            passed = Stay(visit.step, visit.entered_at, visit.outcome, visit.left_at)
            step, *branches = [passed] if visit.step.passing else next(lasting)
            place = len(stays)
            for branch in branches:
                branch.branch_of = place
            stays += [step, *branches]
        return stays

    def _leave(self, step: Step, at: datetime) -> tuple[str, datetime] | None:
        """What is done at a step, and what happens while it lasts."""
        self._item.come_to(step, at)
        stay, branches = Stay(step, at), [Stay(branch, at) for branch in step.branches]
        if branches:
            self._join(stay, branches)
        else:
            given = self._take(step)
            usual = None if self._item.sample.strict else shortest(step, self._left_from(), self._item.holds)
            self._end(stay, given, usual)
        pass_time(self._item, [stay, *branches])
        self._lasting.append([stay, *branches])
        return None if stay.outcome is None or stay.left_at is None else (stay.outcome, stay.left_at)

    def _left_from(self) -> Mapping[str, int]:
        return distances(self._process, self._item.holds)

    def _take(self, step: Step) -> Given | None:
        """What is said of a step that is come to now; it is said once."""
        given = next((each for each in self._given if each.step == step.key), None)
        if given is not None:
            self._given.remove(given)
        return given

    def _end(self, stay: Stay, given: Given | None, usual: str | None) -> None:
        """Have a step left as is said, else by its ``usual`` outcome; None: it is not left."""
        step, at = stay.step, stay.entered_at
        if step.delay is not None:
            [stay.outcome] = step.outcomes
            stay.left_at = delayed(step.delay, self._item.around.pace(step.delay.calendar, step.team), at)
            return
        stay.outcome = given.outcome if given is not None else usual
        if stay.outcome is not None:
            stay.left_at = self._left_at(step, stay.outcome, at, given.after if given is not None else None)

    def _left_at(self, step: Step, outcome: str, at: datetime, after: Duration | None) -> datetime:
        if after is not None and after.whole:
            return at + after.time
        if step.kind is StepKind.CUSTOMER and step.wait is not None:
            usual = step.wait if outcome == SILENT else step.wait / 2
            return at + (usual if after is None else REAL_PACE.length(after))
        pace = self._item.around.pace(step.limit.calendar, step.team)
        limit = self._item.target(step.limit, pace) or timedelta()
        return pace.time.due(at, limit / 2 if after is None else pace.length(after))

    def _join(self, stay: Stay, branches: Sequence[Stay]) -> None:
        """Have branches end, and the step with them."""
        given = {branch.step.key: each for branch in branches if (each := self._take(branch.step)) is not None}
        usual = {} if self._item.sample.strict else self._usual(stay.step, given)
        for branch in branches:
            self._end(branch, given.get(branch.step.key), usual.get(branch.step.key))
        _be_joined(stay, branches)

    def _usual(self, step: Step, given: Mapping[str, Given]) -> Mapping[str, str]:
        """With what branches end, as far as nothing is said of them, so that the item is soonest at its end."""
        outcomes = {
            branch.key: [given[branch.key].outcome] if branch.key in given else list(branch.outcomes)
            for branch in step.branches
        }
        possible = list(possible_ends(outcomes, step.join))
        ways = [(case.ends, case.go) for case in step.joined] or [({}, DONE)]
        left = self._left_from()
        found = []
        for number, (case, go) in enumerate(ways):
            ends = example(case, possible, [earlier for earlier, _ in ways[:number]])
            if ends is not None:
                found.append((left.get(next_step(step, go, self._item.holds), len(left)), number, ends))
        return min(found, key=lambda each: each[:2])[2] if found else {}


def _be_joined(stay: Stay, branches: Sequence[Stay]) -> None:
    """Leave a parallel step with the last of its branches, or one with which it is over; the others are withdrawn."""
    ends = [(each.left_at, n, each.outcome) for n, each in enumerate(branches) if each.left_at and each.outcome]
    ended: dict[str, str | None] = {}
    for left_at, number, outcome in sorted(ends):
        step = branches[number].step
        ended[step.key] = outcome
        if outcome not in step.outcomes:  # so the way ends here
            stay.outcome, stay.left_at = outcome, left_at
            break
        if len(ended) == len(branches) or stay.step.join.ends_others(outcome):
            stay.outcome, stay.left_at = stay.step.way(ended), left_at
            break
    for branch in branches if stay.outcome is not None else ():
        if branch.step.key not in ended:
            branch.outcome, branch.left_at = None, stay.left_at


def _closed(walked: Walked, process: Process, at: datetime) -> Walked:
    """With the reason that follows from the last outcome, and the survey."""
    last = next(stay.outcome for stay in reversed(walked.stays) if stay.branch_of is None)
    reason = process.reasons.get(process.closing_reasons.get(last or "", ""))
    [*asked] = survey_time(walked.outcome, at, process, scale=1)
    survey = process.survey if asked else None
    return replace(walked, reason=reason, survey=survey, surveyed_at=asked[0].at if asked else None)


def _item_clocks(process: Process, received_at: datetime, found: Way) -> Iterator[_Timed]:
    answers = [
        visit.left_at
        for visit in found.visits
        if visit.left_at is not None and visit.step.kind is StepKind.REPLY and not visit.step.automatic
    ]
    ends = {
        ClockName.FIRST_RESPONSE: next(iter(answers), None),
        ClockName.RESOLUTION: found.closed_at,
        ClockName.TOTAL_RESOLUTION: found.closed_at,
    }
    for name, ended in ends.items():
        yield _Timed(name, process.clocks.get(name, NO_LIMITS), received_at, ended)
    for visit in found.visits:
        asked = visit.left_at
        if asked is not None and visit.step.kind is StepKind.CUSTOMER and visit.outcome == "answered":
            replied = next((at for at in answers if at >= asked), None)
            limits = process.clocks.get(ClockName.NEXT_REPLY, NO_LIMITS)
            yield _Timed(ClockName.NEXT_REPLY, limits, asked, replied)


def _step_clocks(item: Item, stays: Sequence[Stay]) -> Iterator[_Timed]:
    for place, stay in enumerate(stays):
        step = stay.step
        for name in clocks_of(step):
            limits = step.respond if name is ClockName.RESPOND else step.limit
            ended = _accepted(item, stay) if name is ClockName.RESPOND else stay.left_at
            yield _Timed(name, limits, stay.entered_at, ended, step.team, place)


def _accepted(item: Item, stay: Stay) -> datetime | None:
    """When a made-up member takes it on: after half of the time to respond, at the latest when it is left."""
    pace = item.around.pace(stay.step.respond.calendar, stay.step.team)
    target = item.target(stay.step.respond, pace)
    if target is None or stay.left_at is None:
        return stay.left_at
    return min(pace.time.due(stay.entered_at, target / 2), stay.left_at)


def _deadline(item: Item, timed: _Timed, last: datetime) -> Deadline:
    pace = item.around.pace(timed.limits.calendar, timed.team)
    course = Course(timed.began, (), timed.ended, timed.ended is not None)
    course = paused_by_stages(course, item.history, pausing(timed.name, timed.limits))
    targets = aims(course, item.history, lambda standing: item.target(timed.limits, pace, standing))
    said = replayed(course, targets, pace, max(last, timed.began))
    return Deadline(timed.name, timed.stay, timed.began, said.due_at, said.breached_at)
