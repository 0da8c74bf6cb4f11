"""What the studies of a draft found: read alike of backtests and of shadows."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy import Column, Table, select

from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session


def differences_in(table: Table, study: Column[UUID]) -> Callable[[Session, UUID, int, int], Awaitable[Sequence[Row]]]:
    """Reads the differences that ``table`` keeps of a ``study``: ``(session, id, after, limit)``.

    They are those behind a position, in order, each with its changes and the item's id and code.
    """

    async def differences(session: Session, id_: UUID, after: int, limit: int) -> Sequence[Row]:
        wanted = (
            select(table, feedback.c.code)
            .join(feedback, feedback.c.id == table.c.item)
            .where(study == id_, table.c.position > after)
            .order_by(table.c.position)
            .limit(limit)
        )
        return (await session.execute(wanted)).mappings().all()

    return differences
