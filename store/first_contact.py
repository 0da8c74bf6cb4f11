"""What first-contact resolution looks at: the messages of ``domain/first_contact``, and the same question in SQL."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, and_, func, or_, select

from voxloop.domain.first_contact import RESOLVED
from voxloop.store.effect_tables import message
from voxloop.store.item_tables import event
from voxloop.store.sessions import Row, Session

_REPLY: ColumnElement[bool] = and_(
    message.c.direction == "out",
    message.c.visibility == "public",
    message.c.purpose == "reply",
    message.c.author != "system",
)
_THEIRS: ColumnElement[bool] = and_(message.c.direction == "in", event.c.kind != "confirmed")


def _said() -> Select[Any]:
    of_event = (event.c.item == message.c.item) & (event.c.version == message.c.version)
    columns = (message.c.item, message.c.id, _THEIRS.label("theirs"))
    return select(*columns).join(event, of_event).where(or_(_REPLY, _THEIRS))


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """What was said of these items and counts, in order."""
    wanted = _said().where(message.c.item.in_(list(items))).order_by(message.c.id)
    rows: Sequence[Row] = (await session.execute(wanted)).mappings().all()
    return rows


def resolved(picked: CTE) -> CTE:
    """Of picked items (``id``, ``ended`` how, ``round``) those that count, and whether it was ``at_first`` contact."""
    said = _said().where(message.c.item.in_(select(picked.c.id))).cte("said")
    last_reply, last_of_theirs = (func.max(said.c.id).filter(which) for which in (~said.c.theirs, said.c.theirs))
    alone = func.count(said.c.id).filter(~said.c.theirs) == 1
    at_first = and_(picked.c.round == 1, alone, func.coalesce(last_of_theirs, 0) < last_reply)
    counted = select(picked.c.id.label("item"), at_first.label("at_first"))
    counted = counted.outerjoin_from(picked, said, said.c.item == picked.c.id)
    return counted.where(picked.c.ended.in_(RESOLVED)).group_by(picked.c.id, picked.c.round).cte("resolved")
