"""A member's work at a step begins; and leaving a step: its run and clocks end, its outcome says where the item goes.

A member may also leave hers for a while without ending it: it waits for the customer and goes on as it stood.
"""

from voxloop.activities import clocks, notices, owners, ways
from voxloop.activities.scene import Scene
from voxloop.domain.decision import Tell
from voxloop.domain.feedback import Stage
from voxloop.domain.limits import STEP_CLOCKS, ClockName
from voxloop.domain.process import CLOSE, MEMBER_STEPS, Step
from voxloop.domain.templates import WITHDRAWN
from voxloop.store import steps
from voxloop.store.sessions import Row

_TO_ASSIGNEE = Tell("assignee")


async def begin_work(scene: Scene, step: Step, run: Row, member: str | None, again: bool) -> None:
    """The step, or the branch that one looks at, gets its owner, and its clocks run."""
    await owners.assign(scene, step, run, member, again)
    for name in STEP_CLOCKS:
        await clocks.start(scene, name, scene.now, run["seq"])


async def begin_waiting(scene: Scene, step: Step, run: Row) -> None:
    """The step, or the branch that one looks at, waits for others: only a limit, if it has one, is timed."""
    if step.limit.targets:
        await clocks.start(scene, ClockName.FINISH, scene.now, run["seq"])


async def leave(scene: Scene, outcome: str, content: object = None, reason: str | None = None) -> None:
    """End the current step with ``outcome`` and go where that leads: from a branch to where all of them join.

    ``reason``: the one that a person closes for.
    """
    run = await scene.run()
    if run is None:
        raise LookupError(f"{scene.id} stands at no step")
    await end_run(scene, outcome, content)
    if run["parent"] is None:
        await go_on(scene, outcome, reason)
    else:
        scene.happened.detail["outcome"] = outcome
        with scene.at(None):
            await _join(scene, outcome, reason)


async def _join(scene: Scene, ended: str, reason: str | None) -> None:
    """Leave the parallel step if that was the last of its branches, or one with which it is over."""
    run, step = await scene.run(), await scene.step()
    if run is None or step is None:
        raise LookupError(f"{scene.id} stands at no step")
    needless = await scene.branches()
    if needless and not step.join.ends_others(ended):
        return
    for seq in tuple(needless):
        with scene.at(seq):
            if await scene.owners():
                await notices.tell(scene, [_TO_ASSIGNEE], WITHDRAWN)
    outcome = step.way(await steps.ends(scene.session, run))
    await end_run(scene, outcome)
    scene.happened.detail["joined"] = step.key
    await _follow(scene, outcome, reason)


async def go_on(scene: Scene, outcome: str, reason: str | None = None) -> None:
    """Go where an outcome of the current step leads, and say which it was."""
    await _follow(scene, outcome, reason)
    scene.happened.detail["outcome"] = outcome


async def _follow(scene: Scene, outcome: str, reason: str | None) -> None:
    process, step = await scene.process(), await scene.step()
    if process is None or step is None:
        raise LookupError(f"{scene.id} stands at no step")
    following = step.outcomes[outcome]
    if outcome in step.conditional:
        following = scene.happened.detail["next"] = await ways.taken(scene, step.conditional[outcome])
    if following == CLOSE:
        scene.set(closing_reason=reason or process.closing_reasons.get(outcome))
        scene.close_as(process.item_outcome(step.key, outcome))
    else:
        scene.goto = following


async def end_run(scene: Scene, outcome: str | None, content: object = None) -> None:
    """End the current step, if the item stands at one, without saying where it goes; open branches are withdrawn."""
    run = await scene.run()
    if run is None:
        return
    if run["parent"] is None:
        await _withdraw(scene)
    await scene.change_run(ended_at=scene.now, outcome=outcome, content=content, waiting_since=None)
    if run["kind"] in MEMBER_STEPS:
        await steps.release(scene.session, run, scene.now)
    await clocks.end(scene, *STEP_CLOCKS, fulfilled=outcome is not None, seq=run["seq"])


async def _withdraw(scene: Scene) -> None:
    withdrawn = []
    for seq, branch in tuple((await scene.branches()).items()):
        with scene.at(seq):
            await end_run(scene, None)
        withdrawn.append(branch["step"])
    if withdrawn:
        scene.happened.detail["withdrawn"] = withdrawn


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
