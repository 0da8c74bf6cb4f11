"""Stored items as they went, and as they would have gone under a trial: counts, and whose clocks say otherwise."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from voxloop.activities.replaying import Judged, Replaying, Stored, StoredClock
from voxloop.domain.feedback import FeedbackType
from voxloop.domain.process import MEMBER_STEPS, Process, Step, handlers
from voxloop.domain.replays import in_force
from voxloop.domain.tallies import Group, Tally, count_clock, count_step
from voxloop.domain.trials import Side
from voxloop.domain.walks import End, Visit, Way, way
from voxloop.rules.evaluator import holds
from voxloop.store.sessions import Row


@dataclass(frozen=True)
class Found:
    """What a page gave: counts of both sides, and by item the clocks whose verdict differs."""

    tallies: dict[str, Tally] = field(default_factory=lambda: {side.value: Counter() for side in Side})
    changes: dict[UUID, list[dict[str, Any]]] = field(default_factory=dict)


Take = Callable[[Stored, Mapping[int, Process], Sequence[Judged]], None]


class Trying:
    """Compares items; ``published``: the processes, ``zone``: in which hours are counted."""

    def __init__(self, replaying: Replaying, published: Sequence[Process], zone: tzinfo) -> None:
        self._replaying, self.zone = replaying, zone
        self._now = replaying.now
        tried = replaying.trial.process
        others = [process for process in published if tried is None or process.key != tried.key]
        self._handled = {
            Side.BEFORE: handlers(published),
            Side.AFTER: handlers([*others, *([tried] if tried is not None else ())]),
        }

    def compare(self, items: Sequence[Stored], take: Take) -> Found:
        """Both sides of these items; ``take`` gets each with what its clocks would have said, in their order."""
        found = Found()
        for stored in items:
            processes = {standing.process: self.tried(stored, standing.process) for standing in stored.history}
            judged = [self._replaying.judge(stored, clock, stored.history, processes) for clock in stored.clocks]
            take(stored, processes, judged)
            changes = [
                change
                for clock, after in zip(stored.clocks, judged, strict=True)
                if (change := self._compare_clock(found.tallies, stored, clock, after))
            ]
            if changes:
                found.changes[stored.row["id"]] = changes
            for run in stored.runs:
                self._count_run(found.tallies, stored, run, processes)
            if self._replaying.trial.process is not None:
                self._walk(found.tallies, stored, processes)
        return found

    def tried(self, stored: Stored, version: int) -> Process:
        """What the item would have kept to instead of that version.

        Where no rule routed it, it goes to the process that handles its type, which may be another by then.
        """
        pinned = self._replaying.process(version)
        if self._replaying.trial.process is not None and stored.row["routed"] is None:
            type_ = FeedbackType(stored.row["type"])
            were, are = (self._handled[side].get(type_) for side in Side)
            if were is not None and are is not None and were.key == pinned.key != are.key:
                return self._replaying.tried(are)
        return self._replaying.tried(pinned)

    def _compare_clock(
        self, tallies: Mapping[str, Tally], stored: Stored, clock: StoredClock, after: Judged
    ) -> dict[str, Any] | None:
        """Count a clock on both sides; how its verdict differs, if it does."""
        until = clock.course.ended_at or self._now
        standing = in_force(stored.history, until)
        before = Judged(clock.said, clock.aimed)
        for side, judged in ((Side.BEFORE, before), (Side.AFTER, after)):
            if judged.aimed:
                group = Group(clock.name, clock.step, clock.team, standing.priority)
                count_clock(tallies[side], group, judged.said, until, self.zone)
        if before.said.due_at != after.said.due_at:
            tallies[Side.AFTER]["moved|"] += 1
        if (before.said.breached_at is None) == (after.said.breached_at is None):
            return None
        return {"clock": clock.name, "step": clock.step or None, "before": _told(before), "after": _told(after)}

    def _count_run(
        self, tallies: Mapping[str, Tally], stored: Stored, run: Row, processes: Mapping[int, Process]
    ) -> None:
        version = in_force(stored.history, run["entered_at"]).process
        step = processes[version].find(run["step"])
        if step is None:
            tallies[Side.AFTER][f"unmatched|{run['step']}"] += 1
        if run["kind"] not in MEMBER_STEPS:
            return
        ended = run["ended_at"] or self._now
        count_step(tallies[Side.BEFORE], "load", run["team"] or "", (run["entered_at"], ended), self.zone)
        if step is not None:
            team = self.team_of(run, self._replaying.process(version), step)
            count_step(tallies[Side.AFTER], "load", team, (run["entered_at"], ended), self.zone)

    def team_of(self, run: Row, pinned: Process, step: Step) -> str:
        """The team that would have got a step: that of the process, unless a rule or a person sent it elsewhere."""
        was = pinned.find(run["step"])
        sent = was is not None and was.team != run["team"]
        return (run["team"] if sent else step.team) or ""

    def _walk(self, tallies: Mapping[str, Tally], stored: Stored, processes: Mapping[int, Process]) -> None:
        """Count what an item met on its way, by the process that it began with and by the one that is tried."""
        version = stored.history[0].process
        tried = self._replaying.trial.process
        assert tried is not None
        sides = {Side.BEFORE: self._replaying.process(version), Side.AFTER: processes[version]}
        for side, process in sides.items():
            if process.key == tried.key:
                _count_way(tallies[side], process, stored, self._now)


def _stored_way(process: Process, stored: Stored) -> Way:
    """The way of an item through a process by its stored outcomes: of each step the next one that was not used yet."""
    left = _whole(stored.runs)
    facts = {**(stored.row["facts"] or {}), "priority": stored.row["priority"], "type": stored.row["type"]}

    def answer(step: Step, at: datetime) -> tuple[str, datetime] | None:
        run = next((run for run in left if run["step"] == step.key), None)
        if run is None and step.delay is not None:  # nobody is needed to leave it
            return next(iter(step.outcomes)), at
        if run is None:
            return None
        left.remove(run)
        return (run["outcome"], run["ended_at"]) if run["outcome"] is not None else None

    return way(process, stored.history[0].at, answer, lambda condition: holds(condition, facts))


def _whole(runs: Sequence[Row]) -> list[Row]:
    """The stays at steps without those that were broken off, as by a merge, and begun again later."""
    last = {run["step"]: run["seq"] for run in runs}
    return [run for run in runs if run["outcome"] is not None or run["seq"] == last[run["step"]]]


def _count_way(tally: Tally, process: Process, stored: Stored, now: datetime) -> None:
    found = _stored_way(process, stored)
    for visit in found.visits:
        for step in (visit.step, *visit.step.branches):
            tally[f"entered|{step.key}"] += 1
            tally.update(f"{kind}|{what}" for kind, what in effects_of(step))
        tally.update(f"message|customer {send}" for send in _reminders(visit, now))
    if process.survey is not None and found.outcome is not None and found.outcome not in process.survey.unless:
        tally[f"message|customer {process.survey.send}"] += 1
    last, end = found.visits[-1].step, found.end
    if end is End.WAITING and not any(run["step"] == last.key and run["outcome"] is None for run in stored.runs):
        end = End.UNMATCHED
    tally[f"ended|{end}"] += 1
    if end is End.UNMATCHED:
        tally[f"lost|{last.key}"] += 1


def _reminders(visit: Visit, now: datetime) -> Iterator[str]:
    """The templates by which the customer was reminded while it lasted."""
    return (each.send for each in visit.step.remind if visit.entered_at + each.at < (visit.left_at or now))


def effects_of(step: Step) -> Iterator[tuple[str, str]]:
    """What entering a step sends and opens: ``message`` to the customer or a member, ``linked`` item."""
    if step.send is not None:
        yield "message", f"customer {step.send}"
    yield from (("message", told.recipient) for told in step.tell)
    yield from (("linked", f"{opened.system}/{opened.template}") for opened in step.opens)


def _told(judged: Judged) -> dict[str, Any]:
    said = judged.said
    due, breached = (at.isoformat() if at else None for at in (said.due_at, said.breached_at))
    return {"due": due, "breached": breached}
