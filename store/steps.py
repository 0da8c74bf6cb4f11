"""The steps that an item went through, and who owned each."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, bindparam, exists, func, insert, select, update

from voxloop.domain.process import HOLD, RELEASED, StepKind
from voxloop.store.item_tables import content, event
from voxloop.store.sessions import Row, Session
from voxloop.store.work_tables import assignment, step_run

_OPEN = (step_run.c.item == bindparam("of")) & step_run.c.ended_at.is_(None)
_CURRENT = select(step_run).where(_OPEN, step_run.c.parent.is_(None))
_owner = (
    select(assignment.c.member)
    .where(assignment.c.item == step_run.c.item, assignment.c.seq == step_run.c.seq, assignment.c.ended_at.is_(None))
    .scalar_subquery()
)
_OPEN_BRANCHES = _OPEN & step_run.c.parent.is_not(None)
_BRANCHES = select(step_run, _owner.label("owner")).where(_OPEN_BRANCHES).order_by(step_run.c.seq)
_NEXT = select(func.coalesce(func.max(step_run.c.seq), 0) + 1).where(step_run.c.item == bindparam("of"))
_BEGIN = insert(step_run).values(seq=_NEXT.scalar_subquery()).returning(step_run)
_MINE = (step_run.c.item == bindparam("of")) & (step_run.c.seq == bindparam("place"))
_CHANGE = update(step_run).where(_MINE).returning(step_run)


async def current(session: Session, item: UUID) -> Row | None:
    """The step at which the item stands, or None; of branches, the parallel step."""
    return (await session.execute(_CURRENT, {"of": item})).mappings().one_or_none()


async def branches(session: Session, item: UUID) -> Sequence[Row]:
    """The branches that are open where the item stands, in order, each with its ``owner``."""
    return (await session.execute(_BRANCHES, {"of": item})).mappings().all()


async def ends(session: Session, run: Row) -> dict[str, str | None]:
    """With which outcome each branch of a parallel step has ended; None for those that were withdrawn, or are open."""
    mine = (step_run.c.item == run["item"]) & (step_run.c.parent == run["seq"])
    rows = (await session.execute(select(step_run.c.step, step_run.c.outcome).where(mine))).all()
    return {row.step: row.outcome for row in rows}


async def carry_on(session: Session, run: Row) -> Collection[str]:
    """What was done at the branches of a parallel step before the item left it is done in this run of it, too.

    Answers the keys of those branches; none if the item has come to another version of its process since.
    """
    same = (step_run.c.item == run["item"]) & (step_run.c.step == run["step"]) & (step_run.c.seq < run["seq"])
    stood = select(step_run.c.item, step_run.c.seq, step_run.c.ended_at).where(same)
    last = stood.order_by(step_run.c.seq.desc()).limit(1).cte("last")
    done = (step_run.c.parent == last.c.seq) & step_run.c.outcome.is_not(None)
    kept = update(step_run).where(step_run.c.item == run["item"], done, ~_moved_since(last)).values(parent=run["seq"])
    steps: Sequence[str] = (await session.execute(kept.returning(step_run.c.step))).scalars().all()
    return steps


async def left(session: Session, item: UUID, step: str) -> Row | None:
    """The last stay at the step of that key if the item left it undone.

    ``moved``: it has come to another version of its process since.
    """
    mine = (step_run.c.item == item) & (step_run.c.step == step)
    wanted = select(step_run, _moved_since(step_run).label("moved")).where(mine).order_by(step_run.c.seq.desc())
    run = (await session.execute(wanted.limit(1))).mappings().one_or_none()
    return None if run is None or run["outcome"] is not None else run


def _moved_since(run: FromClause) -> ColumnElement[bool]:
    """Whether the item has come to another version of its process since it left that run."""
    return exists().where(event.c.item == run.c.item, event.c.kind == "migrated", event.c.at >= run.c.ended_at)


async def begin(session: Session, item: UUID, **values: Any) -> Row:
    """Enter a step; its ``seq`` follows the item's last one."""
    run: Row = (await session.execute(_BEGIN, {"of": item, "item": item, **values})).mappings().one()
    return run


async def change(session: Session, run: Row, **values: Any) -> Row:
    """Change columns of a step run; answers it as it is then."""
    mine = {"of": run["item"], "place": run["seq"]}
    row: Row = (await session.execute(_CHANGE, {**mine, **values})).mappings().one()
    return row


async def assign(session: Session, run: Row, **values: Any) -> None:
    """Give the step to ``team`` and ``member`` for a ``reason``, from ``began_at`` on; whoever had it is released."""
    await release(session, run, values["began_at"])
    await session.execute(insert(assignment).values(item=run["item"], seq=run["seq"], **values))


async def release(session: Session, run: Row, at: object) -> None:
    """Nobody owns the step any more."""
    mine = (assignment.c.item == run["item"]) & (assignment.c.seq == run["seq"]) & assignment.c.ended_at.is_(None)
    await session.execute(update(assignment).where(mine).values(ended_at=at))


async def last_given(session: Session, item: UUID, step: str) -> Row | None:
    """The ``team`` and ``member`` to whom the item was given last at the step of that key."""
    wanted = (
        select(assignment.c.team, assignment.c.member)
        .join(step_run, (step_run.c.item == assignment.c.item) & (step_run.c.seq == assignment.c.seq))
        .where(assignment.c.item == item, step_run.c.step == step)
        .order_by(assignment.c.id.desc())
        .limit(1)
    )
    return (await session.execute(wanted)).mappings().one_or_none()


async def first_team(session: Session, run: Row) -> str | None:
    """The team to which a step was given on entering it."""
    mine = (assignment.c.item == run["item"]) & (assignment.c.seq == run["seq"])
    return (await session.execute(select(assignment.c.team).where(mine).order_by(assignment.c.id).limit(1))).scalar()


async def held(session: Session, item: UUID) -> bool:
    """Whether the item stands or last stood where rules hold it, and nobody has released it."""
    last = select(step_run.c.step, step_run.c.outcome).where(step_run.c.item == item).order_by(step_run.c.seq.desc())
    run = (await session.execute(last.limit(1))).mappings().one_or_none()
    return run is not None and run["step"] == HOLD and run["outcome"] != RELEASED


async def worked_on(session: Session, item: UUID) -> bool:
    """Whether a member has accepted a step of the item, or one at which somebody was waited for has its outcome.

    Looking at a held item is no work on its matter.
    """
    done = step_run.c.outcome.is_not(None) & step_run.c.kind.not_in([StepKind.CHOICE, StepKind.AUTOMATIC])
    mine = (step_run.c.item == item) & (step_run.c.step != HOLD) & (step_run.c.accepted_at.is_not(None) | done)
    wanted = select(step_run.c.seq).where(mine).limit(1)
    return (await session.execute(wanted)).first() is not None


async def accepted_in(session: Session, item: UUID, round_: int) -> bool:
    """Whether a member has accepted a step of that round, other than to look at a held item."""
    mine = (step_run.c.item == item) & (step_run.c.round == round_) & (step_run.c.step != HOLD)
    wanted = select(step_run.c.seq).where(mine, step_run.c.accepted_at.is_not(None)).limit(1)
    return (await session.execute(wanted)).first() is not None


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """All steps of these items, in order, each with what was ``filled`` in on completion."""
    wanted = (
        select(step_run, content.c.body["fields"].label("filled"))
        .outerjoin(content, content.c.id == step_run.c.content)
        .where(step_run.c.item.in_(list(items)))
        .order_by(step_run.c.item, step_run.c.seq)
    )
    return (await session.execute(wanted)).mappings().all()


async def assignments_of(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """All assignments of these items, in order."""
    wanted = select(assignment).where(assignment.c.item.in_(list(items))).order_by(assignment.c.id)
    return (await session.execute(wanted)).mappings().all()
