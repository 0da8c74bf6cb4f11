"""When a loop has to wake: the instants that follow from its clocks, its step and its stage. Pure.

A name tells the activity what is due: ``<clock>.warn.<share>``, ``<clock>.breach``, ``escalate.<level>``, ``silent``
(the customer did not answer), ``remind.<n>`` (she is asked again), ``waited`` (an automatic step has waited),
``survey`` (a closed item's customer is asked how content she is), ``wake`` (what was put aside comes back), ``finish``
(the reopening window ends). What has fired stands in the rows and never returns. While a step's limit stands still, so
do its escalations; afterwards they come later by as much. A branch's clocks and escalations name its run:
``finish/7.breach``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from voxloop.domain.calendars import NeverOpen
from voxloop.domain.clocks import REAL_PACE, Clock, Pace
from voxloop.domain.feedback import Stage
from voxloop.domain.limits import NO_LIMITS, STEP_CLOCKS, Anchor, ClockName, Escalation, Limits
from voxloop.domain.loop import Moment
from voxloop.domain.process import Delay, Process, Step, StepKind

PASSED = "passed"  # what a row keeps of a level that was due and not needed: it has not risen to that

StoredRow = Mapping[Any, Any]
Timed = tuple[Clock, Pace]


def at_branch(name: str, branch: int | None) -> str:
    """The name of a clock or of a moment as that of a branch: ``finish/7``, ``escalate/7.0``."""
    kind, dot, rest = name.partition(".")
    return name if branch is None else f"{kind}/{branch}{dot}{rest}"


def limits_of(name: str, process: Process, step: Step | None) -> Limits:
    """The limits that a clock of that name counts against."""
    if name in STEP_CLOCKS:
        if step is None:
            return NO_LIMITS
        return step.respond if name == ClockName.RESPOND else step.limit
    return process.clocks.get(ClockName(name), NO_LIMITS)


def clock_moments(name: str, timed: Timed, limits: Limits) -> Iterable[Moment]:
    """What a running clock still has to tell: warnings above the last one given, then its breach."""
    clock, pace = timed
    if clock.due_at is None or clock.breached_at is not None:
        return
    if clock.paused_at is not None and not clock.manual:
        if clock.missed(clock.paused_at):  # before it stood still
            yield Moment(clock.due_at, f"{name}.breach")
        return
    for share in limits.warn:
        at = clock.at_share(share, pace.time) if share > clock.warned else None
        if at is not None:
            yield Moment(at, f"{name}.warn.{share}")
    yield Moment(clock.due_at, f"{name}.breach")


def escalation_moments(step: Step, run: StoredRow, finish: Timed | None, own: Mapping[str, Pace]) -> Iterable[Moment]:
    """The step's escalations above the highest that has fired, for levels only rise, without those passed over.

    ``finish``: the clock of its limit, ``own``: calendars that they name.
    """
    if finish is not None and finish[0].paused_at is not None and not finish[0].manual:
        return
    limit = finish or (Clock(run["entered_at"]), REAL_PACE)
    risen = max((level for level in range(len(step.escalate)) if f"escalate.{level}" in run["fired"]), default=-1)
    for level, escalation in enumerate(step.escalate):
        if level > risen and f"{PASSED}.{level}" not in run["fired"]:
            at = _instant(escalation, limit, own.get(escalation.calendar or "", limit[1]))
            if at is not None:
                yield Moment(at, f"escalate.{level}")


def _instant(escalation: Escalation, limit: Timed, pace: Pace) -> datetime | None:
    """When an escalation is due, its offset counted in ``pace``; None without a limit that it needs, or never."""
    clock, counted = limit
    try:
        if escalation.anchor is Anchor.SHARE:
            return clock.at_share(escalation.share, counted.time)
        still = timedelta(seconds=clock.paused_seconds)
        base = counted.time.due(clock.started_at, still) if escalation.anchor is Anchor.SINCE else clock.due_at
        if base is None:
            return None
        if escalation.anchor is Anchor.AFTER and clock.breached_at is not None and not clock.manual:
            # What stood still after its breach did not move its due instant, but moves what comes after it.
            base = max(base, counted.time.due(clock.started_at, timedelta(seconds=clock.target_seconds or 0.0) + still))
        return pace.time.due(base, pace.length(escalation.offset))
    except NeverOpen:
        return None


def silence(step: Step, run: StoredRow, scale: float) -> Iterable[Moment]:
    """The end of the customer's time: at her own step, or since a member's step waits for her."""
    since = run["entered_at"] if step.kind is StepKind.CUSTOMER else run["waiting_since"]
    if since is not None and step.wait is not None:
        yield Moment(since + step.wait / scale, "silent")


def reminders(step: Step, run: StoredRow, scale: float) -> Iterable[Moment]:
    """When the customer is reminded at her own step, each time once."""
    for number, reminder in enumerate(step.remind):
        if f"remind.{number}" not in run["fired"]:
            yield Moment(run["entered_at"] + reminder.at / scale, f"remind.{number}")


def overtaken(reminder: Moment, step: Step, run: StoredRow, scale: float, now: datetime) -> bool:
    """Whether what follows a reminder is due as well by now: after an outage she would be asked twice, or too late."""
    following = (*reminders(step, run, scale), *silence(step, run, scale))
    return any(reminder.at < moment.at <= now for moment in following)


def delayed(delay: Delay, pace: Pace, now: datetime) -> datetime:
    """When a wait that begins now is over: at once where a calendar never opens long enough."""
    try:
        if delay.length is None:
            return pace.time.opens(now)
        return pace.time.due(now, pace.length(delay.length))
    except NeverOpen:
        return now


def wait_end(run: StoredRow) -> Iterable[Moment]:
    """When an automatic step goes on."""
    if run["wait_until"] is not None:
        yield Moment(run["wait_until"], "waited")


def survey_time(outcome: str | None, closed_at: datetime, process: Process, scale: float) -> Iterable[Moment]:
    """When the customer of a closed item that was not asked yet is sent the survey."""
    survey = process.survey
    if survey is not None and outcome not in survey.unless:
        yield Moment(closed_at + survey.after / scale, "survey")


def window_end(closed_at: datetime, process: Process, scale: float) -> Moment:
    """When a closed item can no longer be reopened and its loop ends."""
    return Moment(closed_at + process.reopen_for / scale, "finish")


def pausing(name: str, limits: Limits) -> tuple[Stage, ...]:
    """The stages in which a clock of that name under these limits stands still."""
    return (*limits.pause, Stage.CLOSED) if name == ClockName.TOTAL_RESOLUTION else limits.pause
