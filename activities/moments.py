"""What is due at an instant: a warning, a breach, an escalation, a reminder, a silent customer, the end of a wait or
of a snooze, a survey, the end of the reopening window.

Each fires once, also after an outage: what has fired stands in the rows, and levels only rise.
"""

from dataclasses import dataclass

from temporalio import activity

from voxloop.activities import clocks, decisions, facts, notices, snoozes, stations, surveys, turn
from voxloop.activities.scene import Means, Scene
from voxloop.domain.decision import Tell
from voxloop.domain.limits import ClockName, Escalation
from voxloop.domain.loop import Moment, Plan, Turn
from voxloop.domain.moments import PASSED, overtaken
from voxloop.domain.rules import Occasion, leaves
from voxloop.rules.evaluator import holds
from voxloop.store.events import Event

_WARNED = [Tell("assignee")]
_BREACHED = [Tell("team_lead")]


@dataclass
class Moments:
    """The activity behind a loop's timer."""

    means: Means

    @activity.defn(name="fire")
    async def fire(self, turn_: Turn, moment: Moment) -> Plan:
        """Do what is due at ``moment``; how late it is done stands in the event."""

        async def part(scene: Scene) -> None:
            late = max((turn_.now - moment.at).total_seconds(), 0.0)
            scene.happened = Event("", "system", {"moment": moment.name, "due": moment.at, "late_seconds": late})
            place, _, rest = moment.name.partition(".")
            kind, _, branch = place.partition("/")
            if branch:
                with scene.at(int(branch)):
                    run = await scene.run()
                    scene.happened.detail["branch"] = run["step"] if run else None
                    await _of_step(scene, kind, rest, moment)
            elif moment.name == "finish":  # the window's end; the step's clock of that name says what of it is due
                await _finish(scene)
            elif kind == "silent":
                scene.happened.kind = "customer_silent"
                if not await stations.resume(scene):
                    await stations.leave(scene, "silent")
            elif kind == "remind":
                await _remind(scene, int(rest), moment)
            elif kind == "waited":
                await _go_on(scene)
            elif kind == "survey":
                await surveys.send(scene)
            elif kind == "wake":
                await snoozes.wake(scene)
            else:
                await _of_step(scene, kind, rest, moment)

        return await turn.take(self.means, turn_, part)


async def _finish(scene: Scene) -> None:
    scene.happened.kind = "finished"
    await clocks.end(scene, ClockName.TOTAL_RESOLUTION, fulfilled=True, at=scene.item["closed_at"])
    scene.set(finished_at=scene.now)


async def _remind(scene: Scene, number: int, moment: Moment) -> None:
    step, run = await scene.step(), await scene.run()
    if step is None or run is None:
        raise LookupError("no step to remind of")
    await scene.change_run(fired=[*run["fired"], f"remind.{number}"])
    if overtaken(moment, step, run, scene.means.scale, scene.now):
        scene.happened.kind = "reminder_passed"
        return
    scene.happened.kind = "reminded"
    scene.happened.detail["sent"] = step.remind[number].send
    await notices.to_customer(scene, step.remind[number].send)


async def _go_on(scene: Scene) -> None:
    step = await scene.step()
    if step is None:
        raise LookupError("no step that waits")
    scene.happened.kind = "waited"
    [outcome] = step.outcomes
    await stations.leave(scene, outcome)


async def _of_step(scene: Scene, kind: str, rest: str, moment: Moment) -> None:
    if kind == "escalate":
        await _escalate(scene, int(rest))
    else:
        await _clock(scene, kind, rest, moment)


async def _clock(scene: Scene, name: str, what: str, moment: Moment) -> None:
    clock = await clocks.of_name(scene, name)
    if clock is None:
        raise LookupError(f"no clock {name} runs")
    if what == "breach":
        scene.happened.kind = "breached"
        await clocks.breach(scene, clock)
        await notices.tell(scene, _BREACHED, "notice_overdue")
        await decisions.on(scene, Occasion.OVERDUE)
    else:
        scene.happened.kind = "warned"
        share = float(what.removeprefix("warn."))
        await scene.change_clock(clock, "warn", moment.at, warned=share)
        await notices.tell(scene, _WARNED, "notice_warning")


async def _escalate(scene: Scene, level: int) -> None:
    step, run = await scene.step(), await scene.run()
    if step is None or run is None:
        raise LookupError("no step to escalate")
    escalation = step.escalate[level]
    wanted = await _wanted(scene, escalation, accepted=run["accepted_at"] is not None)
    await scene.change_run(fired=[*run["fired"], f"{'escalate' if wanted else PASSED}.{level}"])
    if not wanted:
        scene.happened.kind = "escalation_passed"
        return
    scene.happened.kind = "escalated"
    scene.happened.detail["level"] = level + 1
    if escalation.raise_priority:
        scene.set(priority=scene.priority.raised())
    await notices.tell(scene, escalation.tell, "notice_escalated")


async def _wanted(scene: Scene, escalation: Escalation, accepted: bool) -> bool:
    if escalation.condition is None:
        return True
    asked = {leaf.fact for leaf in leaves(escalation.condition)}
    return holds(escalation.condition, await facts.known(scene, asked, accepted))
