"""News of an item for the loops of those that have to do with it: signals, which go through the outbox."""

from dataclasses import asdict
from uuid import UUID

from voxloop.activities.scene import Scene
from voxloop.domain.relations import News, OtherChanged
from voxloop.store import duplicates, outbox
from voxloop.store.sessions import Session


async def tell(scene: Scene, item: UUID, news: News) -> None:
    """Have the loop of ``item`` hear what happens to this one."""
    await send(scene.session, item, OtherChanged(news, str(scene.id), scene.turn.version))


async def tell_duplicates(scene: Scene) -> None:
    """Have those look that are merged into this item."""
    for item in await duplicates.of(scene.session, scene.id):
        await tell(scene, item, News.CANONICAL)


async def send(session: Session, item: UUID, changed: OtherChanged) -> None:
    """Have the loop of ``item`` hear of another one."""
    payload = {"name": "other_changed", "argument": asdict(changed)}
    await outbox.put(session, "signal", f"feedback/{item}", payload)
