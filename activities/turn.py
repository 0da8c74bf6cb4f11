"""One turn of a loop: one transaction that locks the item, plays one part, and writes one version.

A turn runs at least once and a forgotten attempt may commit late. It is keyed by (item, version): one that finds its
version written answers with the plan that is stored, never with what it would compute now. The plan says which turn
wrote it: after a lost workflow task the loop may come with another one first.
"""

from collections.abc import Awaitable, Callable
from typing import cast
from uuid import UUID

from voxloop import logs
from voxloop.activities import clocks, plans, snoozes, watching, webhooks
from voxloop.activities.scene import Means, Scene
from voxloop.domain.loop import Plan, Turn
from voxloop.store import events, feedback
from voxloop.store.events import Written

Part = Callable[[Scene], Awaitable[None]]


async def take(means: Means, turn: Turn, part: Part) -> Plan:
    """Play ``part`` once as version ``turn.version`` of its item and answer where the item stands then."""
    logs.ITEM.set(turn.item)
    async with means.sessions.begin() as session:
        item = await feedback.lock(session, UUID(turn.item))
        if item["version"] >= turn.version:
            return cast(Plan, await events.plan_at(session, item["id"], turn.version))
        scene = Scene(session, means, item, turn)
        await part(scene)
        await clocks.follow(scene)
        await scene.write_clocks()
        await watching.tell(scene)
        await webhooks.announce(scene)
        snoozes.settle(scene)
        plan = await plans.settle(scene)
        written = Written(turn.version, scene.now, scene.happened, scene.changes, plan, scene.targets)
        await feedback.advance(session, scene.item, written)
        return plan
