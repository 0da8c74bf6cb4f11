"""What becomes due when, over all items."""

from datetime import datetime

from sqlalchemy import func, select

from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Session


async def count_due(session: Session, until: datetime) -> int:
    """How many items that are not overdue have their next deadline at ``until`` or before."""
    wanted = select(func.count()).where(feedback.c.due_at <= until, feedback.c.overdue.is_(False))
    return (await session.execute(wanted)).scalar_one()
