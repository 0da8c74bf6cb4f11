"""The clocks of an item during one turn: started, ended, paused by stage, aimed anew when the priority changes."""

from datetime import datetime, timedelta

from voxloop.activities.scene import Scene
from voxloop.domain.moments import limits_of, paused_in
from voxloop.domain.process import ClockName
from voxloop.store.sessions import Row


async def start(scene: Scene, name: ClockName, at: datetime, seq: int = 0) -> None:
    """Start a clock ``at`` that instant. Without a target it only measures."""
    process = await scene.process()
    if process is None:
        return
    target = limits_of(name, process, await scene.step()).target(scene.priority)
    scaled = None if target is None else scene.scaled(target)
    values = {
        "item": scene.id,
        "name": name,
        "seq": seq,
        "started_at": at,
        "target_seconds": None if scaled is None else scaled.total_seconds(),
        "due_at": None if scaled is None else at + scaled,
    }
    await scene.start_clock(values)


async def end(scene: Scene, *names: ClockName, fulfilled: bool) -> None:
    """End these of the running clocks, fulfilled or cancelled; one overdue by then has breached at its due instant."""
    running = await scene.clocks()
    for name in names:
        if name in running:
            if fulfilled and _overdue(running[name], scene.now):
                await breach(scene, running[name])
            kind = "fulfil" if fulfilled else "cancel"
            await scene.change_clock(name, kind, scene.now, ended_at=scene.now, fulfilled=fulfilled)


async def breach(scene: Scene, clock: Row) -> None:
    """Store the breach at its exact instant, and by how much later it is acted on."""
    late = (scene.now - clock["due_at"]).total_seconds()
    values = {"breached_at": clock["due_at"], "late_seconds": max(late, 0.0)}
    await scene.change_clock(clock["name"], "breach", clock["due_at"], **values)


def _overdue(clock: Row, now: datetime) -> bool:
    due = clock["due_at"]
    return due is not None and clock["breached_at"] is None and clock["paused_at"] is None and now > due


async def follow(scene: Scene) -> None:
    """After a turn's part: stand still or go on as the stage wants, aim anew if the priority or the process changed."""
    before, item = scene.before, scene.item
    retarget = before["process"] is not None and any(before[name] != item[name] for name in ("priority", "process"))
    running = await scene.clocks()
    for name in tuple(running):
        await _stand_still_or_go_on(scene, running[name])
        if retarget:
            await _aim(scene, running[name])


async def _stand_still_or_go_on(scene: Scene, clock: Row) -> None:
    process = await scene.process()
    if process is None:
        return
    still = paused_in(scene.stage, limits_of(clock["name"], process, await scene.step()))
    if still and clock["paused_at"] is None:
        if _overdue(clock, scene.now):
            await breach(scene, clock)
        await scene.change_clock(clock["name"], "pause", scene.now, paused_at=scene.now)
    elif not still and clock["paused_at"] is not None:
        pause = scene.now - clock["paused_at"]
        due = clock["due_at"]
        values = {
            "paused_at": None,
            "paused_seconds": clock["paused_seconds"] + pause.total_seconds(),
            "due_at": due if due is None or clock["breached_at"] else due + pause,
        }
        await scene.change_clock(clock["name"], "resume", scene.now, **values)


async def _aim(scene: Scene, clock: Row) -> None:
    process = await scene.process()
    if process is None or clock["breached_at"] is not None:
        return
    target = limits_of(clock["name"], process, await scene.step()).target(scene.priority)
    scaled = None if target is None else scene.scaled(target)
    pause = timedelta(seconds=clock["paused_seconds"])
    due = None if scaled is None else clock["started_at"] + scaled + pause
    if due != clock["due_at"]:
        values = {"target_seconds": None if scaled is None else scaled.total_seconds(), "due_at": due}
        await scene.change_clock(clock["name"], "retarget", scene.now, **values)
