"""Whether the limits of a process can be kept together: what comes first is due first, whatever it is counted in.

And whether what they are counted in exists.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

from voxloop.domain.calendars import DAY
from voxloop.domain.durations import Duration
from voxloop.domain.feedback import Priority
from voxloop.domain.limits import REAL, TEAMS_OWN, Anchor, ClockName, Escalation, Limits
from voxloop.domain.problems import Known, Problem, unknown
from voxloop.domain.process import Process, Step

_MINUTE = timedelta(minutes=1)
_SOONER = (
    (ClockName.FIRST_RESPONSE, ClockName.RESOLUTION),
    (ClockName.RESOLUTION, ClockName.TOTAL_RESOLUTION),
)
LimitsAt = tuple[str, Limits]  # where limits stand


def calendar_problems(process: Process, known: Known) -> Iterator[Problem]:
    """Where a process names a calendar that is none."""
    for path, calendar in _calendars(process):
        if calendar not in (TEAMS_OWN, REAL):
            yield from unknown(path, "process.unknown_calendar", calendar, known.calendars)


def _calendars(process: Process) -> Iterator[tuple[str, str | None]]:
    """What stands in each place for a calendar."""
    for name, limits in process.clocks.items():
        yield f"clocks.{name}.calendar", limits.calendar
    for path, step in process.placed:
        yield f"{path}.respond.calendar", step.respond.calendar
        yield f"{path}.limit.calendar", step.limit.calendar
        for level, escalation in enumerate(step.escalate):
            yield f"{path}.escalate[{level}].calendar", escalation.calendar
        if step.delay is not None:
            yield f"{path}.{'until' if step.delay.length is None else 'calendar'}", step.delay.calendar


def clock_problems(process: Process, known: Known) -> Iterator[Problem]:
    """What is wrong with the clocks of the items of a process."""
    clocks = {name: (f"clocks.{name}", limits) for name, limits in process.clocks.items()}
    for first, last in _SOONER:
        if first in clocks and last in clocks:
            yield from _surely_above(clocks[first], clocks[last], known)
    if ClockName.RESOLUTION in clocks:
        for index, step in enumerate(process.steps):
            yield from _surely_above((f"steps[{index}].limit", step.limit), clocks[ClockName.RESOLUTION], known)


def limit_problems(path: str, step: Step, known: Known) -> Iterator[Problem]:
    """What is wrong with the limits of a step."""
    yield from above((f"{path}.respond", step.respond), (f"{path}.limit", step.limit), known)


def level_problems(path: str, step: Step, known: Known) -> Iterator[Problem]:
    """Levels of an escalation that never come, since levels only rise and a higher one surely comes before."""
    for index, level in enumerate(step.escalate):
        for higher in range(index + 1, len(step.escalate)):
            other = step.escalate[higher]
            if other.condition is None and _surely_after(level, other, step.limit, known):
                params = {"other": f"{path}.escalate[{higher}]"}
                yield Problem(f"{path}.escalate[{index}].at", "process.level_never", params, warning=True)
                break


def _surely_after(level: Escalation, other: Escalation, limit: Limits, known: Known) -> bool:
    """Whether a level is due after another one, whatever the limit is."""
    if Anchor.SHARE in (level.anchor, other.anchor):  # by the deadline at the latest
        as_shares = level.anchor is other.anchor and level.share > other.share
        return as_shares or (level.anchor is Anchor.AFTER and other.anchor is Anchor.SHARE)
    first, last = ((each.offset, _counted(each.calendar or limit.calendar)) for each in (level, other))
    return level.anchor is other.anchor and _is_above(first, last, known) is True


def _counted(calendar: str | None) -> str | None:
    return None if calendar == REAL else calendar


def _surely_above(sooner: LimitsAt, later: LimitsAt, known: Known) -> Iterator[Problem]:
    """What several teams have to keep, each in its own hours, is ordinarily counted in different calendars."""
    return (problem for problem in above(sooner, later, known) if not problem.warning)


def above(sooner: LimitsAt, later: LimitsAt, known: Known, code: str = "process.above") -> Iterator[Problem]:
    """Targets that are longer than what they come before, and one warning where that cannot be told for sure."""
    (path, first), (other, last) = sooner, later
    told: set[tuple[str, str]] = set()
    unsure = False
    levels, types = ((None, *first.levels, *last.levels), (None, *first.types, *last.types))
    for priority, level, type_ in product(reversed(Priority), levels, types):
        of_first, of_last = first.entry(priority, level, type_), last.entry(priority, level, type_)
        if of_first is None or of_last is None:
            continue
        (place, short), (place_after, long) = of_first, of_last
        if (place, place_after) in told:
            continue
        told.add((place, place_after))
        is_above = _is_above((short, first.calendar), (long, last.calendar), known)
        unsure = unsure or is_above is None
        if is_above:
            params = {"priority": priority, "other": f"{other}.{place_after}"}
            yield Problem(f"{path}.{place}", code, params)
    if unsure:
        yield Problem(path, "process.maybe_above", {"other": other}, warning=True)


def _is_above(first: tuple[Duration, str | None], last: tuple[Duration, str | None], known: Known) -> bool | None:
    """Whether one length is more than another, each counted in a calendar or (None) in real time; None: who knows.

    Time that is counted in a calendar takes at least as long as real time does.
    """
    (short, calendar), (long, other) = first, last
    days, days_of_other = _day_lengths(calendar, known), _day_lengths(other, known)
    if calendar == other:
        above = {short.length(day) > long.length(day) for day in days}
        return above.pop() if len(above) == 1 else None
    if other is None and min(map(short.length, days)) > long.time:
        return True
    if calendar is None and short.time <= min(map(long.length, days_of_other)):
        return False
    return None


def _day_lengths(calendar: str | None, known: Known) -> tuple[timedelta, ...]:
    """The shortest and the longest that a working day of a calendar may be."""
    if calendar is None:
        return (DAY,)
    if calendar in known.day_hours:
        return (known.day_hours[calendar],)
    return (_MINUTE, DAY)
