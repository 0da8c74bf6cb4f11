"""An item goes on under another version of its process: what is under way stays under way.

The step run and its owner stay; what the step offers and asks for is told anew. Clocks keep their starts and pauses
and aim at the new targets, which ``clocks.follow`` sees to. What has fired stays fired: levels are counted by their
place in the step, and one of the new version whose instant has passed is due at once, once, as after an outage.
"""

from typing import Any

from voxloop.activities import owners, stations
from voxloop.activities.scene import Scene
from voxloop.domain.loop import Act
from voxloop.domain.process import MEMBER_STEPS, Step
from voxloop.store import documents


async def migrate(scene: Scene, act: Act, words: dict[str, Any]) -> None:
    """Keep to ``act.document`` from now on; with ``act.step``, leave the present step undone and enter that one."""
    left = await scene.step()
    team = (await owners.routed(scene, left))[0] if left is not None else None
    await _tell(scene, act)
    scene.set(process=act.document)
    if act.step is not None:
        await stations.end_run(scene, None)
        scene.set(step=None)
        scene.goto = act.step
    elif left is not None:
        await _stay(scene, team)


async def _tell(scene: Scene, act: Act) -> None:
    assert act.document is not None
    versions = {"from": scene.item["process"], "to": act.document}
    numbers = {row["id"]: row["version"] for row in await documents.titles(scene.session, versions.values())}
    scene.happened.detail |= {name: numbers[version] for name, version in versions.items()}
    if act.step is not None:
        scene.happened.detail |= {"left": scene.item["step"], "step": act.step}


async def _stay(scene: Scene, before: str | None) -> None:
    """Stand at the step as the new version describes it; ``before``: the team that the old one gives it to."""
    for place in (None, *await scene.branches()):
        with scene.at(place):
            await _describe(scene)
    step = await _demand_step(scene)
    team, member = await owners.routed(scene, step)
    if team == before:  # whom people have given it to keeps it
        return
    await scene.change_run(team=team, accepted_at=None)
    scene.set(team=team or scene.item["team"])
    run = await scene.run()
    if run is not None and step.kind in MEMBER_STEPS:
        await owners.assign(scene, step, run, member)


async def _describe(scene: Scene) -> None:
    """What the step, or the branch that one looks at, offers and asks for is told anew."""
    await scene.change_run(**await scene.described(await _demand_step(scene)))


async def _demand_step(scene: Scene) -> Step:
    step = await scene.step()
    if step is None:
        raise LookupError(f"{scene.id} stands at no step")
    return step
