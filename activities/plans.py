"""Where the item stands after a turn, in the few codes and instants that its loop needs."""

from collections.abc import Sequence

from voxloop.activities.scene import Scene
from voxloop.domain.feedback import Stage
from voxloop.domain.loop import Attributes, Moment, Plan
from voxloop.domain.moments import clock_moments, escalation_moments, limits_of, silence, window_end
from voxloop.domain.process import ClockName, StepKind
from voxloop.store.sessions import Row


async def settle(scene: Scene) -> Plan:
    """Bring the item's due instant and overdue mark up to date, and make the plan."""
    running = list((await scene.clocks()).values())
    due = [clock["due_at"] for clock in running if clock["due_at"] and clock["paused_at"] is None]
    scene.set(due_at=min(due, default=None), overdue=any(clock["breached_at"] for clock in running))
    run, step = await scene.run(), await scene.step()
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
        required=list(step.require) if step else [],
        moments=await _moments(scene, running),
        goto=scene.goto,
        finished=scene.item["finished_at"] is not None,
        by=scene.turn.by,
        tags=len(scene.item["tags"]),
    )


async def _moments(scene: Scene, running: Sequence[Row]) -> list[Moment]:
    process, step, run = await scene.process(), await scene.step(), await scene.run()
    if process is None or scene.item["finished_at"] is not None:
        return []
    moments: list[Moment] = []
    for clock in running:
        moments += clock_moments(clock, limits_of(clock["name"], process, step))
    if step is not None and run is not None:
        finish = next((clock for clock in running if clock["name"] == ClockName.FINISH), None)
        moments += escalation_moments(step, run, finish, scene.priority, scene.means.scale)
        moments += silence(step, run, scene.means.scale)
    if scene.stage is Stage.CLOSED:
        moments.append(window_end(scene.item["closed_at"], process, scene.means.scale))
    return sorted(moments, key=lambda moment: (moment.at, moment.name))


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
