"""Steps that run side by side: all begin in the turn that enters the parallel step, each with its owner and clocks.

Whatever is done at a branch is done while the scene looks at it, by the same parts that do it at a step of its own; how
branches are left and joined stands in ``stations``.
"""

from typing import Any

from voxloop.activities import linked_items, owners, stations
from voxloop.activities.scene import Scene
from voxloop.domain.guard import meant
from voxloop.domain.loop import Act, Branch
from voxloop.domain.process import Step, StepKind
from voxloop.store import steps
from voxloop.store.sessions import Row

# What the choice of an owner leaves in the event.
_OF_EACH = ("assigned", "unassigned")


async def begin(scene: Scene, step: Step, run: Row, again: bool) -> None:
    """Begin the clock of a parallel step and all its branches; those for which nothing is left to do end at once.

    ``again``: the item stood there before, so each goes to whoever had it, nothing is opened twice, and what was done
    is done.
    """
    await stations.begin_waiting(scene, step, run)
    scene.happened.kind = "branched"
    done = await steps.carry_on(scene.session, run) if again else ()
    left = [branch for branch in step.branches if branch.key not in done]
    scene.happened.detail["branches"] = [await _begin(scene, branch, run, again) for branch in left]
    await linked_items.leave_branches_when_settled(scene)


async def _begin(scene: Scene, branch: Step, parent: Row, again: bool) -> dict[str, Any]:
    team, member, fired = await owners.expected(scene, branch, again)
    run = await scene.begin_run(branch, team, parent=parent["seq"], fired=fired)
    with scene.at(run["seq"]):
        if not again:
            await linked_items.open_items(scene, branch.opens)
        if branch.kind is StepKind.TASK:
            await stations.begin_work(scene, branch, run, member, again)
        else:
            await stations.begin_waiting(scene, branch, run)
        begun = {"step": branch.key, "team": team, "member": next(iter(await scene.owners()), None)}
    detail = scene.happened.detail
    return begun | {name: detail.pop(name) for name in _OF_EACH if name in detail}


async def meant_by(scene: Scene, act: Act) -> int | None:
    """The ``seq`` of the branch that an act is about, which its event then names; None: the item as a whole."""
    branch = meant(act, await open_ones(scene))
    if branch is None:
        return None
    scene.happened.detail["step"] = branch.step
    return next(seq for seq, run in (await scene.branches()).items() if run["step"] == branch.step)


async def open_ones(scene: Scene) -> list[Branch]:
    """What can be done at the open branches."""
    running = await scene.clocks()
    return [
        Branch(
            step=run["step"],
            kind=run["kind"],
            accepted=run["accepted_at"] is not None,
            owner=run["owner"],
            outcomes=run["outcomes"],
            required=run["required"],
            clocks=sorted(name for name, place in running if place == seq),
        )
        for seq, run in (await scene.branches()).items()
    ]
