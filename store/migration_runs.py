"""Migrations of running items to another version of their process: what was asked, and what became of each item.

The items are fixed when a migration begins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, insert, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.domain.operations import ItemState
from voxloop.domain.viewer import Viewer
from voxloop.store.item_tables import event, feedback
from voxloop.store.listing import Wanted, condition
from voxloop.store.operation_tables import migration, migration_item
from voxloop.store.runs import Operations
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice, cut
from voxloop.store.tables import customer, document
from voxloop.store.visibility import visible

MIGRATIONS = Operations(migration, migration_item, "migration")
cancel, count_items = MIGRATIONS.cancel, MIGRATIONS.count_items

_FIXED = ("migration", "position", "item", "before", "step", "after", "goes_to")


@dataclass(frozen=True)
class Scope:
    """Running items under other versions of the process of ``target`` that ``viewer`` may see, and ``wanted`` ones."""

    viewer: Viewer
    target: Row
    wanted: Wanted


async def candidates(session: Session, scope: Scope, slice_: Slice) -> Sequence[Row]:
    """The items by number; one more than the slice if it goes on.

    Of each what says where it stands and what its targets depend on, with the ``level`` of its customer.
    """
    columns = ("id", "number", "code", "process", "step", "stage", "priority", "type", "team", "closed_at")
    found = select(*(feedback.c[name] for name in columns), customer.c.level, customer.c.time_zone)
    found = found.outerjoin(customer, customer.c.id == feedback.c.customer).where(*_movable(scope))
    return (await session.execute(cut(found, [feedback.c.number], slice_))).mappings().all()


async def count(session: Session, scope: Scope) -> int:
    """How many there are."""
    counted = select(func.count()).select_from(feedback).where(*_movable(scope))
    return (await session.execute(counted)).scalar_one()


async def begin(session: Session, values: Mapping[str, Any]) -> Row | None:
    """Write down what is asked (columns of ``migration``); None when it was before."""
    new = upsert(migration).values(total=0, **values).on_conflict_do_nothing().returning(migration)
    row: Row | None = (await session.execute(new)).mappings().one_or_none()
    return row


async def fix_items(session: Session, id_: UUID, scope: Scope, limit: int) -> Row:
    """Fix the items that it is about, the first by number; answers the migration."""
    place = func.row_number().over(order_by=feedback.c.number) - 1
    stands = (feedback.c.id, feedback.c.process, feedback.c.step)
    found = (
        select(literal(id_), place, *stands, literal(scope.target["id"]), null())
        .where(*_movable(scope))
        .order_by(feedback.c.number)
        .limit(limit)
    )
    return await _fix(session, id_, found)


async def fix_way_back(session: Session, id_: UUID, of: UUID) -> Row:
    """Fix the items that another one has moved: each goes back to where it was, also its step if that was left."""
    moved = migration_item
    place = func.row_number().over(order_by=moved.c.position) - 1
    step = case((moved.c.goes_to.is_distinct_from(moved.c.step), moved.c.step))
    found = select(literal(id_), place, moved.c.item, moved.c.after, moved.c.goes_to, moved.c.before, step)
    found = found.where(moved.c.migration == of, moved.c.state == ItemState.DONE).order_by(moved.c.position)
    return await _fix(session, id_, found)


async def get(session: Session, id_: UUID) -> Row | None:
    """One migration."""
    return next(iter(await of_ids(session, [id_])), None)


async def of_ids(session: Session, ids: Iterable[UUID]) -> Sequence[Row]:
    """These migrations, each with ``key`` and ``version`` of the document that it is to, and what took it back."""
    wanted = _shown().where(migration.c.id.in_(list(ids)))
    return list((await session.execute(wanted)).mappings())


async def of_process(session: Session, key: str, slice_: Slice) -> Sequence[Row]:
    """Those of a process, the newest first; one more than the slice if it goes on."""
    wanted = _shown().where(document.c.key == key)
    return list((await session.execute(cut(wanted, [migration.c.created_at, migration.c.id], slice_))).mappings())


async def count_of_process(session: Session, key: str) -> int:
    """How many there were."""
    counted = select(func.count()).select_from(migration.join(document)).where(document.c.key == key)
    return (await session.execute(counted)).scalar_one()


async def standing(session: Session, item: UUID) -> Row:
    """Where one item stands now: its ``process``, ``step`` and ``version``."""
    wanted = select(feedback.c.process, feedback.c.step, feedback.c.version).where(feedback.c.id == item)
    return (await session.execute(wanted)).mappings().one()


async def way(session: Session, item: UUID, version: int) -> Row:
    """By the event of that version, which moved an item: the ``step`` at which it stood, and the one it ``goes_to``."""
    stood, stands = (func.coalesce(event.c.detail[name].astext, event.c.step) for name in ("left", "step"))
    told = select(stood.label("step"), stands.label("goes_to")).where(event.c.item == item, event.c.version == version)
    return (await session.execute(told)).mappings().one()


async def items(session: Session, id_: UUID, state: str | None, slice_: Slice) -> Sequence[Row]:
    """What became of its items, in order, each with its code; one more than the slice if it goes on."""
    numbers = {name: document.alias(name) for name in ("before", "after")}
    shown = [numbers[name].c.version.label(f"{name}_version") for name in numbers]
    wanted = select(migration_item, feedback.c.code, *shown).join(feedback, feedback.c.id == migration_item.c.item)
    for name, numbered in numbers.items():
        wanted = wanted.join(numbered, numbered.c.id == migration_item.c[name])
    wanted = wanted.where(*MIGRATIONS.such(id_, state))
    return (await session.execute(cut(wanted, [migration_item.c.position], slice_))).mappings().all()


async def versions_left(session: Session, scope: Scope) -> Sequence[int]:
    """The versions under which those items run, by id."""
    found = select(feedback.c.process).where(*_movable(scope)).distinct()
    return (await session.execute(found.order_by(feedback.c.process))).scalars().all()


def _movable(scope: Scope) -> list[ColumnElement[bool]]:
    mine = (document.c.kind == "process") & (document.c.key == scope.target["key"])
    others = select(document.c.id).where(mine, document.c.id != scope.target["id"])
    running = feedback.c.process.in_(others) & feedback.c.finished_at.is_(None)
    return [visible(scope.viewer), running, condition(scope.wanted)]


async def _fix(session: Session, id_: UUID, found: Select[Any]) -> Row:
    total = (await session.execute(insert(migration_item).from_select(_FIXED, found))).rowcount
    await session.execute(update(migration).where(migration.c.id == id_).values(total=total))
    row = await get(session, id_)
    assert row is not None
    return row


def _shown() -> Select[Any]:
    back = migration.alias("back")
    taken = select(cast(back.c.id, Text)).where(back.c.back_of == migration.c.id).order_by(back.c.created_at.desc())
    columns = [document.c.key, document.c.version, taken.limit(1).scalar_subquery().label("taken_back_by")]
    return select(migration, *columns).join(document, document.c.id == migration.c.process)
