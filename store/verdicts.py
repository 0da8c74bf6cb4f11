"""What verdicts and previews about clocks need of items, in as many statements for many as for one."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import customer, document
from voxloop.store.work_tables import step_run


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
