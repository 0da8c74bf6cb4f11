"""What waits in teams' queues: steps and branches that a member does and that nobody has, in the order of each team.

What is snoozed waits for nobody.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal_column, select, union_all

from voxloop.domain.feedback import Priority, Stage
from voxloop.domain.people import QueueOrder
from voxloop.store import branches
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Session, counts
from voxloop.store.tables import team

_UNOWNED = feedback.c.owner.is_(None) & (feedback.c.stage == literal_column(f"'{Stage.WORKING}'"))  # as the index says
_QUEUED = _UNOWNED & branches.stands_with("waits", "is_null", True)
_AWAKE = feedback.c.snoozed_until.is_(None)
_URGENCY = case({priority: place for place, priority in enumerate(Priority)}, value=feedback.c.priority)
_ORDERS: Mapping[str, Sequence[ColumnElement[Any]]] = {
    QueueOrder.DUE: (feedback.c.due_at,),
    QueueOrder.PRIORITY: (_URGENCY, feedback.c.due_at),
    QueueOrder.RECEIVED: (feedback.c.received_at,),
}


async def first(session: Session, key: str, without: Collection[UUID] = ()) -> UUID | None:
    """The item that comes first in a team's queue, itself or a branch of it."""
    order = (await session.execute(select(team.c.queue).where(team.c.key == key))).scalar_one_or_none()
    if order is None:
        return None
    by = [column.label(f"by_{place}") for place, column in enumerate((*_ORDERS[order], feedback.c.id))]

    whole = _foremost(by, (feedback.c.team == key) & _QUEUED, without, sorted_=order == QueueOrder.DUE)
    beside = _foremost(by, branches.stands_with("branch_queue", "eq", key), without)
    either = union_all(whole, beside).subquery()
    columns = list(either.c)
    found: UUID | None = (await session.execute(select(columns[-1]).order_by(*columns).limit(1))).scalar_one_or_none()
    return found


def _foremost(
    by: Sequence[ColumnElement[Any]], queued: ColumnElement[bool], without: Collection[UUID], sorted_: bool = False
) -> Select[Any]:
    """``sorted_``: the queue's index has the order; else an offset keeps out those that have it and know no queue."""
    mine = select(*by).where(queued, _AWAKE, feedback.c.id.not_in(without))
    if sorted_:
        return select(mine.order_by(*by).limit(1).subquery())
    found = mine.offset(literal_column("0")).subquery()
    return select(select(found).order_by(*found.c).limit(1).subquery())


async def places(session: Session, item: UUID, key: str) -> Sequence[str | None]:
    """Where in a team's queue an item waits: by the keys of branches, or by None as a whole."""
    found: list[str | None] = list((await session.execute(branches.in_queue(item, key))).scalars())
    whole = select(feedback.c.id).where(feedback.c.id == item, feedback.c.team == key, _QUEUED)
    return found if (await session.execute(whole)).first() is None else [None, *found]


async def sizes(session: Session) -> dict[str, int]:
    """How many items wait in the queue of each team that has any, themselves or with a branch."""
    whole = select(feedback.c.team, feedback.c.id).where(feedback.c.team.is_not(None), _QUEUED)
    waiting = whole.union(branches.queues()).subquery()
    awake = select(waiting.c.team, func.count()).join(feedback, feedback.c.id == waiting.c.id).where(_AWAKE)
    return await counts(session, awake.group_by(waiting.c.team))
