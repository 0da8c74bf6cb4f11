"""Who follows which item, and whom of them to tell."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.store.item_tables import event
from voxloop.store.relation_tables import follower
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import member

# A chain of steps that lead on at once began with the event behind the last one after which the item rested.
_RESTED = (event.c.item == bindparam("of")) & event.c.plan["goto"].astext.is_(None)
_BEGAN = func.coalesce(select(func.max(event.c.version)).where(_RESTED).scalar_subquery(), 0) + 1
_ITS_OWN = exists().where(
    event.c.item == bindparam("of"),
    event.c.version == _BEGAN,
    event.c.actor_kind == "member",
    event.c.actor == follower.c.member,
)
_TO_TELL = (
    select(follower.c.member)
    .join(member, member.c.key == follower.c.member)
    .where(follower.c.item == bindparam("of"), member.c.active, ~_ITS_OWN)
    .order_by(follower.c.member)
)


async def follow(session: Session, item: UUID, by: str) -> None:
    """That member follows the item from now on, if she did not before."""
    await session.execute(upsert(follower).values(item=item, member=by).on_conflict_do_nothing())


async def unfollow(session: Session, item: UUID, by: str) -> None:
    """That member follows it no more."""
    await session.execute(delete(follower).where(follower.c.item == item, follower.c.member == by))


async def to_tell(session: Session, item: UUID) -> Sequence[str]:
    """The active members who follow it, but for the one whose act has led to the turn that is not written yet."""
    return (await session.execute(_TO_TELL, {"of": item})).scalars().all()


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The followers of these items, in the order in which they began."""
    wanted = select(follower).where(follower.c.item.in_(list(items)))
    return (await session.execute(wanted.order_by(follower.c.since, follower.c.member))).mappings().all()
