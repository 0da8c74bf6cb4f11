"""What one turn of a loop works on: the locked item, the changes so far, and the means to carry them out."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from voxloop.domain.feedback import Priority, Stage
from voxloop.domain.identity import effect_key
from voxloop.domain.loop import Turn
from voxloop.domain.process import CLOSE, Process, Step
from voxloop.domain.process_reader import read_process
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import RuleSet
from voxloop.rules.judge import Judge
from voxloop.signing import Links
from voxloop.store import clocks, customers, documents, steps
from voxloop.store.events import Event
from voxloop.store.sessions import Row, Session, Sessions


@dataclass(frozen=True)
class Means:
    """What every turn needs of its installation.

    ``organisation`` is its name by language; ``links`` signs what customers follow; ``targets`` maps a way out
    (``email``) to a delivery target. ``judge`` decides about items; ``make_judge`` makes one for drafts, which
    may hang or crash.
    """

    sessions: Sessions
    installation: str
    organisation: Mapping[str, str]
    links: Links
    targets: Mapping[str, str]
    scale: float = 1.0
    judge: Judge = field(default_factory=Judge)
    make_judge: Callable[[], Judge] = Judge
    processes: dict[int, Process] = field(default_factory=dict)
    rule_sets: dict[int, RuleSet] = field(default_factory=dict)
    templates: dict[int, Mapping[str, Any]] = field(default_factory=dict)

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

    async def template(self, session: Session, key: str) -> Mapping[str, Any] | None:
        """The body of a template as published now, likewise read once; None where there is none."""
        version_id = await documents.published_version(session, "template", key)
        if version_id is not None and version_id not in self.templates:
            self.templates[version_id] = (await documents.pinned(session, version_id))["body"]
        return None if version_id is None else self.templates[version_id]


class Scene:
    """The item under the turn's lock. ``set`` changes columns; ``happened`` is the event that the turn will write."""

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
        self._clocks: dict[str, Row] | None = {} if item["process"] is None else None  # none runs before the decision

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

    def scaled(self, duration: timedelta) -> timedelta:
        """A planned duration under the installation's time scale."""
        return duration / self.means.scale

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
        """The step run at which the item stands."""
        if not self._run_is_known:
            self._run, self._run_is_known = await steps.current(self.session, self.id), True
        return self._run

    async def begin_run(self, **values: Any) -> Row:
        """Begin a step run (columns of ``step_run``); one that has ended at once is not where the item stands."""
        run = await steps.begin(self.session, self.id, **values)
        self._run, self._run_is_known = (None if run["ended_at"] else run), True
        return run

    async def change_run(self, **values: Any) -> None:
        """Change columns of the present step run, if there is one; with ``ended_at`` the item stands at none."""
        run = await self.run()
        if run is not None:
            changed = await steps.change(self.session, run, **values)
            self._run = None if changed["ended_at"] else changed

    async def clocks(self) -> Mapping[str, Row]:
        """The running clocks by name, paused or not."""
        return await self._running()

    async def start_clock(self, values: Mapping[str, Any]) -> None:
        """Start a clock (columns of ``clock``)."""
        (await self._running())[values["name"]] = await clocks.start(self.session, values)

    async def change_clock(self, name: str, kind: str, at: datetime, **values: Any) -> None:
        """Change columns of a running clock and record what ``kind`` of thing happened to it ``at`` that instant."""
        running = await self._running()
        running[name] = await clocks.change(self.session, running[name], kind, at, **values)
        if running[name]["ended_at"] is not None:
            del running[name]

    async def _running(self) -> dict[str, Row]:
        if self._clocks is None:
            self._clocks = {clock["name"]: clock for clock in await clocks.running(self.session, self.id)}
        return self._clocks

    async def step(self) -> Step | None:
        """The definition of that step."""
        process = await self.process()
        key = self.item["step"]
        return None if process is None or key is None else process.step(key)

    def close_as(self, outcome: str) -> None:
        """Go to the end, where the item gets ``outcome``."""
        self.goto = f"{CLOSE}/{outcome}"
