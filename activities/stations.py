"""Leaving a step: its run ends with an outcome, its clocks end, and the outcome says where the item goes."""

from voxloop.activities import clocks
from voxloop.activities.scene import Scene
from voxloop.domain.process import CLOSE, ClockName
from voxloop.store import steps


async def leave(scene: Scene, outcome: str, content: object = None) -> None:
    """End the current step with ``outcome`` and go where that leads."""
    process, step, run = await scene.process(), await scene.step(), await scene.run()
    if process is None or step is None or run is None:
        raise LookupError(f"{scene.id} stands at no step")
    await end_run(scene, outcome, content)
    following = step.outcomes[outcome]
    if following == CLOSE:
        scene.close_as(process.item_outcome(outcome))
    else:
        scene.goto = following
    scene.happened.detail["outcome"] = outcome


async def end_run(scene: Scene, outcome: str | None, content: object = None) -> None:
    """End the current step, if the item stands at one, without saying where it goes."""
    if await scene.run() is not None:
        await scene.change_run(ended_at=scene.now, outcome=outcome, content=content)
        await steps.release(scene.session, scene.id, scene.now)
    done = outcome is not None
    await clocks.end(scene, ClockName.RESPOND, ClockName.FINISH, fulfilled=done)
