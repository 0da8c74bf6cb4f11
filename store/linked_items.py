"""Items opened in other departments' systems, the feedback that waits for them, and the built-in register."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.domain.viewer import Viewer
from voxloop.store.effect_tables import feedback_link, linked_item, register_item
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session, counts
from voxloop.store.slices import Slice, cut
from voxloop.store.visibility import visible

SETTLED = ("done", "refused", "gone")


async def open_for(session: Session, item: UUID, step: str | None, values: dict[str, Any]) -> None:
    """Write the intent to open a linked item (columns of ``linked_item``) for this feedback."""
    await session.execute(insert(linked_item).values(**values))
    await session.execute(insert(feedback_link).values(item=item, linked_item=values["key"], step=step))


async def get(session: Session, key: str) -> Row:
    """One linked item, locked."""
    wanted = select(linked_item).where(linked_item.c.key == key).with_for_update()
    return (await session.execute(wanted)).mappings().one()


async def change(session: Session, key: str, **values: Any) -> None:
    """Change columns of a linked item."""
    await session.execute(update(linked_item).where(linked_item.c.key == key).values(changed_at=func.now(), **values))


async def waiting_feedback(session: Session, key: str) -> Sequence[UUID]:
    """The feedback that is linked to it."""
    wanted = select(feedback_link.c.item).where(feedback_link.c.linked_item == key)
    return (await session.execute(wanted)).scalars().all()


async def told(session: Session, item: UUID, key: str, state: str, peer_version: int) -> bool:
    """Note what the loop is now told; False when it knew that or something newer."""
    mine = (feedback_link.c.item == item) & (feedback_link.c.linked_item == key)
    newer = update(feedback_link).where(mine, feedback_link.c.peer_version < peer_version)
    return (await session.execute(newer.values(state=state, peer_version=peer_version))).rowcount == 1


async def links_of(session: Session, item: UUID, system: str) -> Sequence[Row]:
    """What the loop has been told of its linked items in ``system``."""
    wanted = (
        select(feedback_link)
        .join(linked_item, linked_item.c.key == feedback_link.c.linked_item)
        .where(feedback_link.c.item == item, linked_item.c.system == system)
        .order_by(linked_item.c.opened_at, linked_item.c.key)
    )
    return (await session.execute(wanted)).mappings().all()


async def of_items(session: Session, items: Iterable[UUID]) -> Sequence[Row]:
    """All linked items of these items, each with the ``item`` it belongs to."""
    wanted = (
        select(linked_item, feedback_link.c.item)
        .join(feedback_link, feedback_link.c.linked_item == linked_item.c.key)
        .where(feedback_link.c.item.in_(list(items)))
        .order_by(linked_item.c.opened_at, linked_item.c.key)
    )
    return (await session.execute(wanted)).mappings().all()


async def never_opened(session: Session, age: timedelta) -> Sequence[str]:
    """Keys of linked items that have waited that long to be opened."""
    old = linked_item.c.changed_at < func.now() - age
    return (
        (await session.execute(select(linked_item.c.key).where(linked_item.c.state == "opening", old))).scalars().all()
    )


async def count_by_state(session: Session) -> dict[str, int]:
    """How many linked items are in each state."""
    counted = select(linked_item.c.state, func.count()).group_by(linked_item.c.state)
    return await counts(session, counted)


async def register_ensure(session: Session, values: Mapping[str, Any]) -> Row:
    """The register's item of that key, opened now (columns of ``register_item``) if it was not there."""
    await session.execute(upsert(register_item).values(**values).on_conflict_do_nothing(index_elements=["key"]))
    wanted = select(register_item).where(register_item.c.key == values["key"])
    return (await session.execute(wanted)).mappings().one()


async def register_advance(session: Session, key: str, state: str, note: str | None) -> Row | None:
    """Move the register's item to ``state``; None if there is none. Its version rises with each change."""
    moved = (
        update(register_item)
        .where(register_item.c.key == key)
        .values(state=state, note=note, version=register_item.c.version + 1, changed_at=func.now())
        .returning(register_item)
    )
    row: Row | None = (await session.execute(moved)).mappings().one_or_none()
    return row


async def page(session: Session, viewer: Viewer, system: str | None, state: str | None, slice_: Slice) -> Sequence[Row]:
    """A slice of the linked items behind what ``viewer`` sees, by ``opened_at`` and ``key``; one more if it goes on."""
    wanted = select(linked_item).where(_visible(viewer), _of_kind(system, state))
    return (await session.execute(cut(wanted, [linked_item.c.opened_at, linked_item.c.key], slice_))).mappings().all()


async def count(session: Session, viewer: Viewer, system: str | None, state: str | None) -> int:
    """How many linked items there are of that kind."""
    counted = select(func.count()).select_from(linked_item).where(_visible(viewer), _of_kind(system, state))
    return (await session.execute(counted)).scalar_one()


async def seen(session: Session, viewer: Viewer, keys: Iterable[str]) -> Sequence[Row]:
    """Those of these linked items that stand behind what ``viewer`` may see."""
    wanted = select(linked_item).where(linked_item.c.key.in_(list(keys)), _visible(viewer))
    return (await session.execute(wanted)).mappings().all()


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.sees_all:
        return true()
    behind = select(feedback.c.id).join(feedback_link, feedback_link.c.item == feedback.c.id)
    return exists(behind.where(feedback_link.c.linked_item == linked_item.c.key, visible(viewer)))


def _of_kind(system: str | None, state: str | None) -> ColumnElement[bool]:
    tests = [(linked_item.c.system, system), (linked_item.c.state, state)]
    return and_(true(), *(column == value for column, value in tests if value is not None))
