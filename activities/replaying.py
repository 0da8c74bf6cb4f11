"""Stored items under a trial: what is in rows becomes clocks with their courses, and each is judged once more.

Documents are read once; what they make of an item is computed without the database.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from voxloop.activities.rulers import Body, Rulers
from voxloop.activities.scene import Means
from voxloop.domain.clocks import REAL_PACE, Course, Pace, Verdict, course_of
from voxloop.domain.feedback import CustomerLevel
from voxloop.domain.limits import NO_LIMITS, ClockName, Limits, calendar_of
from voxloop.domain.moments import limits_of, pausing
from voxloop.domain.process import Process, Step
from voxloop.domain.replays import Standing, aims, history_of, in_force, paused_by_stages, replayed
from voxloop.domain.trials import Trial
from voxloop.domain.verdicts import Subject, target_of
from voxloop.store import calendars, documents, organisation, people, replays
from voxloop.store.sessions import Row, Session


@dataclass(frozen=True)
class StoredClock:
    """A clock as it was kept. ``step``: empty for one of the item; ``calendar``: the version that it counted in."""

    name: ClockName
    step: str
    team: str
    course: Course
    said: Verdict
    aimed: bool
    manual: bool
    level: CustomerLevel | None
    calendar: int | None
    zone: str | None


@dataclass(frozen=True)
class Stored:
    """An item with all that happened to it."""

    row: Mapping[str, Any] | Row
    history: Sequence[Standing]
    clocks: Sequence[StoredClock]
    runs: Sequence[Row]


@dataclass(frozen=True)
class Judged:
    """What a clock says; ``aimed``: whether it had a target."""

    said: Verdict
    aimed: bool


class Replaying:
    """Reads items, and judges their clocks; ``now``: until when those that still run are looked at."""

    def __init__(self, means: Means, trial: Trial, rulers: Rulers, now: datetime) -> None:
        self.trial, self.now = trial, now
        self._means, self._rulers = means, rulers
        self._pinned: dict[int, Body] = {}
        self._published: Mapping[str, Body] = {}
        self._teams: Mapping[str, Row] = {}
        self._tried: dict[int, tuple[Process, Process]] = {}
        self._limits: dict[tuple[int, str, ClockName], Limits] = {}

    async def prepare(self, session: Session) -> None:
        """Read what all items have in common."""
        self._published = {key: row["body"] for key, row in (await calendars.all_published(session)).items()}
        self._teams = {row["key"]: row for row in await people.teams(session)}

    async def read(self, session: Session, rows: Sequence[Mapping[str, Any] | Row]) -> list[Stored]:
        """Those of these items that a process was chosen for; the documents that they keep to are known then."""
        ids = [row["id"] for row in rows]
        histories = {found.item: _history(found) for found in await replays.histories(session, ids)}
        runs: dict[UUID, list[Row]] = defaultdict(list)
        for run in await replays.steps(session, ids):
            runs[run["item"]].append(run)
        clocks: dict[UUID, list[Any]] = defaultdict(list)
        for clock in await replays.clocks(session, ids):
            clocks[clock.item].append(clock)
        await self._read_documents(session, histories.values(), clocks.values())
        return [
            Stored(row, histories[row["id"]], _clocks(row, clocks[row["id"]], runs[row["id"]]), runs[row["id"]])
            for row in rows
            if histories.get(row["id"])
        ]

    async def _read_documents(
        self, session: Session, histories: Iterable[Sequence[Standing]], clocks: Iterable[Sequence[Any]]
    ) -> None:
        for version in {standing.process for history in histories for standing in history}:
            await self._means.process(session, version)
        used = {clock.calendar for of_item in clocks for clock in of_item} - {None}
        missing = sorted(used - self._pinned.keys())
        if missing:
            self._pinned |= {row["id"]: row["body"] for row in await documents.bodies(session, missing)}

    def tried(self, process: Process) -> Process:
        """What stands in the place of a process; always the same object for the same."""
        # By identity, for a process cannot be hashed; it is kept too, so that its identity stays its own.
        if id(process) not in self._tried:
            self._tried[id(process)] = process, self.trial.tried(process)
        return self._tried[id(process)][1]

    def process(self, version: int) -> Process:
        """A process that an item which was read keeps to."""
        return self._means.processes[version]

    def judge(
        self, stored: Stored, clock: StoredClock, history: Sequence[Standing], tried: Mapping[int, Process]
    ) -> Judged:
        """What a clock would have said, had the item stood so and had its processes been those that are ``tried``.

        A clock of which nothing would have been otherwise says what it said.
        """
        of_last = in_force(history, _last(clock, self.now))
        process = tried[of_last.process]
        limits = self._limits_of(process, clock)
        if clock.manual or (history is stored.history and not self._differs(clock, of_last.process, limits)):
            return Judged(clock.said, clock.aimed)
        pace = self._pace(stored, clock, limits, process.find(clock.step))
        course = self._course(clock, history, in_force(stored.history, of_last.at).process, limits)

        def target(standing: Standing) -> timedelta | None:
            here = self._limits_of(tried[standing.process], clock)
            return target_of(here, Subject(standing.priority, clock.level, standing.type), pace)

        targets = aims(course, history, target)
        return Judged(replayed(course, targets, pace, self.now), targets[-1].target is not None)

    def _limits_of(self, process: Process, clock: StoredClock) -> Limits:
        # By identity as well: of pinned and tried processes, which all stay.
        place = (id(process), clock.step, clock.name)
        if place not in self._limits:
            self._limits[place] = limits_of(clock.name, process, process.find(clock.step))
        return self._limits[place]

    def _differs(self, clock: StoredClock, process: int, limits: Limits) -> bool:
        were = self._limits_of(self.process(process), clock)
        calendar = self._calendar_of(limits.calendar, clock.team)
        return (limits is not were and limits != were) or calendar in self.trial.calendars

    def _course(self, clock: StoredClock, history: Sequence[Standing], process: int, limits: Limits) -> Course:
        were = self._limits_of(self.process(process), clock)
        if set(limits.pause) == set(were.pause) and limits is not NO_LIMITS:
            return clock.course
        return paused_by_stages(clock.course, history, pausing(clock.name, limits))

    def _pace(self, stored: Stored, clock: StoredClock, limits: Limits, step: Step | None) -> Pace:
        team = (step.team if step is not None else None) or clock.team
        key = self._calendar_of(limits.calendar, team)
        if key is None or self._means.scale != 1:
            return Pace(scale=self._means.scale)
        pinned = self._pinned.get(clock.calendar or 0)
        if pinned is None or pinned["key"] != key:
            return self.pace_of(limits.calendar, team, stored.row["time_zone"])
        if key in self.trial.calendars:
            return self.pace_of(limits.calendar, team, clock.zone)
        return self._rulers.pace(clock.calendar, pinned, clock.zone)

    def pace_of(self, word: str | None, team: str | None, customers: str | None = None) -> Pace:
        """What a limit's word for a calendar means to a team, and a customer in a time zone, as tried or published."""
        key = self._calendar_of(word, team)
        tried, published = self.trial.calendars.get(key or ""), self._published.get(key or "")
        body, name = (published, key) if tried is None else (tried, ("tried", key))
        if body is None:
            return REAL_PACE
        whose = customers if body["time_zone"] == "customer" else self._of_team(team, "time_zone")
        return self._rulers.pace(name, body, whose)

    def _calendar_of(self, word: str | None, team: str | None) -> str | None:
        return calendar_of(word, self._of_team(team, "calendar"))

    def _of_team(self, team: str | None, column: str) -> str | None:
        row = self._teams.get(team or "")
        return None if row is None else row[column]


async def replaying_of(session: Session, means: Means, study: Row, trial: Trial) -> tuple[Replaying, ZoneInfo]:
    """What replays the items of a study, and the organisation's time zone.

    Clocks are seen as of the study's beginning, whichever attempt goes on: so they say the same.
    """
    home, now = await organisation.time_zone(session), study["created_at"].astimezone(UTC)
    replaying = Replaying(means, trial, Rulers(study["since"], now, home), now)
    await replaying.prepare(session)
    return replaying, ZoneInfo(home)


def _last(clock: StoredClock, now: datetime) -> datetime:
    """An instant at which the item kept to the process by which the clock ended."""
    started, ended = clock.course.started_at, clock.course.ended_at
    if clock.step:
        return started
    return now if ended is None else max(started, ended - timedelta(microseconds=1))


def _history(found: Any) -> list[Standing]:
    return history_of(zip(found.at, found.type, found.priority, found.stage, found.process, strict=True))


def _clocks(row: Mapping[str, Any] | Row, clocks: Iterable[Any], runs: Iterable[Row]) -> list[StoredClock]:
    by_seq = {run["seq"]: run for run in runs}
    return [_clock(row, clock, by_seq.get(clock.seq)) for clock in clocks]


def _clock(row: Mapping[str, Any] | Row, clock: Any, run: Row | None) -> StoredClock:
    course = course_of(zip(clock.kinds, clock.ats, strict=True))
    due = None if clock.paused_at is not None and clock.breached_at is None else clock.due_at
    level = next((level for level in reversed(clock.levels) if level), None) or row["level"]
    return StoredClock(
        name=ClockName(clock.name),
        step=run["step"] if run is not None else "",
        team=(run["team"] if run is not None else row["team"]) or "",
        course=course,
        said=Verdict(due, clock.breached_at, timedelta()),
        aimed=clock.target_seconds is not None,
        manual=clock.manual,
        level=CustomerLevel(level) if level else None,
        calendar=clock.calendar,
        zone=clock.zone,
    )
