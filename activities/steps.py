"""Entering a step: what the pinned process says there is carried out, written, and answered as a plan.

A choice, and an automatic step that does not wait, are left in the same turn: each costs one, and its event says what
came of it.
"""

from dataclasses import dataclass

from temporalio import activity

from voxloop.activities import branches, clocks, linked_items, notices, owners, paces, stations, turn, ways, webhooks
from voxloop.activities.scene import Means, Scene
from voxloop.domain.feedback import Outcome, Stage
from voxloop.domain.limits import ClockName
from voxloop.domain.loop import Plan, Turn
from voxloop.domain.moments import delayed
from voxloop.domain.process import CLOSE, MEMBER_STEPS, Delay, Step, StepKind
from voxloop.domain.templates import NOTICE
from voxloop.store.events import Event
from voxloop.store.sessions import Row

AGAIN = "again"


@dataclass
class Steps:
    """The activity that moves an item to its next step, or to its end."""

    means: Means

    @activity.defn(name="enter_step")
    async def enter(self, turn_: Turn, goto: str) -> Plan:
        """Go to a step's key, to ``<key>/again`` after an interruption, or to ``close/<item outcome>``."""

        async def part(scene: Scene) -> None:
            key, _, how = goto.partition("/")
            if key == CLOSE:
                await _close(scene, Outcome(how))
            else:
                await _enter(scene, key, again=how == AGAIN)

        return await turn.take(self.means, turn_, part)


async def _enter(scene: Scene, key: str, again: bool) -> None:
    """Enter a step. ``again``: the item stood there before, so what was sent and opened then is not repeated."""
    process = await scene.process()
    if process is None:
        raise LookupError(f"{scene.id} has no process")
    step = process.step(key)
    team, member, fired = await owners.expected(scene, step, again)
    scene.set(step=key)
    if step.kind not in _PARTS or step.delay:
        # Else it only comes through: whose it was and how it stood stay as they are.
        scene.set(stage=step.stage, team=team or scene.item["team"], owner=None)
    scene.happened = Event("step_entered", "system", {"step": key})
    if not again:
        await linked_items.open_items(scene, step.opens)
    if step.kind not in _PARTS:
        await _begin(scene, step, await scene.begin_run(step, team, fired=fired), member, again)
    elif step.delay is not None and again:
        await _wait(scene, step, step.delay, team)
    else:
        await _pass(scene, step, team)


async def _pass(scene: Scene, step: Step, team: str | None) -> None:
    """What waits for nobody is done at once; after it there may be a time to wait."""
    outcome = await _PARTS[step.kind](scene, step)
    if step.delay is not None:
        await _wait(scene, step, step.delay, team)
    else:
        await scene.begin_run(step, team, ended_at=scene.now, outcome=outcome)
        await stations.go_on(scene, outcome)


async def _wait(scene: Scene, step: Step, delay: Delay, team: str | None) -> None:
    end = delayed(delay, (await paces.chosen(scene, delay.calendar)).pace, scene.now)
    scene.happened.kind = "step_waits"
    scene.happened.detail["until"] = end
    await scene.begin_run(step, team, wait_until=end)


async def _begin(scene: Scene, step: Step, run: Row, member: str | None, again: bool) -> None:
    if step.automatic and step.send:
        await notices.to_customer(scene, step.send)
        await stations.leave(scene, "sent")
    elif step.kind in MEMBER_STEPS:
        await stations.begin_work(scene, step, run, member, again)
    elif step.kind is StepKind.LINKED:
        await stations.begin_waiting(scene, step, run)
        await linked_items.leave_when_settled(scene)
    elif step.kind is StepKind.PARALLEL:
        await branches.begin(scene, step, run, again)
    elif step.send and not again:
        await notices.to_customer(scene, step.send)


async def _choose(scene: Scene, step: Step) -> str:
    scene.happened.kind = "chosen"
    return await ways.taken(scene, step.cases)


async def _carry_out(scene: Scene, step: Step) -> str:
    scene.happened.kind = "carried_out"
    if step.sets.priority is not None:
        scene.set(priority=step.sets.priority)
    scene.set(tags=list(dict.fromkeys((*scene.item["tags"], *step.sets.tags))))
    if step.send is not None:
        scene.happened.detail["sent"] = step.send
        await notices.to_customer(scene, step.send)
    await notices.tell(scene, step.tell, NOTICE)
    if step.call is not None:
        await webhooks.call(scene, step.call)
    [outcome] = step.outcomes
    return outcome


_PARTS = {StepKind.CHOICE: _choose, StepKind.AUTOMATIC: _carry_out}


async def _close(scene: Scene, outcome: Outcome) -> None:
    process, reason = await scene.process(), scene.item["closing_reason"]
    scene.happened = Event("closed", "system", {"outcome": outcome})
    if process is not None and reason is not None:
        scene.happened.detail["closing_reason"] = process.reasons[reason]
    await end(scene, outcome)


async def end(scene: Scene, outcome: Outcome) -> None:
    """The item is closed. One for which another stands is not resolved by that."""
    await stations.end_run(scene, None)
    await clocks.end(scene, ClockName.RESOLUTION, fulfilled=outcome is not Outcome.MERGED)
    await clocks.end(scene, ClockName.FIRST_RESPONSE, ClockName.NEXT_REPLY, fulfilled=False)
    scene.set(
        stage=Stage.CLOSED,
        outcome=outcome,
        closed_at=scene.now,
        first_closed_at=scene.item["first_closed_at"] or scene.now,
        step=None,
        owner=None,
    )
