"""What customers attach to their feedback: pictures, kept with the item that they came with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, insert, select

from voxloop.domain.identity import new_id
from voxloop.store.item_tables import attachment
from voxloop.store.sessions import Row, Session


@dataclass(frozen=True)
class Attachment:
    """A file: its media type (``image/jpeg``) and its bytes."""

    media_type: str
    body: bytes


async def add(session: Session, item: UUID, files: Iterable[Attachment]) -> None:
    """Keep these files with an item."""
    for file in files:
        values = {"media_type": file.media_type, "size": len(file.body), "body": file.body}
        await session.execute(insert(attachment).values(id=new_id(), item=item, **values))


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The attachments of these items in order, without their bytes."""
    shown = [column for column in attachment.c if column is not attachment.c.body]
    wanted = select(*shown).where(attachment.c.item.in_(list(items))).order_by(attachment.c.id)
    return (await session.execute(wanted)).mappings().all()


async def counts(session: Session, items: Iterable[UUID]) -> dict[UUID, int]:
    """How many each of these items has, of those that have any."""
    wanted = select(attachment.c.item, func.count()).where(attachment.c.item.in_(list(items)))
    return {row[0]: row[1] for row in await session.execute(wanted.group_by(attachment.c.item))}


async def get(session: Session, id_: UUID) -> Row | None:
    """One attachment with its bytes; who may see it is said by the link that names it."""
    return (await session.execute(select(attachment).where(attachment.c.id == id_))).mappings().one_or_none()
