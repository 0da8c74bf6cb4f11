"""Items that are put aside until an instant. They leave the lists of what is to be done, and nothing else.

Their clocks run on: looking away moves no promise. They come back at their instant, or sooner when something happens
that calls for somebody.
"""

from voxloop.activities import notices
from voxloop.activities.scene import Scene
from voxloop.domain.decision import Tell
from voxloop.domain.loop import Act

_CALLS = frozenset(
    (
        *("customer_replied", "confirmed", "rejected", "reopened", "reassigned", "warned", "breached", "escalated"),
        *("canonical_closed", "canonical_reopened"),
    )
)
_PLACES = ("step", "owner", "team", "stage")


async def snooze(scene: Scene, act: Act, words: object) -> None:
    """Put the item aside until the act's instant, or (without one) no longer."""
    scene.set(snoozed_until=act.at)
    if act.at is None:
        scene.happened.kind = "woken"
    else:
        scene.happened.detail["until"] = act.at


async def wake(scene: Scene) -> None:
    """Its instant has come: whoever has it is told."""
    scene.happened.kind = "woken"
    scene.set(snoozed_until=None)
    await notices.tell(scene, [Tell("assignee")], "notice_woken")


def settle(scene: Scene) -> None:
    """End it if this turn calls for somebody: the item goes on, or elsewhere, or something is said or missed."""
    if scene.item["snoozed_until"] is None or scene.happened.kind == "snoozed":
        return
    moves = scene.goto is not None or any(name in scene.changes for name in _PLACES)
    if moves or scene.happened.kind in _CALLS:
        scene.set(snoozed_until=None)
        scene.happened.detail["woken"] = True
