"""Sums of a what-if: counters by name that pages add to, and that are added up whichever page came first.

How late something was is kept in buckets that grow by 2 %: so a percentile is within 1 % of the exact one, and two
pages' are added as counts are. Hours are those of a week in one time zone: 0 is Monday 00:00, 167 Sunday 23:00.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from math import ceil, log

from voxloop.domain.clocks import Verdict

Tally = Counter[str]
HOURS = 168
_GROWTH = 1.02
_SEPARATOR = "|"
_HOUR_SECONDS = 3600


@dataclass(frozen=True, order=True)
class Group:
    """Clocks that are counted together; ``step`` and ``team`` are empty where a clock is of no step or team."""

    clock: str
    step: str
    team: str
    priority: str


@dataclass(frozen=True)
class ClockSum:
    """Of those that had a target: how many, how many missed it, and by how much these were late."""

    targets: int = 0
    breaches: int = 0
    late: timedelta = timedelta()
    p50: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True)
class QueueSum:
    """Of the steps of a team's queue: how many, how long they waited until taken, how many were taken or done late."""

    steps: int
    waited: timedelta
    p50: timedelta | None
    p90: timedelta | None
    respond_breaches: int
    finish_breaches: int


def hour_of_week(at: datetime, zone: tzinfo) -> int:
    """Which hour of the week it is there."""
    local = at.astimezone(zone)
    return local.weekday() * 24 + local.hour


def count_clock(tally: Tally, group: Group, said: Verdict, until: datetime, zone: tzinfo) -> None:
    """Count a clock with a target; ``until``: when it ended, or now. One that stands still is due later."""
    name = _SEPARATOR.join(("clock", group.clock, group.step, group.team, group.priority))
    tally[f"{name}|targets"] += 1
    if said.breached_at is None:
        return
    late = max(until - said.breached_at, timedelta())
    tally[f"{name}|breaches"] += 1
    tally[f"{name}|late"] += round(late.total_seconds())
    tally[f"{name}|{_bucket(late)}"] += 1
    tally[f"breach|{hour_of_week(said.breached_at, zone)}"] += 1


def count_step(tally: Tally, kind: str, team: str, stay: tuple[datetime, datetime], zone: tzinfo) -> None:
    """Count that a team got a step, and during which hours of the week it was open there.

    ``kind``: ``load``, of what is stored; ``queue``, of what staffing comes to. Kept are the hours of arrival and of
    leaving, how much of them had passed, and the whole length by the clock on the wall: ``open_hours`` makes the rest.
    """
    began, ended = (at.astimezone(zone).replace(tzinfo=None, microsecond=0) for at in stay)
    name = f"{kind}|{team}|"
    for word, at in (("arrived", began), ("left", ended)):
        hour = at.weekday() * 24 + at.hour
        tally[f"{name}{word}|{hour}"] += 1
        tally[f"{name}{word}.seconds|{hour}"] += at.minute * 60 + at.second
    tally[f"{name}length"] += max(int((ended - began).total_seconds()), 0)


def count_wait(tally: Tally, team: str, arrived: datetime, taken: datetime, done: datetime) -> None:
    """Count a step of a team's queue: how long it waited until somebody took it, and how long it was there."""
    waited = max(taken - arrived, timedelta())
    tally[f"staffed|{team}|steps"] += 1
    tally[f"staffed|{team}|waited"] += round(waited.total_seconds())
    tally[f"staffed|{team}|worked"] += round(max(done - taken, timedelta()).total_seconds())
    tally[f"staffed|{team}|{_bucket(waited)}"] += 1


def clock_sums(tally: Mapping[str, int]) -> dict[Group, ClockSum]:
    """The sums of each group of clocks."""
    found: dict[Group, dict[str, int]] = {}
    for name, count in tally.items():
        kind, *parts = name.split(_SEPARATOR)
        if kind == "clock":
            *group, what = parts
            found.setdefault(Group(*group), {})[what] = count
    return {group: _sum(counts) for group, counts in found.items()}


def hours_of(tally: Mapping[str, int], *name: str) -> list[int]:
    """A count of each hour of the week: ``breach``; or ``load`` or ``queue``, a team and ``arrived``."""
    prefix = _SEPARATOR.join(name)
    return [tally.get(f"{prefix}|{hour}", 0) for hour in range(HOURS)]


def open_hours(tally: Mapping[str, int], kind: str, team: str) -> list[int]:
    """For how many seconds in all steps of a team were open in each hour of the week."""
    arrived, into, left, out = (
        hours_of(tally, kind, team, word) for word in ("arrived", "arrived.seconds", "left", "left.seconds")
    )
    # As if nothing were open when the week begins; what is, is open all week long, and the lengths tell how much it is.
    seconds, standing = [], 0
    for hour in range(HOURS):
        came = arrived[hour] * _HOUR_SECONDS - into[hour]
        went = left[hour] * _HOUR_SECONDS - out[hour]
        seconds.append(standing * _HOUR_SECONDS + came - went)
        standing += arrived[hour] - left[hour]
    rest = (tally.get(f"{kind}|{team}|length", 0) - sum(seconds)) // HOURS
    return [each + rest for each in seconds]


def names_of(tally: Mapping[str, int], kind: str) -> dict[str, int]:
    """The counts of a kind by what is counted: ``message``, ``linked``, ``unmatched``, ``ended``, ``entered``."""
    split = ((name.split(_SEPARATOR, 1), count) for name, count in tally.items())
    return {parts[1]: count for parts, count in split if parts[0] == kind and len(parts) > 1}


def queues_of(tally: Mapping[str, int]) -> dict[str, QueueSum]:
    """The queues that were played, by team."""
    counts: dict[str, dict[str, int]] = {}
    for name, count in names_of(tally, "staffed").items():
        team, what = name.split(_SEPARATOR)
        counts.setdefault(team, {})[what] = count
    return {team: _queue_sum(of) for team, of in counts.items()}


def _queue_sum(counts: Mapping[str, int]) -> QueueSum:
    waits = _buckets(counts)
    return QueueSum(
        steps=counts["steps"],
        waited=timedelta(seconds=counts.get("waited", 0)),
        p50=percentile(waits, 0.5),
        p90=percentile(waits, 0.9),
        respond_breaches=counts.get("respond.breaches", 0),
        finish_breaches=counts.get("finish.breaches", 0),
    )


def teams_of(*tallies: Mapping[str, int]) -> list[str]:
    """The teams that got something, by key."""
    names = {name.split(_SEPARATOR)[1] for tally in tallies for name in tally if name.startswith("load|")}
    return sorted(names)


def _sum(counts: Mapping[str, int]) -> ClockSum:
    buckets = _buckets(counts)
    return ClockSum(
        targets=counts.get("targets", 0),
        breaches=counts.get("breaches", 0),
        late=timedelta(seconds=counts.get("late", 0)),
        p50=percentile(buckets, 0.5),
        p90=percentile(buckets, 0.9),
    )


def _buckets(counts: Mapping[str, int]) -> list[tuple[int, int]]:
    return sorted((int(name), count) for name, count in counts.items() if name.isdecimal())


def percentile(buckets: Iterable[tuple[int, int]], share: float) -> timedelta | None:
    """The lateness that this share of what is in the buckets does not exceed, within 1 %; None of nothing."""
    ordered = sorted(buckets)
    left = ceil(sum(count for _, count in ordered) * share)
    for bucket, count in ordered:
        left -= count
        if left <= 0:
            return timedelta(seconds=round(_GROWTH ** (bucket - 0.5)))
    return None


def _bucket(late: timedelta) -> int:
    return max(ceil(log(max(late.total_seconds(), 1.0)) / log(_GROWTH)), 0)
