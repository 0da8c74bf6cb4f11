"""Customers, and what rules want to know about them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.domain.identity import new_id
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import customer


async def ensure(session: Session, ref: str, values: dict[str, Any]) -> UUID:
    """The customer whom ``ref`` names, made now if unknown; given ``values`` (columns) fill what was empty."""
    new = upsert(customer).values(id=new_id(), ref=ref, **values)
    kept = {name: _first_known(name, new.excluded[name]) for name in values} or {"ref": new.excluded.ref}
    known = new.on_conflict_do_update(index_elements=["ref"], set_=kept).returning(customer.c.id)
    id_: UUID = (await session.execute(known)).scalar_one()
    return id_


def _first_known(name: str, given: Any) -> Any:
    return func.coalesce(customer.c[name], given)


async def get(session: Session, id_: UUID | None) -> Row | None:
    """One customer; None for none."""
    if id_ is None:
        return None
    return (await session.execute(select(customer).where(customer.c.id == id_))).mappings().one_or_none()


async def level_of(session: Session, id_: UUID | None) -> str | None:
    """A customer's level; None for an anonymous writer."""
    if id_ is None:
        return None
    level: str = (await session.execute(select(customer.c.level).where(customer.c.id == id_))).scalar_one()
    return level


async def of_ids(session: Session, ids: Iterable[UUID]) -> Sequence[Row]:
    """These customers."""
    return (await session.execute(select(customer).where(customer.c.id.in_(list(ids))))).mappings().all()
