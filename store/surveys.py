"""What customers were asked when their items were closed, and what they said: one survey a round."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from voxloop.store.relation_tables import survey
from voxloop.store.sessions import Row, Session

_OF_ROUND = (survey.c.item == bindparam("of")) & (survey.c.round == bindparam("in_round"))
_GET = select(survey).where(_OF_ROUND)
_ANSWER = update(survey).where(_OF_ROUND)


async def get(session: Session, item: UUID, round_: int) -> Row | None:
    """The survey of that round, or None."""
    return (await session.execute(_GET, {"of": item, "in_round": round_})).mappings().one_or_none()


async def ask(session: Session, **values: Any) -> None:
    """Keep that the customer was asked (columns of ``survey``)."""
    await session.execute(insert(survey).values(**values))


async def answer(session: Session, item: UUID, round_: int, **values: Any) -> None:
    """Keep what she said."""
    await session.execute(_ANSWER.values(**values), {"of": item, "in_round": round_})


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The surveys of these items, in order."""
    wanted = select(survey).where(survey.c.item.in_(list(items))).order_by(survey.c.item, survey.c.round)
    return (await session.execute(wanted)).mappings().all()
