"""Who else is told of what a turn came to, whichever turn it is: the loops of merged items, and followers."""

from voxloop.activities import news, notices
from voxloop.activities.scene import Scene
from voxloop.domain.decision import Tell
from voxloop.domain.feedback import Stage
from voxloop.store import following

_FOLLOWED = (Stage.ANSWERED, Stage.CLOSED)


async def tell(scene: Scene) -> None:
    """After a turn's part: let those know who watch the item."""
    before, now = Stage(scene.before["stage"]), scene.stage
    moved = before is not now
    if moved and Stage.CLOSED in (before, now):
        await news.tell_duplicates(scene)
    if (moved and (now in _FOLLOWED or before is Stage.CLOSED)) or scene.happened.kind == "breached":
        await _tell_followers(scene)


async def _tell_followers(scene: Scene) -> None:
    """Nobody hears of what she did herself, nor twice of the same."""
    knowing = {scene.happened.actor.removeprefix("member:"), *scene.happened.detail.get("told", ())}
    followers = [key for key in await following.to_tell(scene.session, scene.id) if key not in knowing]
    if followers:
        await notices.tell(scene, [Tell({"member": key}) for key in followers], "notice_followed")
