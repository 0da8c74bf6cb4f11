"""Entering a step: what the pinned process says there is carried out, written, and answered as a plan.

A choice and an automatic step are left in the same turn: each costs one, and its event says what came of it.
"""

from dataclasses import dataclass

from temporalio import activity

from voxloop.activities import clocks, facts, linked_items, notices, owners, stations, turn
from voxloop.activities.scene import Means, Scene
from voxloop.domain.decision import Tell
from voxloop.domain.feedback import Outcome, Stage
from voxloop.domain.loop import Plan, Turn
from voxloop.domain.process import CLOSE, ITEM_CLOCKS, MEMBER_STEPS, Case, ClockName, Step, StepKind
from voxloop.domain.rules import leaves
from voxloop.domain.templates import NOTICE
from voxloop.domain.texts import LANGUAGES, say
from voxloop.rules.evaluator import holds
from voxloop.rules.sentences import condition_sentence
from voxloop.store import steps
from voxloop.store.events import Event
from voxloop.store.sessions import Row

_TO_ASSIGNEE = Tell("assignee")


@dataclass
class Steps:
    """The activity that moves an item to its next step, or to its end."""

    means: Means

    @activity.defn(name="enter_step")
    async def enter(self, turn_: Turn, goto: str) -> Plan:
        """Go to a step's key, or to ``close/<item outcome>``."""

        async def part(scene: Scene) -> None:
            key, _, outcome = goto.partition("/")
            if key == CLOSE:
                await _close(scene, Outcome(outcome))
            else:
                await _enter(scene, key)

        return await turn.take(self.means, turn_, part)


async def _enter(scene: Scene, key: str) -> None:
    process = await scene.process()
    if process is None:
        raise LookupError(f"{scene.id} has no process")
    step = process.step(key)
    team, member = await owners.routed(scene, step)
    scene.set(step=key)
    if step.kind not in _PARTS:  # else it only comes through: whose it was and how it stood stay as they are
        scene.set(stage=step.stage, team=team or scene.item["team"], owner=None)
    scene.happened = Event("step_entered", "system", {"step": key})
    await linked_items.open_items(scene, step.opens)
    run = {
        "step": key,
        "kind": step.kind,
        "title": step.title,
        "round": scene.item["round"],
        "team": team,
        "entered_at": scene.now,
        "outcomes": list(step.outcomes),
        "required": list(step.require),
    }
    if step.kind in _PARTS:
        outcome = await _PARTS[step.kind](scene, step)
        await scene.begin_run(**run, ended_at=scene.now, outcome=outcome)
        await stations.go_on(scene, outcome)
    else:
        await _begin(scene, step, await scene.begin_run(**run), member)


async def _begin(scene: Scene, step: Step, run: Row, member: str | None) -> None:
    if step.automatic and step.send:
        await notices.to_customer(scene, step.send)
        await stations.leave(scene, "sent")
    elif step.kind in MEMBER_STEPS:
        await owners.assign(scene, step, run, member)
        await clocks.start(scene, ClockName.RESPOND, scene.now, run["seq"])
        await clocks.start(scene, ClockName.FINISH, scene.now, run["seq"])
        if scene.item["owner"]:
            await notices.tell(scene, [_TO_ASSIGNEE], "notice_assigned")
    elif step.kind is StepKind.LINKED:
        await linked_items.leave_when_settled(scene)
    elif step.send:
        await notices.to_customer(scene, step.send)


async def _choose(scene: Scene, step: Step) -> str:
    """Take the first case that holds of the item as it is now, and keep of what it was asked, with the answers."""
    asked = {leaf.fact for each in step.cases if each.condition for leaf in leaves(each.condition)}
    accepted = "accepted" in asked and await steps.accepted_in(scene.session, scene.id, scene.item["round"])
    known = await facts.known(scene, asked, accepted)
    case = next(case for case in step.cases if case.condition is None or holds(case.condition, known))
    scene.happened.kind = "chosen"
    scene.happened.detail |= {
        "because": {language: _because(case, language) for language in LANGUAGES},
        "facts": {name: known.get(name) for name in sorted(asked - {"text"})},
    }
    return case.go


def _because(case: Case, language: str) -> str:
    return condition_sentence(case.condition, language) if case.condition else say(language, "rule.otherwise")


async def _carry_out(scene: Scene, step: Step) -> str:
    scene.happened.kind = "carried_out"
    if step.sets.priority is not None:
        scene.set(priority=step.sets.priority)
    scene.set(tags=list(dict.fromkeys((*scene.item["tags"], *step.sets.tags))))
    if step.send is not None:
        scene.happened.detail["sent"] = step.send
        await notices.to_customer(scene, step.send)
    await notices.tell(scene, step.tell, NOTICE)
    [outcome] = step.outcomes
    return outcome


_PARTS = {StepKind.CHOICE: _choose, StepKind.AUTOMATIC: _carry_out}


async def _close(scene: Scene, outcome: Outcome) -> None:
    await stations.end_run(scene, None)
    scene.happened = Event("closed", "system", {"outcome": outcome})
    await clocks.end(scene, ClockName.RESOLUTION, fulfilled=True)
    await clocks.end(scene, *ITEM_CLOCKS, fulfilled=False)
    scene.set(
        stage=Stage.CLOSED,
        outcome=outcome,
        closed_at=scene.now,
        first_closed_at=scene.item["first_closed_at"] or scene.now,
        step=None,
        owner=None,
    )
