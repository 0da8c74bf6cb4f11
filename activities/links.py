"""Links between items: what a member says that one has to do with another."""

from typing import Any
from uuid import UUID

from temporalio.exceptions import ApplicationError

from voxloop.activities.scene import Scene
from voxloop.domain.loop import Act
from voxloop.domain.refusals import RefusalCode
from voxloop.store import duplicates, item_links


async def link(scene: Scene, act: Act, words: dict[str, Any]) -> None:
    """Link this item to another one, once for each kind, from whichever side."""
    other, kind = await _ends(scene, act)
    if other == scene.id:
        raise refusal(RefusalCode.ITSELF)
    values = {"item": scene.id, "other": other, "kind": kind, "actor": act.actor, "at": scene.now}
    if not await item_links.link(scene.session, **values):
        raise refusal(RefusalCode.ALREADY_LINKED)


async def unlink(scene: Scene, act: Act, words: dict[str, Any]) -> None:
    """Remove that link again."""
    other, kind = await _ends(scene, act)
    if not await item_links.unlink(scene.session, scene.id, other, kind):
        raise refusal(RefusalCode.NOT_LINKED)


async def _ends(scene: Scene, act: Act) -> tuple[UUID, str]:
    other, kind = UUID(act.other), str(act.reason)
    found = await duplicates.standing(scene.session, other)
    scene.happened.detail |= {"other": found["code"], "link": kind}
    return other, kind


def refusal(code: RefusalCode, **params: str) -> ApplicationError:
    """What ends an act that its loop could let through, since it concerns what only rows tell. Nothing is written."""
    return ApplicationError(code, params, type=code, non_retryable=True)
