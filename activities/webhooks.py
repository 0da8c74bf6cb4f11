"""What the outgoing webhook is told: changes of the stage, and what automatic steps call out.

Each is an event, written by the turn that makes it and sent by its target.

Events hold codes, numbers and instants that every reader of the item may see: no words of anybody, no customer.
"""

import json
from datetime import UTC

from voxloop.activities.scene import Scene
from voxloop.domain.feedback import Stage
from voxloop.store import messages

TARGET = "webhook"
_TOLD = (
    "code", "version", "stage", "outcome", "type", "priority", "tags", "channel", "rating", "nps", "product_line",
    "product", "module", "product_version", "batch", "part", "region", "team", "step", "round", "received_at",
    "answered_at", "closed_at", "finished_at",
)  # fmt: skip


async def announce(scene: Scene) -> None:
    """Write the event of this turn, if there is a webhook and the turn changed the stage."""
    kind = _kind(scene)
    if kind is None or TARGET not in scene.means.targets:
        return
    await _tell(scene, f"feedback.{kind}")


async def call(scene: Scene, name: str) -> None:
    """Write an event that a process names, for whoever listens; what came of it stands in the timeline."""
    heard = TARGET in scene.means.targets
    scene.happened.detail["called" if heard else "uncalled"] = name
    if heard:
        await _tell(scene, f"process.{name}")


async def _tell(scene: Scene, kind: str) -> None:
    key = scene.next_key()
    event = {
        "specversion": "1.0",
        "id": key,
        "source": f"urn:voxloop:{scene.means.installation}",
        "type": f"voxloop.{kind}",
        "subject": scene.item["code"],
        "time": scene.now.astimezone(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": {"id": scene.id, **{_camel(name): scene.item[name] for name in _TOLD}, "version": scene.turn.version},
    }
    text = json.dumps(event, ensure_ascii=False, default=lambda value: getattr(value, "isoformat", value.__str__)())
    values = {"direction": "internal", "visibility": "internal", "purpose": messages.EVENT, "author": "system"}
    place = {"item": scene.id, "version": scene.turn.version, "at": scene.now}
    await messages.intend(scene.session, {**place, **values, "text": text}, key, TARGET, via=TARGET)
    scene.targets.add(TARGET)


def _kind(scene: Scene) -> str | None:
    before, now = scene.before, scene.item
    if now["finished_at"] is not None and before["finished_at"] is None:
        return "finished"
    if now["round"] > before["round"]:
        return "reopened"
    if now["stage"] != before["stage"]:
        return str(now["stage"])
    return str(Stage.RECEIVED) if "acknowledged_at" in scene.changes else None


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))
