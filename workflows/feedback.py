"""The loop: the durable life of one piece of feedback, from its acceptance until nobody can reopen it.

A kernel that knows no process. It waits for a person, the customer, a linked item or the next moment, lets one activity
write what happened, and goes where the answered plan says. Histories hold ids, codes, numbers and instants only.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from voxloop.activities.acts import Acts
    from voxloop.activities.intake import Intake
    from voxloop.activities.linked_items import LinkedItems
    from voxloop.activities.merging import Others
    from voxloop.activities.messages import Deliveries
    from voxloop.activities.moments import Moments
    from voxloop.activities.steps import Steps
    from voxloop.domain.guard import refusal, refusal_params
    from voxloop.domain.linked import LinkedItemChanged
    from voxloop.domain.loop import Act, Answer, Attributes, Moment, Plan, Turn, Verb
    from voxloop.domain.relations import OtherChanged
    from voxloop.workflows.attributes import updates
    from voxloop.workflows.failures import answered
    from voxloop.workflows.policies import FEEDBACK_LOOP, REMEMBERED_ANSWERS, TURN

FIRST_VERSION = 1
# Versions 2, 3 and 4: so the version alone says how far the intake has come.
INTAKE = (Intake.acknowledge, Intake.classify, Intake.decide)


@dataclass
class LoopState:
    """All that a loop knows: handed over when it continues as new, made anew from the rows by the reconciler."""

    item: str
    plan: Plan = field(default_factory=lambda: Plan(FIRST_VERSION))
    shown: Attributes | None = None
    answers: dict[str, int] = field(default_factory=dict)


@workflow.defn(name=FEEDBACK_LOOP)
class FeedbackLoop:
    """Workflow id: ``feedback/<item id>``. Updates are named after ``Verb`` and take an ``Act``."""

    @workflow.init
    def __init__(self, state: LoopState) -> None:
        self.state = state
        self.lock = asyncio.Lock()

    @workflow.run
    async def run(self, state: LoopState) -> None:
        await self._receive()
        while not self.state.plan.finished:
            await self._until_next_moment()
            if _is_long():
                workflow.continue_as_new(self.state)
            await self._fire_what_is_due()
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update(dynamic=True)
    @answered
    async def act(self, verb: str, args: Sequence[RawValue]) -> Answer:
        """An act of a person. The same key again gets the answer of the first time."""
        act = _read_act(verb, args)
        await self._received()
        async with self.lock:
            memory = act.turn
            while memory not in self.state.answers:
                self._guard(act)
                if await self._turn(memory, Acts.perform, act, summary=verb):
                    self._remember(memory)
                await self._settle()
            return Answer(self.state.answers[memory])

    @act.validator
    def _quick_no(self, verb: str, args: Sequence[RawValue]) -> None:
        act = _read_act(verb, args)
        if self._is_received() and act.turn not in self.state.answers:
            self._guard(act)

    @workflow.signal
    async def linked_item_changed(self, change: LinkedItemChanged) -> None:
        """A linked item stands differently in its system."""
        await self._told(f"{change.key}/{change.version}", LinkedItems.note, change)

    @workflow.signal
    async def other_changed(self, changed: OtherChanged) -> None:
        """Another item was merged into this one, or the one that stands for it has moved on."""
        await self._told(f"{changed.news}/{changed.other}/{changed.version}", Others.note, changed)

    @workflow.signal
    async def delivery_failed(self, key: str) -> None:
        """A message could not be delivered; the receipt of that key says why."""
        await self._told(key, Deliveries.note_failure, key)

    @workflow.signal
    async def look_again(self, version: int) -> None:
        """The rows stand at that version: perhaps by an act after which all died, and which nobody repeats."""
        await self._received()
        async with self.lock:
            while self.state.plan.version < version:
                await self._turn("look_again", Acts.recall)
                await self._settle()

    @workflow.query
    def plan(self) -> Plan:
        """For the reconciler and for support: where the loop believes the item stands."""
        return self.state.plan

    async def _receive(self) -> None:
        async with self.lock:
            for activity in INTAKE[self.state.plan.version - FIRST_VERSION :]:
                await self._turn(activity.__name__, activity)
            await self._settle()

    async def _received(self) -> None:
        await workflow.wait_condition(self._is_received)

    def _is_received(self) -> bool:
        return self.state.plan.version >= FIRST_VERSION + len(INTAKE)

    async def _told(self, by: str, note: Any, what: object) -> None:
        await self._received()
        async with self.lock:
            noted = False
            while not (noted or self.state.plan.finished):
                noted = await self._turn(by, note, what)
                await self._settle()

    async def _until_next_moment(self) -> None:
        """Wait until the next moment, another one than now, or a history so long that a new run has to go on."""
        moment = self._next()
        if moment is not None and moment.wake <= workflow.now():
            return
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._next() != moment or _is_long(),
                timeout=None if moment is None else (moment.wake - workflow.now()).total_seconds(),
                timeout_summary=None if moment is None else f"{moment.name} {_minute(moment.at)}",
            )

    async def _fire_what_is_due(self) -> None:
        async with self.lock:
            while (moment := self._next()) is not None and moment.wake <= workflow.now():
                await self._turn(moment.name, Moments.fire, moment, summary=moment.name)
                await self._settle()

    def _next(self) -> Moment | None:
        return self.state.plan.moments[0] if self.state.plan.moments else None

    def _guard(self, act: Act) -> None:
        code = refusal(act, self.state.plan)
        if code is not None:
            params = dict(refusal_params(act, self.state.plan))
            raise ApplicationError(code, params, type=code, non_retryable=True)

    def _remember(self, memory: str) -> None:
        self.state.answers[memory] = self.state.plan.version
        while len(self.state.answers) > REMEMBERED_ANSWERS:
            del self.state.answers[next(iter(self.state.answers))]

    async def _turn(self, by: str, activity: Any, *about: object, summary: str | None = None) -> bool:
        """Take the next turn; ``by`` names what takes it, the same whenever it is tried again.

        False: its version stands written by another turn, one that a lost worker took and no history tells. Its plan is
        now ours, its act has its answer, and what was wanted here is still to be done.
        """
        plan = self.state.plan
        turn = Turn(self.state.item, plan.version + 1, plan.number, workflow.now(), by)
        self.state.plan = await workflow.execute_local_activity_method(
            activity, args=[turn, *about], summary=summary, **TURN
        )
        written_by = self.state.plan.by or by
        if written_by != by:
            self._remember(written_by)
        return written_by == by

    async def _settle(self) -> None:
        """Go where the last turn said, then show ops where the item stands."""
        while self.state.plan.goto is not None:
            goto = self.state.plan.goto
            await self._turn(goto, Steps.enter, goto, summary=goto)
        shown = updates(self.state.shown, self.state.plan.attributes)
        if shown:
            workflow.upsert_search_attributes(shown)
            self.state.shown = self.state.plan.attributes
        workflow.set_current_details(_details(self.state.plan))


def _read_act(verb: str, args: Sequence[RawValue]) -> Act:
    if verb not in list(Verb) or len(args) != 1:
        raise ApplicationError(f"no act {verb}", type="INVALID", non_retryable=True)
    act: Act = workflow.payload_converter().from_payload(args[0].payload, Act)
    return act


def _is_long() -> bool:
    return workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished()


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%SZ")


def _details(plan: Plan) -> str:
    attributes = plan.attributes
    lines = [
        f"**{attributes.stage}** at step `{plan.step or '-'}`, version {plan.version}",
        f"- {attributes.type}, {attributes.priority}, team `{attributes.team or '-'}`, owner `{plan.owner or '-'}`",
        *(f"- branch `{branch.step}`, owner `{branch.owner or '-'}`" for branch in plan.branches),
        *(f"- {_minute(moment.at)} {moment.name}" for moment in plan.moments),
    ]
    return "\n".join(lines)
