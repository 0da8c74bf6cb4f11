"""What the rules decided about items, with the explanation as it was."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from voxloop.domain.decision import Route
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import document
from voxloop.store.work_tables import decision

_KEEP = insert(decision).inline()


async def keep(session: Session, **values: Any) -> None:
    """Keep a decision (columns of ``decision``)."""
    await session.execute(_KEEP, values)


async def route_of(session: Session, item: UUID) -> Route:
    """Where the rules sent the item."""
    newest = select(decision.c.body).where(decision.c.item == item).order_by(decision.c.version.desc()).limit(1)
    body = (await session.execute(newest)).scalar_one_or_none()
    return Route(**body["route"]) if body else Route()


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The decisions about these items in order, each with its rule set's key and version."""
    wanted = (
        select(decision, document.c.key.label("rule_set_key"), document.c.version.label("rule_set_version"))
        .join(document, document.c.id == decision.c.rule_set)
        .where(decision.c.item.in_(list(items)))
        .order_by(decision.c.item, decision.c.version)
    )
    return (await session.execute(wanted)).mappings().all()
