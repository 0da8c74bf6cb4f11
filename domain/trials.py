"""What a what-if tries instead of what is published: another process, other calendars, targets, another staffing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from voxloop.domain.durations import Duration, read_length
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority
from voxloop.domain.limits import ITEM_CLOCKS, NO_LIMITS, REAL, ClockName, Limits, Targets
from voxloop.domain.process import Process, Step
from voxloop.domain.process_reader import read_process

MOST_STAFF = 1000


class Side(StrEnum):
    """What happened, and what would have."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Target:
    """Another target of a clock: of one process or all, one step, one priority or all, customers of a level, a type.

    ``target`` None leaves it as it is; so does ``calendar``, where ``real`` is real time.
    """

    clock: ClockName
    target: Duration | None = None
    process: str | None = None
    step: str | None = None
    priority: Priority | None = None
    level: CustomerLevel | None = None
    type: FeedbackType | None = None
    calendar: str | None = None


@dataclass(frozen=True)
class Staff:
    """Who works in a team: so many members, each at ``capacity`` items at once, by that calendar (None: always)."""

    team: str
    members: int
    calendar: str | None = None
    capacity: int = 1


@dataclass(frozen=True)
class Trial:
    """All that is tried at once. ``calendars``: bodies by key, instead of those that are published."""

    process: Process | None = None
    calendars: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    targets: Sequence[Target] = ()
    staffing: Sequence[Staff] = ()

    def tried(self, process: Process) -> Process:
        """The process that would have stood in the place of this one."""
        found = self.process if self.process is not None and self.process.key == process.key else process
        wanted = [each for each in self.targets if each.process in (None, found.key)]
        if not wanted:
            return found
        clocks = {name: _aimed(found.clocks.get(name, NO_LIMITS), wanted, name) for name in ITEM_CLOCKS}
        return replace(
            found,
            clocks={name: limits for name, limits in clocks.items() if limits is not NO_LIMITS},
            steps=tuple(_step(step, wanted) for step in found.steps),
        )


def read_trial(request: Mapping[str, Any]) -> Trial:
    """The trial that ``request`` describes as JSON.

    Raises:
        InvalidDocument: its process has not the form of one.
        ValueError, KeyError: a target or a time is none.
    """
    process = request.get("process")
    return Trial(
        process=read_process(process) if process else None,
        calendars=request.get("calendars") or {},
        targets=tuple(map(_target, request.get("targets") or ())),
        staffing=tuple(Staff(**staff) for staff in request.get("staffing") or ()),
    )


def _target(given: Mapping[str, Any]) -> Target:
    def word(kind: type[StrEnum], name: str) -> Any:
        return kind(given[name]) if given.get(name) else None

    return Target(
        clock=ClockName(given["clock"]),
        target=read_length(given["target"]) if given.get("target") else None,
        process=given.get("process"),
        step=given.get("step"),
        priority=word(Priority, "priority"),
        level=word(CustomerLevel, "level"),
        type=word(FeedbackType, "type"),
        calendar=given.get("calendar"),
    )


def _step(step: Step, wanted: Sequence[Target]) -> Step:
    mine = [each for each in wanted if each.step in (None, step.key)]
    return replace(
        step,
        respond=_aimed(step.respond, mine, ClockName.RESPOND),
        limit=_aimed(step.limit, mine, ClockName.FINISH),
        branches=tuple(_step(branch, wanted) for branch in step.branches),
    )


def _aimed(limits: Limits, wanted: Sequence[Target], clock: ClockName) -> Limits:
    for each in wanted:
        if each.clock == clock:
            limits = _with(limits, each)
    return limits


def _with(limits: Limits, other: Target) -> Limits:
    if other.calendar is not None:
        limits = replace(limits, calendar=None if other.calendar == REAL else other.calendar)
    if other.target is None:
        return limits
    if other.level is not None:
        return replace(limits, levels={**limits.levels, other.level: _changed(limits.levels.get(other.level), other)})
    if other.type is not None:
        return replace(limits, types={**limits.types, other.type: _changed(limits.types.get(other.type), other)})
    return replace(limits, targets=_changed(limits.targets, other))


def _changed(table: Targets | None, other: Target) -> Targets:
    assert other.target is not None
    priorities = Priority if other.priority is None else (other.priority,)
    return {**(table or {}), **dict.fromkeys(priorities, other.target)}
