"""What one turn of a loop works on: the locked item, the changes so far, and the means to carry them out."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID
from zlib import crc32

from voxloop.domain import forms
from voxloop.domain.calendars import Hours
from voxloop.domain.feedback import Priority, Stage
from voxloop.domain.identity import effect_key
from voxloop.domain.loop import Turn
from voxloop.domain.process import CLOSE, Process, Step
from voxloop.domain.process_reader import read_process
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import RuleSet
from voxloop.rules.judge import Judge
from voxloop.signing import Links
from voxloop.store import calendars, clocks, customers, documents, steps
from voxloop.store.clocks import Happened
from voxloop.store.events import Event
from voxloop.store.sessions import Row, Session, Sessions

ClockPlace = tuple[str, int]  # its name, and the step run that it belongs to; 0: the item
ClockRow = dict[str, Any]


@dataclass(frozen=True)
class Means:
    """What every turn needs of its installation.

    ``organisation`` is its name by language; ``links`` signs what customers follow; ``targets`` maps a way out
    (``email``) to a delivery target. Time runs ``scale`` times as fast; loops with one deadline act within ``spread``
    seconds. ``judge`` decides about items; ``make_judge`` makes one for drafts, which may hang or crash.
    """

    sessions: Sessions
    installation: str
    organisation: Mapping[str, str]
    links: Links
    targets: Mapping[str, str]
    scale: float = 1.0
    spread: float = 0.0
    judge: Judge = field(default_factory=Judge)
    make_judge: Callable[[], Judge] = Judge
    processes: dict[int, Process] = field(default_factory=dict)
    rule_sets: dict[int, RuleSet] = field(default_factory=dict)
    templates: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    calendars: dict[tuple[int, str], Hours] = field(default_factory=dict)

    async def process(self, session: Session, version_id: int) -> Process:
        """A pinned process; a published body never changes, so it is read once."""
        if version_id not in self.processes:
            body = (await documents.pinned(session, version_id))["body"]
            self.processes[version_id] = read_process(body)
        return self.processes[version_id]

    async def rule_set(self, session: Session, version_id: int) -> RuleSet:
        """A rule set, likewise read once."""
        if version_id not in self.rule_sets:
            body = (await documents.pinned(session, version_id))["body"]
            self.rule_sets[version_id] = await asyncio.to_thread(read_rule_set, body)  # large ones take a while
        return self.rule_sets[version_id]

    async def hours(self, session: Session, version_id: int, zone: str) -> Hours:
        """A version of a calendar in a time zone, likewise read once."""
        if (version_id, zone) not in self.calendars:
            body = (await documents.pinned(session, version_id))["body"]
            # The holidays of a country take a while to load.
            self.calendars[version_id, zone] = await asyncio.to_thread(calendars.hours_of, body, zone)
        return self.calendars[version_id, zone]

    def delay(self, item: UUID) -> float:
        """By how many seconds an item's loop acts later on all its moments, so that a herd does not act at once."""
        return round(crc32(item.bytes) / 2**32 * self.spread, 3)

    async def template(self, session: Session, key: str) -> Mapping[str, Any] | None:
        """The body of a template as published now, likewise read once; None where there is none."""
        version_id = await documents.published_version(session, "template", key)
        if version_id is not None and version_id not in self.templates:
            self.templates[version_id] = (await documents.pinned(session, version_id))["body"]
        return None if version_id is None else self.templates[version_id]


class Scene:
    """The item under the turn's lock. ``set`` changes columns; ``happened`` is the event that the turn will write.

    While one looks ``at`` a branch, the step, its run, its owner and its team are the branch's.
    """

    def __init__(self, session: Session, means: Means, item: dict[str, Any], turn: Turn) -> None:
        self.session, self.means, self.item, self.turn = session, means, item, turn
        self.before = dict(item)
        self.changes: dict[str, Any] = {}
        self.number = turn.number
        self.happened = Event("")
        self.goto: str | None = None
        self.targets: set[str] = set()
        self._customer: Row | None = None
        self._run: Row | None = None
        self._run_is_known = item["step"] is None  # it stands at none
        self._branches: dict[int, dict[str, Any]] | None = None
        self._branch: int | None = None
        # None runs before the decision.
        self._clocks: dict[ClockPlace, ClockRow] | None = {} if item["process"] is None else None
        self._touched: list[ClockRow] = []
        self._happened: list[Happened] = []

    @property
    def id(self) -> UUID:
        id_: UUID = self.item["id"]
        return id_

    @property
    def now(self) -> datetime:
        return self.turn.now

    @property
    def priority(self) -> Priority:
        return Priority(self.item["priority"])

    @property
    def stage(self) -> Stage:
        return Stage(self.item["stage"])

    def set(self, **columns: Any) -> None:
        """Change columns of the item; what stays the same is no change."""
        for name, value in columns.items():
            if self.item[name] != value:
                self.item[name] = self.changes[name] = value

    def next_key(self) -> str:
        """The key of the item's next outward effect."""
        self.number += 1
        return effect_key(self.means.installation, self.item["code"], self.number)

    async def process(self) -> Process | None:
        """The pinned process; None before the decision."""
        version_id = self.item["process"]
        return None if version_id is None else await self.means.process(self.session, version_id)

    async def customer(self) -> Row | None:
        """Whose feedback it is; None for an anonymous writer."""
        if self._customer is None:
            self._customer = await customers.get(self.session, self.item["customer"])
        return self._customer

    async def run(self) -> Row | None:
        """The step run at which the item stands, or the branch that one looks at."""
        if self._branch is not None:
            return (await self.branches()).get(self._branch)
        if not self._run_is_known:
            self._run, self._run_is_known = await steps.current(self.session, self.id), True
        return self._run

    async def begin_run(self, step: Step, team: str | None, **more: Any) -> Row:
        """Begin a stay at a step, with ``more`` columns; one that has ended at once is not where the item stands."""
        values = {"step": step.key, "round": self.item["round"], "team": team, "entered_at": self.now}
        run = await steps.begin(self.session, self.id, **values | await self.described(step) | more)
        if run["parent"] is not None:
            (await self._open_branches())[run["seq"]] = {**run, "owner": None}
        else:
            self._run, self._run_is_known = (None if run["ended_at"] else run), True
        return run

    async def described(self, step: Step) -> dict[str, Any]:
        """What a step's run keeps of how the process describes it."""
        process = await self.process()
        return {
            "kind": step.kind,
            "title": step.title,
            "outcomes": list(step.outcomes),
            "outcome_titles": process.titles_of(step) if process else {},
            "required": list(step.required),
            "form": forms.stored(step.form),
        }

    async def change_run(self, **values: Any) -> None:
        """Change columns of the present step run, if there is one; with ``ended_at`` the item stands at none."""
        run = await self.run()
        if run is None:
            return
        changed = await steps.change(self.session, run, **values)
        if self._branch is None:
            self._run = None if changed["ended_at"] else changed
        else:
            open_ = await self._open_branches()
            open_[self._branch] |= changed
            if changed["ended_at"]:
                del open_[self._branch]

    async def branches(self) -> Mapping[int, Row]:
        """The runs of the open branches by their ``seq``, in order, each with its ``owner``."""
        return cast(Mapping[int, Row], await self._open_branches())

    async def _open_branches(self) -> dict[int, dict[str, Any]]:
        if self._branches is None:
            step = await self.step_at(0)
            rows = await steps.branches(self.session, self.id) if step is not None and step.branches else ()
            self._branches = {row["seq"]: dict(row) for row in rows}
        return self._branches

    @contextlib.contextmanager
    def at(self, branch: int | None) -> Iterator[None]:
        """Look at an open branch, named by its ``seq``; None: at the item's step as a whole."""
        before, self._branch = self._branch, branch
        try:
            yield
        finally:
            self._branch = before

    def hand(self, run: Row, team: str | None, owner: str | None) -> None:
        """The item stands with this team and member from now on, or, if ``run`` is a branch's, the branch does."""
        if run["parent"] is None:
            self.set(team=team, owner=owner)
        elif self._branches is not None:
            self._branches[run["seq"]] |= {"team": team, "owner": owner}

    async def owners(self) -> list[str]:
        """With whom it stands: with one member, with those of its branches, or with nobody."""
        branches = await self.branches()
        if self._branch is not None:
            found = [branches[self._branch]["owner"]]
        else:
            found = [row["owner"] for row in branches.values()] if branches else [self.item["owner"]]
        return list(dict.fromkeys(filter(None, found)))

    async def team(self) -> str | None:
        """The team that has it."""
        run = await self.run() if self._branch is not None else None
        team: str | None = (run["team"] if run else None) or self.item["team"]
        return team

    async def clocks(self) -> Mapping[ClockPlace, ClockRow]:
        """The running clocks by their places, paused or not, as this turn leaves them."""
        return await self._running()

    async def start_clock(self, values: Mapping[str, Any], why: dict[str, Any]) -> None:
        """Start a clock (columns of ``clock``)."""
        clock = clocks.fresh(item=self.id, **values)
        if any(_place(each) == _place(clock) for each in self._touched):
            await self.write_clocks()  # two of a kind in one turn: the one after the other
        (await self._running())[_place(clock)] = clock
        self._touched.append(clock)
        self._happened.append(Happened(clock, "activate", clock["started_at"], clock["due_at"], why=why))

    async def change_clock(
        self, clock: ClockRow, kind: str, at: datetime, why: dict[str, Any] | None = None, **values: Any
    ) -> None:
        """Change columns of a running clock, and tell what ``kind`` of thing happened to it ``at`` that instant."""
        late = values.pop("late_seconds", 0.0)
        clock.update(values)
        if not any(each is clock for each in self._touched):
            self._touched.append(clock)
        self._happened.append(Happened(clock, kind, at, clock["due_at"], late, why))
        if clock["ended_at"] is not None:
            del (await self._running())[_place(clock)]

    async def write_clocks(self) -> None:
        """Write what this turn did to clocks."""
        if self._touched:
            await clocks.write(self.session, self._touched, self._happened)
            self._touched, self._happened = [], []

    async def _running(self) -> dict[ClockPlace, ClockRow]:
        if self._clocks is None:
            self._clocks = {_place(row): dict(row) for row in await clocks.running(self.session, self.id)}
        return self._clocks

    async def step(self) -> Step | None:
        """The definition of the step at which the item stands, or of the branch that one looks at."""
        return await self.step_at(self._branch or 0)

    async def step_at(self, seq: int) -> Step | None:
        """The definition of the open branch of that ``seq``, else of the item's step."""
        process = await self.process()
        key = self.item["step"]
        if seq and (branch := (await self.branches()).get(seq)):
            key = branch["step"]
        return None if process is None or key is None else process.step(key)

    def close_as(self, outcome: str) -> None:
        """Go to the end, where the item gets ``outcome``."""
        self.goto = f"{CLOSE}/{outcome}"


def _place(clock: Mapping[Any, Any]) -> ClockPlace:
    return clock["name"], clock["seq"]
