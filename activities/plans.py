"""Where the item stands after a turn, in the few codes and instants that its loop needs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from voxloop.activities import branches, clocks, paces
from voxloop.activities.scene import ClockRow, Scene
from voxloop.domain.clocks import Clock, Pace
from voxloop.domain.feedback import Stage
from voxloop.domain.guard import ANSWERED, ASKED
from voxloop.domain.limits import ClockName
from voxloop.domain.loop import Attributes, Moment, Plan
from voxloop.domain.moments import (
    Timed,
    at_branch,
    clock_moments,
    escalation_moments,
    reminders,
    silence,
    survey_time,
    wait_end,
    window_end,
)
from voxloop.domain.process import Step, StepKind
from voxloop.store import surveys


async def settle(scene: Scene) -> Plan:
    """Bring the item's due instant and overdue mark up to date, and make the plan."""
    # Of a closed item the total resolution stands still, and asks nothing of anybody.
    running = [] if scene.stage is Stage.CLOSED else list((await scene.clocks()).values())
    due = [clock["due_at"] for clock in running if clock["due_at"] and (clock["manual"] or clock["paused_at"] is None)]
    scene.set(due_at=min(due, default=None), overdue=any(clock["breached_at"] for clock in running))
    run, step, process = await scene.run(), await scene.step(), await scene.process()
    survey = await _survey(scene)
    return Plan(
        version=scene.turn.version,
        number=scene.number,
        attributes=await _attributes(scene),
        step=scene.item["step"],
        kind=step.kind if step else None,
        asks=step is not None and step.kind is StepKind.CUSTOMER and not step.confirmation,
        accepted=run is not None and run["accepted_at"] is not None,
        owner=scene.item["owner"],
        outcomes=list(step.outcomes) if step else [],
        required=list(step.required) if step else [],
        moments=await _moments(scene, running, surveyed=survey is not None),
        goto=scene.goto,
        finished=scene.item["finished_at"] is not None,
        by=scene.turn.by,
        tags=len(scene.item["tags"]),
        process=scene.item["process"],
        merged=scene.item["merged_into"] is not None,
        together=_together(scene),
        clocks=await clocks.names(scene),
        reasons=list(process.reasons) if process else [],
        unreasoned=process.unreasoned(step) if process and step else [],
        survey=survey,
        branches=await branches.open_ones(scene),
        snoozed=scene.item["snoozed_until"] is not None,
    )


async def _survey(scene: Scene) -> str | None:
    """How the survey of this round stands."""
    process = await scene.process()
    if scene.stage is not Stage.CLOSED or process is None or process.survey is None:
        return None
    row = await surveys.get(scene.session, scene.id, scene.item["round"])
    return None if row is None else ASKED if row["answered_at"] is None else ANSWERED


async def _moments(scene: Scene, running: Sequence[ClockRow], surveyed: bool) -> list[Moment]:
    process, step, run = await scene.process(), await scene.step(), await scene.run()
    if process is None or scene.item["finished_at"] is not None:
        return []
    moments: list[Moment] = []
    for row in running:
        name = at_branch(row["name"], await clocks.branch_of(scene, row))
        moments += clock_moments(name, await _timed(scene, row), await clocks.limits(scene, row))
    for branch in (None, *await scene.branches()):
        with scene.at(branch):
            moments += await _escalations(scene, branch)
    if step is not None and run is not None:
        moments += silence(step, run, scene.means.scale)
        moments += reminders(step, run, scene.means.scale)
        moments += wait_end(run)
    if scene.item["snoozed_until"] is not None:
        moments.append(Moment(scene.item["snoozed_until"], "wake"))
    if scene.stage is Stage.CLOSED and not _together(scene):
        since = scene.item["settled_at"] or scene.item["closed_at"]
        moments += () if surveyed else survey_time(scene.item["outcome"], since, process, scene.means.scale)
        moments.append(window_end(since, process, scene.means.scale))
    delay = scene.means.delay(scene.id)
    return [replace(moment, delay=delay) for moment in sorted(moments, key=lambda moment: (moment.at, moment.name))]


async def _timed(scene: Scene, row: ClockRow) -> Timed:
    return Clock.of(row), await paces.pinned(scene, row["calendar"], row["zone"])


async def _own_paces(scene: Scene, step: Step) -> dict[str, Pace]:
    """What the escalations of a step count in that name a calendar of their own."""
    named = {escalation.calendar for escalation in step.escalate if escalation.calendar is not None}
    return {key: (await paces.chosen(scene, key)).pace for key in sorted(named)}


def _together(scene: Scene) -> bool:
    return scene.item["merged_into"] is not None and scene.item["settled_at"] is None


async def _escalations(scene: Scene, branch: int | None) -> Iterable[Moment]:
    run, step = await scene.run(), await scene.step()
    if run is None or step is None:
        return ()
    finish = (await scene.clocks()).get((ClockName.FINISH, run["seq"]))
    limit = await _timed(scene, finish) if finish is not None else None
    moments = escalation_moments(step, run, limit, await _own_paces(scene, step))
    return [replace(moment, name=at_branch(moment.name, branch)) for moment in moments]


async def _attributes(scene: Scene) -> Attributes:
    item, customer = scene.item, await scene.customer()
    return Attributes(
        type=item["type"],
        priority=item["priority"],
        stage=item["stage"],
        team=item["team"],
        product_line=item["product_line"],
        customer_level=customer["level"] if customer else None,
        due_at=item["due_at"],
        overdue=item["overdue"],
    )
