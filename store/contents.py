"""Words that an act brings along: an immutable row first, then the act names it by id (DESIGN 4.7)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.domain.identity import new_id
from voxloop.store.item_tables import content, request
from voxloop.store.sessions import Row, Session, take_turns

_ORPHANED = timedelta(days=30)


async def take_up(session: Session, id_: UUID, version: int) -> dict[str, Any]:
    """The words, which now belong to ``version`` of their item."""
    used = update(content).where(content.c.id == id_).values(version=version).returning(content.c.body)
    body: dict[str, Any] = (await session.execute(used)).scalar_one()
    return body


async def offer(session: Session, item: UUID, author: str, body: dict[str, Any]) -> UUID:
    """Keep words before the act that brings them; answers their id."""
    id_ = new_id()
    await session.execute(insert(content).values(id=id_, item=item, author=author, body=body))
    return id_


async def offered(session: Session, id_: UUID) -> dict[str, Any]:
    """Words that were kept."""
    body: dict[str, Any] = (await session.execute(select(content.c.body).where(content.c.id == id_))).scalar_one()
    return body


async def remember_request(session: Session, principal: str, item: UUID, key: str, hash_: str) -> Row | None:
    """Remember a request by (principal, item, key). None: it is new; else what was remembered the first time."""
    new = upsert(request).values(principal=principal, item=item, key=key, argument_hash=hash_)
    created = (await session.execute(new.on_conflict_do_nothing().returning(request.c.key))).one_or_none()
    if created is not None:
        return None
    mine = (request.c.principal == principal) & (request.c.item == item) & (request.c.key == key)
    return (await session.execute(select(request).where(mine))).mappings().one()


async def requested(session: Session, principal: str, key: str) -> Sequence[Row]:
    """What this principal has wanted under this key, of whichever items, in that order.

    Until the transaction ends, whoever asks for the same waits.
    """
    await take_turns(session, f"key of {principal}: {key}")
    hers = (request.c.principal == principal) & (request.c.key == key)
    wanted = select(request).where(hers).order_by(request.c.created_at, request.c.item)
    return (await session.execute(wanted)).mappings().all()


async def attach(session: Session, principal: str, item: UUID, key: str, content_id: UUID) -> None:
    """The remembered request brought these words."""
    mine = (request.c.principal == principal) & (request.c.item == item) & (request.c.key == key)
    await session.execute(update(request).where(mine).values(content=content_id))


async def sweep(session: Session) -> int:
    """Remove words that no act has taken up for a month: their act was refused. Answers how many.

    An act that waits for the repair of a document may still want them, hence so long.
    """
    orphan = content.c.version.is_(None) & (content.c.created_at < func.now() - _ORPHANED)
    return (await session.execute(delete(content).where(orphan))).rowcount
