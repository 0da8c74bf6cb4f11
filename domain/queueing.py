"""A team's queue played once more with other people in it: a model, not a record of what would have happened.

What it takes for given:
- Steps arrive when they really did, and each takes the working time that it really took from acceptance to completion:
  people work as fast as they did, whoever they are, and one step never makes another arrive.
- Everybody can do every step of the team. A member with a capacity of n counts as n who each work on one thing.
- Whoever is free in her calendar takes what is due first (without a deadline: last), then what arrived first, and works
  on it to its end, standing still while she is closed. Nobody takes anything before it arrives, or while closed.

It is deterministic, and costs O(n log n) for n steps: an arrival wakes at most one who is idle.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush

from voxloop.domain.clocks import OpenTime


@dataclass(frozen=True)
class Job:
    """A step that a team gets; ``work``: the working time that it takes. ``key`` decides among equals."""

    key: tuple[str, int]
    arrived_at: datetime
    work: timedelta
    due_at: datetime | None = None


@dataclass(frozen=True)
class Done:
    """When somebody would have taken a job and when it would have been done; ``worker``: who, counted from 0."""

    job: Job
    taken_at: datetime
    done_at: datetime
    worker: int


def played(jobs: Sequence[Job], workers: Sequence[OpenTime]) -> Iterator[Done]:
    """The jobs as ``workers`` take them, one after the other. Without workers none is done."""
    if workers:
        yield from _Queue(workers).play(sorted(jobs, key=lambda job: (job.arrived_at, job.key)))


class _Queue:
    """Who is idle, who will be free and when, and what waits for them."""

    def __init__(self, workers: Sequence[OpenTime]) -> None:
        self._workers = workers
        self._idle: dict[int, list[int]] = {}  # the idle by the calendar that they work by
        self._calendars = {id(time): time for time in workers}
        self._free: list[tuple[datetime, int]] = []
        self._waiting: list[tuple[bool, datetime, datetime, tuple[str, int], Job]] = []
        for worker in reversed(range(len(workers))):
            self._rest(worker)

    def play(self, jobs: Sequence[Job]) -> Iterator[Done]:
        """``jobs`` in the order of their arrival."""
        place = 0
        while place < len(jobs) or self._free:
            if self._free and (place == len(jobs) or self._free[0][0] < jobs[place].arrived_at):
                yield from self._go_on()
            else:
                self._arrive(jobs[place])
                place += 1

    def _arrive(self, job: Job) -> None:
        due = job.due_at or job.arrived_at
        heappush(self._waiting, (job.due_at is None, due, job.arrived_at, job.key, job))
        if self._idle:
            opening = (
                (self._calendars[each].opens(job.arrived_at), idle[-1], each) for each, idle in self._idle.items()
            )
            at, worker, calendar = min(opening)
            self._idle[calendar].pop()
            if not self._idle[calendar]:
                del self._idle[calendar]
            heappush(self._free, (at, worker))

    def _go_on(self) -> Iterator[Done]:
        at, worker = heappop(self._free)
        if not self._waiting:
            self._rest(worker)
            return
        job = heappop(self._waiting)[-1]
        time = self._workers[worker]
        done_at = time.due(at, job.work)
        heappush(self._free, (time.opens(done_at), worker))
        yield Done(job, at, done_at, worker)

    def _rest(self, worker: int) -> None:
        self._idle.setdefault(id(self._workers[worker]), []).append(worker)
