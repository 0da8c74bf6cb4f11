"""Who gets a step: the process's strategy among the active members of its team, with the reason kept for people."""

from typing import Any

from voxloop.activities.scene import Scene
from voxloop.domain.decision import Route
from voxloop.domain.process import HOLD, Step
from voxloop.store import decisions, people, steps
from voxloop.store.sessions import Row


async def routed(scene: Scene, step: Step) -> tuple[str | None, str | None]:
    """The team that the step is for, and the member if rules named one."""
    decision = await route_to(scene, step)
    route = Route(**decision["body"]["route"]) if decision else Route()
    return route.team or step.team, None if step.key == HOLD else route.member


async def route_to(scene: Scene, step: Step | None) -> Row | None:
    """The decision whose route stands in for the step's team: at the first task step, the first time round.

    Whoever looks at a held item is of that team too.
    """
    process = await scene.process()
    if process is None or step is None or step.key not in (HOLD, process.first_task and process.first_task.key):
        return None
    if scene.item["round"] > 1:
        return None
    return await decisions.of_rule_set(scene.session, scene.id, scene.item["rule_set"])


async def assign(scene: Scene, step: Step, run: Row, member: str | None = None) -> None:
    """Give the step to ``member``, else to whom the strategy finds; to nobody, and the team's queue keeps it."""
    if member is None:
        member, reason = await _choose(scene, step, run["team"])
    else:
        reason = {"strategy": "named"}
    await hand(scene, run, run["team"], member, reason)


async def hand(scene: Scene, run: Row, team: str | None, member: str | None, reason: dict[str, Any]) -> None:
    """The step belongs to this team and member from now on."""
    await steps.assign(scene.session, run, team=team, member=member, reason=reason, began_at=scene.now)
    scene.set(team=team, owner=member)


async def _choose(scene: Scene, step: Step, team: str | None) -> tuple[str | None, dict[str, Any]]:
    candidates = await people.in_team(scene.session, team) if team else []
    loads = await people.loads(scene.session, candidates)
    reason: dict[str, Any] = {"strategy": step.assign.strategy, "loads": loads}
    preferred = await _preferred(scene, step)
    if preferred is not None and await people.active(scene.session, [preferred]):
        return preferred, reason | {"preferred": preferred}
    if step.assign.strategy == "manual" or not candidates:
        return None, reason
    return min(candidates, key=lambda candidate: (loads[candidate], candidate)), reason


async def _preferred(scene: Scene, step: Step) -> str | None:
    if step.assign.same_as is not None:
        return await steps.owner_of(scene.session, scene.id, step.assign.same_as)
    if step.assign.strategy == "account_owner":
        customer = await scene.customer()
        return customer["account_owner"] if customer else None
    return None
