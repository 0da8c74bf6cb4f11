"""The clocks of an item during one turn: started, ended, paused by stage, aimed anew when what aims them changes.

What a clock then says is computed in ``domain/clocks``; here is when, and of which row.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from voxloop.activities import paces
from voxloop.activities.scene import ClockRow, Scene
from voxloop.domain.clocks import Clock, Course, Pace, Pinned, course_of
from voxloop.domain.feedback import Stage
from voxloop.domain.limits import NO_LIMITS, STEP_CLOCKS, ClockName, Limits
from voxloop.domain.moments import limits_of, pausing
from voxloop.domain.verdicts import subject_of, target_of
from voxloop.store import clocks


async def start(scene: Scene, name: ClockName, at: datetime, seq: int = 0) -> None:
    """Start a clock ``at`` that instant. Without a target it only measures."""
    process = await scene.process()
    if process is None:
        return
    wanted = limits_of(name, process, await scene.step())
    pinned = await paces.chosen(scene, wanted.calendar, name)
    clock, why = await _aimed(scene, Clock(at), Course(at), wanted, pinned)
    values = vars(clock) | {"name": name, "seq": seq, "calendar": pinned.calendar, "zone": pinned.zone}
    _tell(scene, name, why)
    await scene.start_clock(values, why)


async def end(scene: Scene, *names: ClockName, fulfilled: bool, seq: int = 0, at: datetime | None = None) -> None:
    """End these of the running clocks, of the item or of the step that is its ``seq``: fulfilled or cancelled.

    One overdue by then has breached at its due instant.
    """
    running, at = await scene.clocks(), at or scene.now
    for row in [running[name, seq] for name in names if (name, seq) in running]:
        if Clock.of(row).missed(at):
            await breach(scene, row)
        await scene.change_clock(
            row, "fulfil" if fulfilled else "cancel", at, **vars(Clock.of(row).ended(at, fulfilled))
        )


async def breach(scene: Scene, row: ClockRow) -> None:
    """Store the breach at its exact instant, and by how much later it is acted on."""
    clock = Clock.of(row).breached()
    if clock.breached_at is None:
        raise LookupError(f"{row['name']} has no due instant")
    late = (scene.now - clock.breached_at).total_seconds()
    await scene.change_clock(row, "breach", clock.breached_at, **vars(clock), late_seconds=max(late, 0.0))


async def set_due(scene: Scene, row: ClockRow, at: datetime | None) -> None:
    """A person sets when a running clock is due; None: its target says so again."""
    if Clock.of(row).missed(scene.now):  # that was so before she said anything
        await breach(scene, row)
    clock, by = Clock.of(row), {"by": scene.happened.actor}
    if at is not None:
        pace = await paces.pinned(scene, row["calendar"], row["zone"])
        promised = clock.promised(at, pace.time)
        await scene.change_clock(row, "retarget", scene.now, {"manual": True, **by}, **vars(promised))
    elif clock.manual:
        freed, why = await _freed(scene, row)
        await scene.change_clock(row, "retarget", scene.now, {"manual": False, **by, **why}, **vars(freed))


async def _freed(scene: Scene, row: ClockRow) -> tuple[Clock, dict[str, Any]]:
    """The clock under its target again, and why it is aimed so; that it was missed meanwhile stays."""
    clock, wanted = Clock.of(row), await limits(scene, row)
    free = replace(clock, manual=False, breached_at=None)
    aimed, why = await _aimed(
        scene, free, await _course(scene, row), wanted, await _pinned(scene, row, wanted, anew=False)
    )
    _tell(scene, row["name"], why)
    return replace(aimed, breached_at=clock.breached_at), why


async def follow(scene: Scene) -> None:
    """After a turn's part: stand still or go on as the stage wants; aim anew if anything says another target now."""
    if await scene.process() is None:
        return
    moved = scene.before["process"] not in (None, scene.item["process"])
    for row in tuple((await scene.clocks()).values()):
        with scene.at(await branch_of(scene, row)):
            await _stand_still_or_go_on(scene, row)
            await _aim(scene, row, anew=moved)


async def of_name(scene: Scene, name: str) -> ClockRow | None:
    """The running clock of that name: of the item, or of the step (the branch that one looks at) where it stands."""
    run = await scene.run() if name in STEP_CLOCKS else None
    return (await scene.clocks()).get((name, run["seq"] if run else 0))


async def branch_of(scene: Scene, row: ClockRow) -> int | None:
    """The open branch that a clock belongs to, if it is one's."""
    seq: int = row["seq"]
    return seq if seq in await scene.branches() else None


async def names(scene: Scene) -> list[str]:
    """Of the item's running clocks and those of the step (the branch that one looks at) where it stands."""
    return sorted({name for name, _ in await scene.clocks() if await of_name(scene, name) is not None})


async def limits(scene: Scene, row: ClockRow) -> Limits:
    """What a clock counts against: limits of the item's process, or of the step that it belongs to."""
    process = await scene.process()
    return NO_LIMITS if process is None else limits_of(row["name"], process, await scene.step_at(row["seq"]))


async def _stand_still_or_go_on(scene: Scene, row: ClockRow) -> None:
    clock = Clock.of(row)
    still = scene.stage in pausing(row["name"], await limits(scene, row))
    if still and clock.paused_at is None:
        if scene.stage is Stage.CLOSED and clock.missed(scene.now):  # else its moment will say so, and tell of it
            await breach(scene, row)
        await scene.change_clock(row, "pause", scene.now, paused_at=scene.now)
    elif not still and clock.paused_at is not None:
        pace = await paces.pinned(scene, row["calendar"], row["zone"])
        await scene.change_clock(row, "resume", scene.now, **vars(clock.resumed(pace.time, scene.now)))


async def _aim(scene: Scene, row: ClockRow, anew: bool) -> None:
    """Aim a clock at its target as of now, from its original start; ``anew``: in the calendar that counts by now.

    What is missed stays missed, also if its moment has yet to say so.
    """
    clock = Clock.of(row)
    if clock.breached_at is not None or clock.manual or clock.missed(scene.now):
        return
    wanted = await limits(scene, row)
    pinned = await _pinned(scene, row, wanted, anew)
    same_calendar = (pinned.calendar, pinned.zone) == (row["calendar"], row["zone"])
    if same_calendar and await _target(scene, wanted, pinned.pace) == clock.target_seconds:
        return
    aimed, why = await _aimed(scene, clock, await _course(scene, row), wanted, pinned)
    if aimed != clock or not same_calendar:
        _tell(scene, row["name"], why)
        values = vars(aimed) | {"calendar": pinned.calendar, "zone": pinned.zone}
        await scene.change_clock(row, "retarget", scene.now, why, **values)


async def _pinned(scene: Scene, row: ClockRow, wanted: Limits, anew: bool) -> Pinned:
    if anew:
        return await paces.chosen(scene, wanted.calendar, row["name"])
    return Pinned(await paces.pinned(scene, row["calendar"], row["zone"]), row["calendar"], row["zone"])


async def _course(scene: Scene, row: ClockRow) -> Course:
    """What happened to a clock, read back where it has stood still, whatever this turn did to it included."""
    if row["id"] is None or (row["paused_seconds"] == 0 and row["paused_at"] is None):
        return Course(row["started_at"])
    await scene.write_clocks()
    told = await clocks.events_of(scene.session, [row["id"]])
    return course_of((each["kind"], each["at"]) for each in told)


async def _aimed(
    scene: Scene, clock: Clock, course: Course, wanted: Limits, pinned: Pinned
) -> tuple[Clock, dict[str, Any]]:
    """The clock under its limits as of now, and why it is aimed so."""
    customer = await scene.customer()
    why = {name: scene.item[name] for name in ("priority", "type", "process")}
    why |= {"level": customer["level"] if customer else None, "calendar": pinned.calendar}
    seconds = await _target(scene, wanted, pinned.pace)
    aimed = clock.aimed(None if seconds is None else timedelta(seconds=seconds), pinned.pace.time, course)
    if seconds is not None and aimed.due_at is None:
        why["never"] = True
    return aimed, why


def _tell(scene: Scene, name: str, why: dict[str, Any]) -> None:
    """The timeline says of a target that no calendar ever lets it reach."""
    if why.get("never"):
        scene.happened.detail.setdefault("never_due", []).append(name)


async def _target(scene: Scene, wanted: Limits, pace: Pace) -> float | None:
    """The target in seconds of its time, by the item's priority and type and its customer's level."""
    customer = await scene.customer()
    target = target_of(wanted, subject_of({**scene.item, "level": customer["level"] if customer else None}), pace)
    return None if target is None else target.total_seconds()
