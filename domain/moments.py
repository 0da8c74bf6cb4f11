"""When a loop has to wake: the instants that follow from its clocks, its step and its stage. Pure.

A name tells the activity what is due: ``<clock>.warn.<share>``, ``<clock>.breach``, ``escalate.<level>``, ``silent``
(the customer did not answer), ``finish`` (the reopening window ends). What has fired stands in the rows and never
returns. While a step's limit stands still, so do its escalations; afterwards they come later by as much.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from voxloop.domain.feedback import Priority, Stage
from voxloop.domain.loop import Moment
from voxloop.domain.process import NO_LIMITS, ClockName, Limits, Process, Step, StepKind

StoredRow = Mapping[Any, Any]


def limits_of(name: str, process: Process, step: Step | None) -> Limits:
    """The limits that a clock of that name counts against."""
    if name in (ClockName.RESPOND, ClockName.FINISH):
        if step is None:
            return NO_LIMITS
        return step.respond if name == ClockName.RESPOND else step.limit
    return process.clocks.get(ClockName(name), NO_LIMITS)


def clock_moments(clock: StoredRow, limits: Limits) -> Iterable[Moment]:
    """What a running clock still has to tell: warnings above the last one given, then its breach."""
    if clock["due_at"] is None or clock["paused_at"] is not None or clock["breached_at"] is not None:
        return
    target = timedelta(seconds=clock["target_seconds"])
    for share in limits.warn:
        if share > clock["warned"]:
            yield Moment(clock["due_at"] - target * (1 - share), f"{clock['name']}.warn.{share}")
    yield Moment(clock["due_at"], f"{clock['name']}.breach")


def escalation_moments(
    step: Step, run: StoredRow, finish: StoredRow | None, priority: Priority, scale: float
) -> Iterable[Moment]:
    """The step's escalations not yet fired; ``finish``: the clock of its limit, if it has one."""
    if finish is not None and finish["paused_at"] is not None:
        return
    began = run["entered_at"] + timedelta(seconds=finish["paused_seconds"] if finish is not None else 0)
    limit = step.limit.target(priority)
    for level, escalation in enumerate(step.escalate):
        at = escalation.instant(began, limit, scale)
        if at is not None and f"escalate.{level}" not in run["fired"]:
            yield Moment(at, f"escalate.{level}")


def silence(step: Step, run: StoredRow, scale: float) -> Iterable[Moment]:
    """The end of the customer's time: at her own step, or since a member's step waits for her."""
    since = run["entered_at"] if step.kind is StepKind.CUSTOMER else run["waiting_since"]
    if since is not None and step.wait is not None:
        yield Moment(since + step.wait / scale, "silent")


def window_end(closed_at: datetime, process: Process, scale: float) -> Moment:
    """When a closed item can no longer be reopened and its loop ends."""
    return Moment(closed_at + process.reopen_for / scale, "finish")


def paused_in(stage: Stage, limits: Limits) -> bool:
    """Whether a clock under these limits stands still in that stage."""
    return stage in limits.pause
