"""Messages, and the receipts that prove what became of each that goes out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from voxloop.domain.feedback import Priority
from voxloop.store.effect_tables import message, receipt
from voxloop.store.item_tables import feedback
from voxloop.store.relation_tables import mention
from voxloop.store.sessions import Row, Session, counts

EVENT = "webhook"  # the purpose of what only machines read


_WORDS = [column for column in message.c if column.name != "id"]


def _intend() -> Select[*tuple[Any, ...]]:
    """A message and its receipt."""
    words = {column.name: bindparam(f"new_{column.name}", type_=column.type) for column in _WORDS}
    said = insert(message).values(words).returning(message.c.id, message.c.item).cte("said")
    to = [bindparam(name, type_=receipt.c[name].type) for name in ("key", "target", "via")]
    intent = insert(receipt).from_select(
        ["item", "message", "key", "target", "via"], select(said.c.item, said.c.id, *to)
    )
    return select(said.c.id).add_cte(intent.cte("intent"))


def _take_next(*such: ColumnElement[bool]) -> ReturningUpdate[*tuple[Any, ...]]:
    """The next receipt as it stood, which is from now on being sent."""
    words = [message.c[name] for name in ("subject", "text", "footer", "member")]
    waiting = select(receipt, *words).join(message, message.c.id == receipt.c.message)
    mine = waiting.where(receipt.c.target == bindparam("of"), receipt.c.settled_at.is_(None), *such)
    next_ = mine.order_by(receipt.c.message).limit(1).cte("next")
    taken = update(receipt).where(receipt.c.key == next_.c.key)
    return taken.values(state="sending", attempts=receipt.c.attempts + 1).returning(*next_.c)


_RECEIPT = [receipt.c[name] for name in ("key", "via", "state", "settled_at", "reason")]
MENTIONED = (
    select(func.array_agg(mention.c.member))
    .where(mention.c.message == message.c.id)
    .correlate(message)
    .scalar_subquery()
)
_ADD = insert(message).returning(message.c.id)
_INTEND = _intend()
_TAKE_NEXT = _take_next()
_URGENT = exists().where(feedback.c.id == receipt.c.item, feedback.c.priority == Priority.URGENT)
_TO_MEMBERS = (message.c.direction == "internal") & (message.c.purpose != EVENT)
_TAKE_NEXT_QUIETLY = _take_next(or_(~_TO_MEMBERS, _URGENT))
_SETTLE = update(receipt).where(receipt.c.key == bindparam("of")).values(settled_at=func.now())


async def add(session: Session, **values: Any) -> int:
    """Add a message (columns of ``message``) that goes nowhere; answers its id."""
    id_: int = (await session.execute(_ADD, values)).scalar_one()
    return id_


async def intend(session: Session, words: Mapping[str, Any], key: str, target: str, via: str) -> None:
    """Add a message (columns of ``message``) and, under ``key``, the intent to send it: its pending receipt."""
    said = {f"new_{column.name}": words.get(column.name) for column in _WORDS}
    await session.execute(_INTEND, {**said, "key": key, "target": target, "via": via})


async def take_next(session: Session, target: str, quietly: bool = False) -> Row | None:
    """Begin to send the oldest message of ``target`` that is not settled: its words, and its receipt as it stood.

    ``quietly``: members are told only of urgent items. Whoever finds it ``sending`` later knows that the effect may
    have happened.
    """
    taking = _TAKE_NEXT_QUIETLY if quietly else _TAKE_NEXT
    return (await session.execute(taking, {"of": target})).mappings().one_or_none()


async def any_waits(session: Session, target: str) -> bool:
    """Whether anything waits to be sent to ``target``."""
    waiting = exists().where(receipt.c.target == target, receipt.c.settled_at.is_(None))
    return bool((await session.execute(select(waiting))).scalar_one())


async def not_sent(session: Session, key: str) -> None:
    """The attempt certainly had no effect: the receipt waits as before."""
    mine = update(receipt).where(receipt.c.key == key)
    await session.execute(mine.values(state="pending", attempts=receipt.c.attempts - 1))


async def settle(
    session: Session, key: str, state: str, external_id: str | None = None, reason: str | None = None
) -> None:
    """The final word on a receipt."""
    await session.execute(_SETTLE, {"of": key, "state": state, "external_id": external_id, "reason": reason})


async def targets_with_pending(session: Session, age: timedelta) -> Sequence[str]:
    """Targets for which something has waited that long to be sent."""
    old = receipt.c.created_at < func.now() - age
    waiting = select(receipt.c.target).where(receipt.c.settled_at.is_(None), old).distinct()
    return (await session.execute(waiting)).scalars().all()


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """All messages of these items, in order, each outward one with its receipt; events for machines are none."""
    wanted = (
        select(message, *_RECEIPT, MENTIONED.label("mentions"))
        .outerjoin(receipt, receipt.c.message == message.c.id)
        .where(message.c.item.in_(list(items)), message.c.purpose != EVENT)
        .order_by(message.c.id)
    )
    return (await session.execute(wanted)).mappings().all()


async def count_receipts(session: Session) -> dict[str, int]:
    """How many receipts are in each state."""
    counted = select(receipt.c.state, func.count()).group_by(receipt.c.state)
    return await counts(session, counted)
