"""Stored steps as the jobs of a team's queue, played with the people it had and with those who are tried.

Before is what really happened; after is what ``domain/queueing`` predicts, with the deadlines of the trial.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from voxloop.activities.replaying import Judged, Replaying, Stored
from voxloop.activities.trying import Trying
from voxloop.domain.clocks import OpenTime
from voxloop.domain.limits import STEP_CLOCKS, TEAMS_OWN, ClockName
from voxloop.domain.process import MEMBER_STEPS, Process
from voxloop.domain.queueing import Job, played
from voxloop.domain.replays import in_force
from voxloop.domain.tallies import Tally, count_step, count_wait
from voxloop.domain.trials import Side, Staff
from voxloop.store.sessions import Row


@dataclass(frozen=True)
class _Step:
    """A stored step of a team; ``work`` None: it has not ended. The instants are deadlines before and after."""

    key: tuple[str, int]
    step: str
    run: Row
    work: timedelta | None
    due: Mapping[ClockName, datetime | None]


class Staffing:
    """Collects the steps of the teams whose staffing is tried, and plays their queues."""

    def __init__(self, replaying: Replaying, trying: Trying) -> None:
        self._replaying, self._trying = replaying, trying
        self._staff: dict[str, list[Staff]] = defaultdict(list)
        for staff in replaying.trial.staffing:
            self._staff[staff.team].append(staff)
        self._steps: dict[str, dict[tuple[str, int], _Step]] = defaultdict(dict)

    def take(self, stored: Stored, processes: Mapping[int, Process], judged: Sequence[Judged]) -> None:
        """Take the steps of an item that such a team would have got."""
        if not self._staff:
            return
        due = {
            (clock.step, clock.course.started_at, clock.name): said.said
            for clock, said in zip(stored.clocks, judged, strict=True)
            if clock.step
        }
        for run in stored.runs:
            version = in_force(stored.history, run["entered_at"]).process
            step = processes[version].find(run["step"])
            if step is None or run["kind"] not in MEMBER_STEPS:
                continue
            team = self._trying.team_of(run, self._replaying.process(version), step)
            if team in self._staff:
                clocks = {name: due.get((run["step"], run["entered_at"], name)) for name in STEP_CLOCKS}
                aimed = {name: said.breached_at or said.due_at if said else None for name, said in clocks.items()}
                key = (str(run["item"]), run["seq"])
                self._steps[team][key] = _Step(key, run["step"], run, self._work(team, run), aimed)

    def _work(self, team: str, run: Row) -> timedelta | None:
        if run["ended_at"] is None:
            return None
        time = self._replaying.pace_of(TEAMS_OWN, team).time
        return time.elapsed(run["accepted_at"] or run["entered_at"], run["ended_at"])

    def play(self) -> dict[str, Tally]:
        """The counts of both sides, by team."""
        tallies: dict[str, Tally] = {side.value: Counter() for side in Side}
        for team, by_key in sorted(self._steps.items()):
            steps = list(by_key.values())
            self._count_stored(tallies[Side.BEFORE], team, steps)
            self._count_played(tallies[Side.AFTER], team, steps)
        return tallies

    def _count_stored(self, tally: Tally, team: str, steps: Sequence[_Step]) -> None:
        for step in steps:
            taken = step.run["accepted_at"] or step.run["ended_at"] or self._replaying.now
            done = step.run["ended_at"] or self._replaying.now
            _count(tally, team, step, (taken, done), self._trying.zone)

    def _count_played(self, tally: Tally, team: str, steps: Sequence[_Step]) -> None:
        usual = _usual(steps)
        jobs = {
            step.key: Job(
                step.key,
                step.run["entered_at"],
                usual[step.step] if step.work is None else step.work,
                step.due[ClockName.FINISH] or step.due[ClockName.RESPOND],
            )
            for step in steps
        }
        by_key = {step.key: step for step in steps}
        for done in played(list(jobs.values()), self._workers(team)):
            _count(tally, team, by_key[done.job.key], (done.taken_at, done.done_at), self._trying.zone)

    def _workers(self, team: str) -> list[OpenTime]:
        return [
            self._replaying.pace_of(staff.calendar or TEAMS_OWN, team).time
            for staff in self._staff[team]
            for _ in range(staff.members * staff.capacity)
        ]


def _count(tally: Tally, team: str, step: _Step, stay: tuple[datetime, datetime], zone: tzinfo) -> None:
    taken, done = stay
    count_wait(tally, team, step.run["entered_at"], taken, done)
    count_step(tally, "queue", team, (step.run["entered_at"], done), zone)
    for name, at in ((ClockName.RESPOND, taken), (ClockName.FINISH, done)):
        due = step.due[name]
        if due is not None:
            tally[f"staffed|{team}|{name}.targets"] += 1
            tally[f"staffed|{team}|{name}.breaches"] += at > due


def _usual(steps: Sequence[_Step]) -> dict[str, timedelta]:
    """The median of the work that each step takes: for those that have not ended; nothing where none has."""
    known: dict[str, list[timedelta]] = defaultdict(list)
    for step in steps:
        known[step.step] += [step.work] if step.work is not None else []
    return {step: sorted(works)[len(works) // 2] if works else timedelta() for step, works in known.items()}
