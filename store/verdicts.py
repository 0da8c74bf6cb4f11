"""What verdicts and previews about many clocks need, in as many statements for many items as for one."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import customer, document
from voxloop.store.work_tables import clock, clock_event, step_run


async def running_clocks(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The clocks of these items that have not ended."""
    wanted = select(clock).where(clock.c.item.in_(list(items)), clock.c.ended_at.is_(None)).order_by(clock.c.id)
    return (await session.execute(wanted)).mappings().all()


async def events_of(session: Session, clocks: Iterable[int]) -> Sequence[Row]:
    """What happened to these clocks, in order: ``clock``, ``kind`` and ``at``."""
    asked = bindparam("asked", list(clocks), type_=ARRAY(BigInteger))  # one value: there may be any number
    wanted = select(clock_event.c.clock, clock_event.c.kind, clock_event.c.at).where(clock_event.c.clock == any_(asked))
    return (await session.execute(wanted.order_by(clock_event.c.id))).mappings().all()


async def open_steps(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """The steps at which these items stand: ``item``, ``seq``, ``step`` and ``team`` of each."""
    columns = (step_run.c.item, step_run.c.seq, step_run.c.step, step_run.c.team)
    wanted = select(*columns).where(step_run.c.item.in_(list(items)), step_run.c.ended_at.is_(None))
    return (await session.execute(wanted.order_by(step_run.c.item, step_run.c.seq))).mappings().all()


async def subjects(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """What the targets of these items depend on, and the id and number of their process as published now."""
    pinned, now = document.alias("pinned"), document.alias("now")
    published = (now.c.kind == pinned.c.kind) & (now.c.key == pinned.c.key) & (now.c.state == "published")
    columns = [feedback.c.id, feedback.c.priority, feedback.c.type, feedback.c.team]
    columns += [customer.c.level, customer.c.time_zone]
    found = (
        select(*columns, now.c.id.label("published"), now.c.version.label("published_version"))
        .outerjoin(customer, customer.c.id == feedback.c.customer)
        .outerjoin(pinned, pinned.c.id == feedback.c.process)
        .outerjoin(now, published)
        .where(feedback.c.id.in_(list(items)))
    )
    return (await session.execute(found)).mappings().all()
