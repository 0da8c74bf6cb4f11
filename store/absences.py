"""When members are away, and what they leave behind."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, not_, select

from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import absence, member
from voxloop.store.work_tables import assignment, step_run


async def add(session: Session, **values: Any) -> Row:
    """Enter an absence."""
    row: Row = (await session.execute(insert(absence).values(**values).returning(absence))).mappings().one()
    return row


async def get(session: Session, id_: UUID) -> Row | None:
    """One absence."""
    return next(iter(await of_ids(session, [id_])), None)


async def of_ids(session: Session, ids: Iterable[UUID]) -> Sequence[Row]:
    """These absences, also those that are over."""
    return (await session.execute(select(absence).where(absence.c.id.in_(list(ids))))).mappings().all()


async def remove(session: Session, id_: UUID) -> None:
    """She is not away after all."""
    await session.execute(delete(absence).where(absence.c.id == id_))


async def between(session: Session, key: str, since: datetime, until: datetime) -> Row | None:
    """The member's first absence that has an instant in common with that time."""
    hers = (absence.c.member == key) & (absence.c.since < until) & (absence.c.until > since)
    return (await session.execute(select(absence).where(hers).order_by(absence.c.since).limit(1))).mappings().first()


async def after(session: Session, now: datetime) -> Sequence[Row]:
    """All absences that are not over, in order."""
    wanted = select(absence).where(absence.c.until > now).order_by(absence.c.since, absence.c.member)
    return (await session.execute(wanted)).mappings().all()


async def handovers(session: Session, key: str, now: datetime) -> Sequence[datetime]:
    """Since and from when on, in order, the member's work goes to others: when she has left, or is away and said so."""
    if (await session.execute(select(not_(member.c.active)).where(member.c.key == key))).scalar():
        return [now]
    said = (absence.c.member == key) & absence.c.hand_over & (absence.c.until > now)
    return (await session.execute(select(absence.c.since).where(said).order_by(absence.c.since))).scalars().all()


async def gone(session: Session, age: timedelta) -> Sequence[str]:
    """Members who have left and were given steps all the same, that long ago: as they left, by whoever knew it not."""
    given = (assignment.c.ended_at.is_(None)) & (assignment.c.began_at < func.now() - age)
    wanted = (
        select(member.c.key)
        .join(assignment, assignment.c.member == member.c.key)
        .join(feedback, feedback.c.id == assignment.c.item)
        .where(not_(member.c.active), given, feedback.c.finished_at.is_(None))
    )
    return (await session.execute(wanted.distinct().order_by(member.c.key))).scalars().all()


async def left_behind(session: Session, key: str) -> Sequence[Row]:
    """The steps that a member has: item, its version, and the step's place in it; the next due first."""
    wanted = (
        select(feedback.c.id, feedback.c.version, assignment.c.seq, step_run.c.step)
        .join(assignment, assignment.c.item == feedback.c.id)
        .join(step_run, (step_run.c.item == assignment.c.item) & (step_run.c.seq == assignment.c.seq))
        .where(assignment.c.member == key, assignment.c.ended_at.is_(None))
        .order_by(feedback.c.due_at.nulls_last(), feedback.c.id)
    )
    return (await session.execute(wanted)).mappings().all()
