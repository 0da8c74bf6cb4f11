"""Items in other departments' systems: a turn decides to open one; its own workflow opens it and follows its state."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from temporalio import activity

from voxloop.activities import notices, stations, turn
from voxloop.activities.scene import Means, Scene
from voxloop.domain.decision import Open
from voxloop.domain.linked import SETTLED, LinkedItemChanged, LinkedState
from voxloop.domain.loop import Plan, Turn
from voxloop.domain.process import StepKind
from voxloop.integrations.ports import Draft, ItemSystem
from voxloop.store import linked_items, outbox
from voxloop.store.events import Event
from voxloop.store.sessions import Session

# Nobody waits for this: that the item was to be opened already stands in the timeline.
_JUST_OPENED = (LinkedState.OPENING, LinkedState.OPEN)


async def open_items(scene: Scene, wishes: Iterable[Open]) -> None:
    """Write the intent to open these items, and start the workflow of each."""
    step = await scene.step()
    for wish in wishes:
        key = scene.next_key()
        customer = await scene.customer()
        title, body = await notices.render(scene, wish.template, customer["language"] if customer else "zh-CN")
        values = {"key": key, "system": wish.system, "template": wish.template, "title": title, "body": body}
        times = {"opened_at": scene.now, "changed_at": scene.now}
        await linked_items.open_for(scene.session, scene.id, step.key if step else None, values | times)
        await outbox.put(scene.session, "start_link", f"link/{key}")
        scene.happened.detail.setdefault("opened", []).append({"key": key, "system": wish.system})


async def open_unopened(scene: Scene, wishes: Iterable[Open]) -> None:
    """Of these items, open those of which none like it is open still."""
    standing = {
        Open(link["system"], link["template"])
        for link in await linked_items.of_items(scene.session, [scene.id])
        if link["state"] not in SETTLED
    }
    await open_items(scene, [wish for wish in wishes if wish not in standing])


async def leave_when_settled(scene: Scene) -> None:
    """Leave a linked step once every item opened in its system is settled: refused if one was, else done.

    A branch that opens some there waits for these alone: others may wait for theirs beside it.
    """
    run, step = await scene.run(), await scene.step()
    if run is None or step is None or step.system is None:
        return
    links = await linked_items.links_of(scene.session, scene.id, step.system)
    if run["parent"] is not None and any(opened.system == step.system for opened in step.opens):
        links = [link for link in links if link["step"] == step.key]
    if all(link["state"] in SETTLED for link in links):
        refused = any(link["state"] != LinkedState.DONE for link in links)
        await stations.leave(scene, "refused" if refused else "done")


async def leave_branches_when_settled(scene: Scene) -> None:
    """Leave each linked branch that is settled, until the branches join."""
    for seq, branch in tuple((await scene.branches()).items()):
        if branch["kind"] == StepKind.LINKED and seq in await scene.branches():
            with scene.at(seq):
                await leave_when_settled(scene)
            if seq not in await scene.branches():
                scene.happened.detail.setdefault("ended", []).append(branch["step"])


async def _tell_loops(session: Session, change: LinkedItemChanged) -> None:
    for item in await linked_items.waiting_feedback(session, change.key):
        payload = {"name": "linked_item_changed", "argument": asdict(change)}
        await outbox.put(session, "signal", f"feedback/{item}", payload)


@dataclass
class LinkedItems:
    """What a loop and a link's workflow do about linked items. ``systems``: an adapter for each item system."""

    means: Means
    systems: dict[str, ItemSystem]

    @activity.defn(name="note_linked_item")
    async def note(self, turn_: Turn, change: LinkedItemChanged) -> Plan:
        """The loop takes notice of a linked item's state."""

        async def part(scene: Scene) -> None:
            scene.happened = Event("linked_item_changed", "system", {"key": change.key, "state": change.state})
            await linked_items.told(scene.session, scene.id, change.key, change.state, change.version)
            step = await scene.step()
            if step is not None and step.kind is StepKind.LINKED:
                await leave_when_settled(scene)
            await leave_branches_when_settled(scene)

        return await turn.take(self.means, turn_, part)

    @activity.defn(name="ensure_linked_item")
    async def ensure(self, key: str) -> bool:
        """Open the item in its system unless it stands there, note its state, tell the loops. True once settled."""
        async with self.means.sessions.begin() as session:
            row = await linked_items.get(session, key)
        system = self.systems[row["system"]]
        peer = await system.ensure(Draft(key, row["title"], row["body"]))
        async with self.means.sessions.begin() as session:
            row = await linked_items.get(session, key)
            if row["peer_version"] < peer.standing.version:
                values = {"state": peer.standing.state, "peer_version": peer.standing.version}
                await linked_items.change(session, key, external_id=peer.external_id, **values)
                if (row["state"], peer.standing.state) != _JUST_OPENED:
                    change = LinkedItemChanged(key, peer.standing.state, peer.standing.version)
                    await _tell_loops(session, change)
        return peer.standing.state in SETTLED
