"""How an installation stands, in the few numbers that monitoring asks for every few seconds: one statement.

What it costs is bound by what is open and by what happened in the last hour, never by how much there ever was.
"""

from datetime import timedelta

from sqlalchemy import Float, Text, cast, func, literal, null, select, union_all

from voxloop.store.effect_tables import receipt
from voxloop.store.item_tables import feedback, outbox
from voxloop.store.sessions import Session

_LATELY = timedelta(hours=1)


async def read(session: Session) -> dict[tuple[str, str | None], float]:
    """By name and label: ``open_items`` by stage, ``receipts`` by result, and the others without a label."""
    open_ = feedback.c.finished_at.is_(None)
    stages = select(literal("open_items"), feedback.c.stage, cast(func.count(), Float)).where(open_)
    lately = receipt.c.settled_at.is_(None) | (receipt.c.settled_at > func.now() - _LATELY)
    results = select(literal("receipts"), receipt.c.state, cast(func.count(), Float)).where(lately)
    none = cast(null(), Text)
    overdue = select(literal("overdue_items"), none, cast(func.count(), Float)).where(open_, feedback.c.overdue)
    commands = select(literal("outbox_commands"), none, cast(func.count(), Float)).select_from(outbox)
    waited = cast(func.extract("epoch", func.now() - func.min(outbox.c.created_at)), Float)
    # What an import spreads over time has its turn as the instant of its creation.
    oldest = select(literal("outbox_oldest_seconds"), none, func.coalesce(waited, 0.0))
    oldest = oldest.where(outbox.c.created_at <= func.now())
    all_ = union_all(stages.group_by(feedback.c.stage), results.group_by(receipt.c.state), overdue, commands, oldest)
    return {(name, label): number for name, label, number in await session.execute(all_)}
