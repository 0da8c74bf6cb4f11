"""Who has which item open just now. Whoever does not say so again is gone after a minute."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.store import changes
from voxloop.store.relation_tables import presence
from voxloop.store.sessions import Row, Session

LASTS = timedelta(minutes=1)
_FORGOTTEN = timedelta(hours=1)
_THERE = presence.c.said_at > func.now() - LASTS


async def say(session: Session, item: UUID, member: str, writing: bool) -> None:
    """That member has the item open, and is ``writing`` or not; who watches the item hears of it if that is new."""
    mine = (presence.c.item == item) & (presence.c.member == member)
    before = (await session.execute(select(presence.c.writing).where(mine, _THERE))).scalar_one_or_none()
    new = upsert(presence).values(item=item, member=member, writing=writing)
    since = case((_THERE, presence.c.since), else_=func.now())
    again = {"writing": writing, "said_at": func.now(), "since": since}
    await session.execute(new.on_conflict_do_update(index_elements=["item", "member"], set_=again))
    if before is not writing:
        await changes.tell(session, item)


async def leave(session: Session, item: UUID, member: str) -> None:
    """She has it open no more."""
    mine = (presence.c.item == item) & (presence.c.member == member)
    if (await session.execute(delete(presence).where(mine))).rowcount:
        await changes.tell(session, item)


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """Who has these items open, in the order in which they opened them."""
    wanted = select(presence).where(presence.c.item.in_(list(items)), _THERE)
    return (await session.execute(wanted.order_by(presence.c.since, presence.c.member))).mappings().all()


async def sweep(session: Session) -> None:
    """Forget who has long been gone."""
    await session.execute(delete(presence).where(presence.c.said_at < func.now() - _FORGOTTEN))
