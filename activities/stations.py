"""Leaving a step: its run ends with an outcome, its clocks end, and the outcome says where the item goes.

A member may also leave hers for a while without ending it: it waits for the customer and goes on as it stood.
"""

from voxloop.activities import clocks
from voxloop.activities.scene import Scene
from voxloop.domain.feedback import Stage
from voxloop.domain.process import CLOSE, MEMBER_STEPS, ClockName
from voxloop.store import steps


async def leave(scene: Scene, outcome: str, content: object = None) -> None:
    """End the current step with ``outcome`` and go where that leads."""
    if await scene.run() is None:
        raise LookupError(f"{scene.id} stands at no step")
    await end_run(scene, outcome, content)
    await go_on(scene, outcome)


async def go_on(scene: Scene, outcome: str) -> None:
    """Go where an outcome of the current step leads."""
    process, step = await scene.process(), await scene.step()
    if process is None or step is None:
        raise LookupError(f"{scene.id} stands at no step")
    following = step.outcomes[outcome]
    if following == CLOSE:
        scene.close_as(process.item_outcome(step.key, outcome))
    else:
        scene.goto = following
    scene.happened.detail["outcome"] = outcome


async def end_run(scene: Scene, outcome: str | None, content: object = None) -> None:
    """End the current step, if the item stands at one, without saying where it goes."""
    run = await scene.run()
    if run is not None:
        await scene.change_run(ended_at=scene.now, outcome=outcome, content=content, waiting_since=None)
        if run["kind"] in MEMBER_STEPS:
            await steps.release(scene.session, scene.id, scene.now)
    done = outcome is not None
    await clocks.end(scene, ClockName.RESPOND, ClockName.FINISH, fulfilled=done)


async def wait_for_customer(scene: Scene) -> None:
    """The present step stays open with its owner; what the process pauses meanwhile stands still."""
    await scene.change_run(waiting_since=scene.now)
    scene.set(stage=Stage.WAITING_CUSTOMER)


async def resume(scene: Scene) -> bool:
    """Go on with a step that waits for the customer; False when none does."""
    step, run = await scene.step(), await scene.run()
    if step is None or run is None or run["waiting_since"] is None:
        return False
    await scene.change_run(waiting_since=None)
    scene.set(stage=step.stage)
    return True
