"""What the rules decided about items, with the explanation as it was."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text

from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import PUBLISHED_RULE_SET, document
from voxloop.store.work_tables import decision

_KEEP = insert(decision).inline()
_MINE = (decision.c.item == bindparam("of")) & (decision.c.rule_set == bindparam("by"))
_OF_RULE_SET = select(decision).where(_MINE).order_by(decision.c.version.desc()).limit(1)
_OF_OCCASION = text("body ->> 'on' = :occasion")  # as its index says it
_ON_OCCASION = (
    select(document.c.id, document.c.key).where(PUBLISHED_RULE_SET, _OF_OCCASION).order_by(document.c.key).limit(1)
)


async def keep(session: Session, **values: Any) -> None:
    """Keep a decision (columns of ``decision``)."""
    await session.execute(_KEEP, values)


async def of_rule_set(session: Session, item: UUID, rule_set: int) -> Row | None:
    """What a version of a rule set decided last about the item."""
    return (await session.execute(_OF_RULE_SET, {"of": item, "by": rule_set})).mappings().one_or_none()


async def rule_set_on(session: Session, occasion: str) -> Row | None:
    """Id and key of the published rule set that decides on an occasion; of several, the first by key."""
    return (await session.execute(_ON_OCCASION, {"occasion": occasion})).mappings().one_or_none()


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The decisions about these items in order, each with its rule set's key and version.

    ``lasting``: whether it is of the rule set that its item keeps to, not of one for an occasion.
    """
    of_set = [document.c.key.label("rule_set_key"), document.c.version.label("rule_set_version")]
    wanted = (
        select(decision, *of_set, (decision.c.rule_set == feedback.c.rule_set).label("lasting"))
        .join(document, document.c.id == decision.c.rule_set)
        .join(feedback, feedback.c.id == decision.c.item)
        .where(decision.c.item.in_(list(items)))
        .order_by(decision.c.item, decision.c.version)
    )
    return (await session.execute(wanted)).mappings().all()
