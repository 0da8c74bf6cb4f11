"""An installation that a test can watch: database, Temporal, worker and relay.

The relay is turned by hand, so that a test knows when nothing is left to do; waiting is polling with a bound.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from temporalio.api.enums.v1 import EventType, IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import WorkflowHistory
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from voxloop.activities.acts import Acts
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Act, Answer, Plan, Turn, Verb
from voxloop.rules.judge import Judge
from voxloop.settings import read_settings
from voxloop.store import clocks, contents, events, linked_items
from voxloop.store.effect_tables import feedback_link, linked_item, message, receipt
from voxloop.store.item_tables import feedback as feedback_table
from voxloop.store.item_tables import outbox
from voxloop.store.sessions import Row, Sessions, open_sessions
from voxloop.tests.items import hand_in
from voxloop.tests.stock import always_open, stock
from voxloop.worker import (
    Parts,
    assemble,
    drafts_worker,
    effects_worker,
    loops_worker,
    operations_worker,
    studies_worker,
)
from voxloop.workflows.attributes import KEYS
from voxloop.workflows.client import Loops
from voxloop.workflows.failures import CONVERTER
from voxloop.workflows.policies import FEEDBACK_LOOP, LOOPS_QUEUE
from voxloop.workflows.relay import Relay

_AT_HAND = (EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED)
_TASKS = (*_AT_HAND, EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)
PATIENCE = timedelta(seconds=60)  # a bound for a busy machine, never a measure


async def until(condition: Callable[[], Awaitable[bool]], what: str = "") -> None:
    """Wait until ``condition`` holds; it must within a minute."""
    ends = monotonic() + PATIENCE.total_seconds()
    while not await condition():
        assert monotonic() < ends, f"never: {what or condition}"
        await asyncio.sleep(0.02)


@dataclass(frozen=True)
class HeardLoops(Loops):
    """Remembers whom it has signalled."""

    signalled: set[str] = field(default_factory=set)

    async def signal(self, workflow: str, name: str, argument: Any) -> None:
        await super().signal(workflow, name, argument)
        self.signalled.add(workflow)


@dataclass
class House:
    """The installation, and what a test does to it. ``items`` are those of the running test."""

    env: WorkflowEnvironment
    sessions: Sessions
    parts: Parts
    items: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.loops = HeardLoops(self.env.client, PATIENCE)
        self.relay = Relay(self.sessions, self.loops)

    async def hand_in(self, scenario: str, **columns: Any) -> UUID:
        """Accept an item; its loop starts with the next ``settle``."""
        now = await self.now()
        async with self.sessions.begin() as session:
            item = await hand_in(session, now, scenario=scenario, **columns)
        self.items.append(item)
        return item

    async def settled_item(self, scenario: str, **columns: Any) -> UUID:
        """Hand in an item and wait until its loop waits for somebody."""
        item = await self.hand_in(scenario, **columns)
        await self.settle()
        return item

    async def act(self, item: UUID, verb: Verb, words: dict[str, Any] | None = None, **wish: Any) -> Answer:
        """Act as a member, under a key of its own unless one is given."""
        known = (await self.row(item))["version"]
        return await self.loops.act(item, await self.wish(item, verb, words, **wish), known)

    async def wish(self, item: UUID, verb: Verb, words: dict[str, Any] | None = None, **wish: Any) -> Act:
        """The act, its words stored."""
        known = {"actor": "member:li_na", "key": str(new_id())} | wish
        if words is None:
            return Act(verb, **known)
        async with self.sessions.begin() as session:
            content = await contents.offer(session, item, known["actor"], words)
        return Act(verb, content=str(content), **known)

    async def lose(self, item: UUID, act: Act) -> int:
        """Write an act's turn as a worker does that dies then; answers its version."""
        plan = await self.plan(item)
        turn = Turn(str(item), plan.version + 1, plan.number, await self.now(), by=act.turn)
        return (await Acts(self.parts.means).perform(turn, act)).version

    async def plan(self, item: UUID) -> Plan:
        """Where the loop believes that its item stands."""
        plan: Plan = await self.env.client.get_workflow_handle(f"feedback/{item}").query("plan", result_type=Plan)
        return plan

    async def now(self) -> datetime:
        """Temporal's time, which tests let pass."""
        return await self.env.get_current_time()

    async def let_pass(self, duration: timedelta) -> None:
        """Let that time pass, moment by moment, and all that follows happen."""
        await self.settle()
        await self.env.sleep(duration)
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is left to do before somebody acts or time passes."""
        await until(self._quiet, "quiet")

    async def _quiet(self) -> bool:
        await self.relay.carry()
        if not all([await self._has_heard(workflow) for workflow in self.loops.signalled]):
            return False
        self.loops.signalled.clear()
        now = await self.now()
        at_once = self.sessions.execution_options(isolation_level="REPEATABLE READ")  # one snapshot, or a turn slips by
        async with at_once.begin() as session:
            plans = [await events.last_plan(session, item) for item in self.items]
            left = [(await session.execute(work.limit(1))).first() for work in self._work()]
        if not all(plan is not None and _waits(plan, now) for plan in plans):
            return False
        return left == [None] * len(left)

    def _work(self) -> Sequence[Select[Any]]:
        told_later = (feedback_link.c.state == "opening") & (linked_item.c.state == "open")  # that it opened is no news
        behind = (feedback_link.c.peer_version < linked_item.c.peer_version) & ~told_later
        linked = select(linked_item.c.key).join(feedback_link, feedback_link.c.linked_item == linked_item.c.key)
        linked = linked.where(feedback_link.c.item.in_(self.items), behind | (linked_item.c.state == "opening"))
        unsent = select(receipt.c.key).where(receipt.c.item.in_(self.items), receipt.c.settled_at.is_(None))
        return [select(outbox.c.id), linked, unsent]

    async def _has_heard(self, workflow: str) -> bool:
        """Whether its signals are worked off."""
        try:
            history = await self.history(workflow)
        except RPCError:
            return True  # it is no more
        told = (EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
        return [each.event_type for each in history.events if each.event_type in told][-1:] != [told[0]]

    async def row(self, item: UUID) -> Row:
        """The item."""
        async with self.sessions.begin() as session:
            found = select(feedback_table).where(feedback_table.c.id == item)
            return (await session.execute(found)).mappings().one()

    async def events(self, item: UUID) -> Sequence[Row]:
        """Its event log."""
        async with self.sessions.begin() as session:
            return await events.of_items(session, [item])

    async def kinds(self, item: UUID) -> list[str]:
        """What happened to it, in order."""
        return [event["kind"] for event in await self.events(item)]

    async def messages(self, item: UUID) -> Sequence[Row]:
        """Its messages in order, with their receipts."""
        async with self.sessions.begin() as session:
            wanted = select(message, receipt.c.key, receipt.c.via, receipt.c.state)
            wanted = wanted.outerjoin(receipt, receipt.c.message == message.c.id).where(message.c.item == item)
            return (await session.execute(wanted.order_by(message.c.id))).mappings().all()

    async def clocks(self, item: UUID) -> dict[str, Row]:
        """Its running clocks by name."""
        async with self.sessions.begin() as session:
            return {clock["name"]: clock for clock in await clocks.running(session, item)}

    async def links(self, item: UUID) -> Sequence[Row]:
        """Its linked items, in order."""
        async with self.sessions.begin() as session:
            return await linked_items.of_items(session, [item])

    async def move_links(self, item: UUID, state: str, system: str = "pms") -> None:
        """The other department moves all of the item's linked items that it has not settled."""
        await self.settle()
        for link in await self.links(item):
            if link["system"] == system and link["state"] not in linked_items.SETTLED:
                await self.move_link(link["key"], state)
        await self.settle()

    async def move_link(self, key: str, state: str) -> None:
        """Move one item of the register, as the API does."""
        # The time-skipping server loses a signal-with-start that comes while a workflow task runs.
        await until(lambda: self._rests(f"link/{key}"), "rests")
        async with self.sessions.begin() as session:
            await linked_items.register_advance(session, key, state, None)
        await self.loops.start_link(key)

        async def seen() -> bool:
            async with self.sessions.begin() as session:
                return bool((await linked_items.get(session, key))["state"] == state)

        await until(seen, f"{key} is {state}")

    async def _rests(self, workflow: str) -> bool:
        """Whether it has no workflow task at hand."""
        tasks = [each.event_type for each in (await self.history(workflow)).events if each.event_type in _TASKS]
        return tasks[-1] not in _AT_HAND

    async def history(self, workflow: str | UUID) -> WorkflowHistory:
        """The history of a workflow, or of an item's loop."""
        id_ = f"feedback/{workflow}" if isinstance(workflow, UUID) else workflow
        return await self.env.client.get_workflow_handle(id_).fetch_history()

    async def continue_as_new(self, item: UUID, **answers: int) -> None:
        """Go on with a loop in a new run, from what the old one would hand over."""
        async with self.sessions.begin() as session:
            plan = await events.last_plan(session, item) or {}
        await self._end(f"feedback/{item}")
        state = {"item": str(item), "plan": plan, "shown": plan["attributes"], "answers": answers}
        await self.env.client.start_workflow(FEEDBACK_LOOP, state, id=f"feedback/{item}", task_queue=LOOPS_QUEUE)

    async def clean(self) -> None:
        """End the loops of the test, so that they cost the next ones nothing."""
        for item in self.items:
            with contextlib.suppress(RPCError):
                await self._end(f"feedback/{item}")
        self.items.clear()

    async def forget_others(self) -> None:
        """What other tests left counts as finished, as their loops are ended."""
        alone = {"merged_into": None, "settled_at": None}
        over = {"stage": "closed", "outcome": "cancelled", "closed_at": func.now(), "finished_at": func.now(), **alone}
        async with self.sessions.begin() as session:
            others = feedback_table.c.id.not_in(self.items)
            await session.execute(update(feedback_table).where(others).values(over))

    async def _end(self, workflow: str) -> None:
        if self.env.supports_time_skipping:  # ended amid a workflow task, time would stand still for good
            await until(lambda: self._rests(workflow), "rests")
        await self.env.client.get_workflow_handle(workflow).terminate()

    async def count(self, statement: Any) -> int:
        """How many rows a select finds."""
        async with self.sessions.begin() as session:
            counted = select(func.count()).select_from(statement.subquery())
            return int((await session.execute(counted)).scalar_one())


def _waits(plan: dict[str, Any], now: datetime) -> bool:
    stands = plan["step"] is not None or plan["attributes"]["stage"] == "closed"
    if not stands or plan["goto"] is not None:
        return False
    return bool(plan["finished"]) or all(_wakes(each) > now for each in plan["moments"])


def _wakes(moment: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(moment["at"]) + timedelta(seconds=moment["delay"])


@contextlib.asynccontextmanager
async def open_house(
    env: WorkflowEnvironment,
    url: str,
    var: Path,
    make_judge: Callable[[], Judge] = Judge,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[House]:
    """A house with the starter pack in the database at ``url``; its workers run in the default sandbox.

    ``settings``: as the environment names them, without ``VOXLOOP_``.
    """
    sessions = open_sessions(url)
    async with sessions.begin() as session:
        await stock(session)
        await always_open(session)
    given = {"VAR": str(var), "SPREAD_SECONDS": "0", **(settings or {})}
    parts = await assemble(read_settings({f"VOXLOOP_{name}": value for name, value in given.items()}), sessions)
    parts = replace(parts, means=replace(parts.means, make_judge=make_judge))
    async with (
        parts.means.judge,
        loops_worker(env.client, parts, sandbox_passthrough=False),
        effects_worker(env.client, parts),
        drafts_worker(env.client, parts),
        studies_worker(env.client, parts),
        operations_worker(env.client, parts),
    ):
        yield House(env, sessions, parts)
    await sessions.dispose()


@contextlib.asynccontextmanager
async def open_real_house(
    url: str, var: Path, *options: str, make_judge: Callable[[], Judge] = Judge
) -> AsyncIterator[House]:
    """A house on a development server of its own, started with these ``options``."""
    env = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        search_attributes=KEYS,
        data_converter=CONVERTER,
        dev_server_extra_args=options,
    )
    async with env, open_house(env, url, var, make_judge) as house:
        yield house


@contextlib.asynccontextmanager
async def open_skipping_house(url: str, var: Path, identity: str | None = None) -> AsyncIterator[House]:
    """A house on a time-skipping server of its own, whose clients and workers have this ``identity``."""
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(Path(sys.executable).parent / "temporal-test-server"),
        data_converter=CONVERTER,
        identity=identity,
    )
    async with env:
        await _register_attributes(env)
        async with open_house(env, url, var) as house:
            yield house


async def _register_attributes(env: WorkflowEnvironment) -> None:
    """Make ours known to a time-skipping server: an upsert of one that is unknown stops time for everybody."""
    ours = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in KEYS}
    request = AddSearchAttributesRequest(namespace=env.client.namespace, search_attributes=ours)
    await env.client.operator_service.add_search_attributes(request)
