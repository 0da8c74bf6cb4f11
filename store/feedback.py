"""Items: accepted once by one statement, then advanced by their loop, one version at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.domain.viewer import Viewer
from voxloop.store.item_tables import event, feedback, outbox
from voxloop.store.sessions import Row, Session
from voxloop.store.visibility import visible

FIRST_VERSION = 1
_NOT_IN_EVENTS = {"text", "search_keys", "argument_hash", "idempotency_key"}


@dataclass(frozen=True)
class Accepted:
    """What became of a submission: its item; ``created`` is false for one that was accepted before."""

    id: UUID
    code: str
    argument_hash: str
    created: bool


async def accept(session: Session, item: dict[str, Any], actor: str) -> Accepted:
    """Insert ``item`` (columns of ``feedback``), its first event and the command that starts its loop, in one statement.

    A repeated (source, idempotency_key) inserts nothing and answers with the item that stands.
    """
    new = upsert(feedback).values(version=FIRST_VERSION, **item)
    new_row = new.on_conflict_do_nothing().returning(feedback.c.id, feedback.c.code).cte("new")
    changes = {name: value for name, value in item.items() if name not in _NOT_IN_EVENTS}
    kind, _, name = actor.partition(":")
    first = select(
        new_row.c.id,
        literal(FIRST_VERSION),
        literal(item["received_at"]),
        literal(kind),
        literal(name),
        literal("received"),
        literal(1),
        bindparam("changes", changes, type_=JSONB),
    )
    columns = ["item", "version", "at", "actor_kind", "actor", "kind", "round", "changes"]
    told = insert(event).from_select(columns, first).cte("told")
    start = select(literal("start_loop"), func.concat("feedback/", new_row.c.id))
    queued = insert(outbox).from_select(["command", "workflow"], start).cte("queued")
    row = (await session.execute(select(new_row.c.id, new_row.c.code).add_cte(told, queued))).one_or_none()
    if row is not None:
        return Accepted(row.id, row.code, item["argument_hash"], created=True)
    return await _standing(session, item["source"], item["idempotency_key"])


async def _standing(session: Session, source: str, key: str) -> Accepted:
    standing = select(feedback.c.id, feedback.c.code, feedback.c.argument_hash).where(
        feedback.c.source == source, feedback.c.idempotency_key == key
    )
    row = (await session.execute(standing)).one()
    return Accepted(row.id, row.code, row.argument_hash, created=False)


async def lock(session: Session, item: UUID) -> dict[str, Any]:
    """The item's row, locked until the transaction ends."""
    row = (await session.execute(select(feedback).where(feedback.c.id == item).with_for_update())).mappings().one()
    return dict(row)


async def advance(session: Session, item: UUID, version: int, changes: dict[str, Any]) -> None:
    """Write ``version`` of the item with these changed columns.

    Raises:
        RuntimeError: the row does not stand at the version before; nothing may then be written.
    """
    changed = (
        update(feedback)
        .where(feedback.c.id == item, feedback.c.version == version - 1)
        .values(version=version, **changes)
    )
    if (await session.execute(changed)).rowcount != 1:
        raise RuntimeError(f"{item} does not stand at version {version - 1}")


async def get(session: Session, viewer: Viewer, item: UUID | None = None, code: str | None = None) -> Row | None:
    """One item by id or code, if ``viewer`` may see it."""
    wanted = feedback.c.id == item if item is not None else feedback.c.code == code
    return (await session.execute(select(feedback).where(wanted, visible(viewer)))).mappings().one_or_none()


async def count_by_stage(session: Session) -> dict[str, int]:
    """How many items stand in each stage."""
    counted = select(feedback.c.stage, func.count()).group_by(feedback.c.stage)
    return {stage: number for stage, number in await session.execute(counted)}


async def count_overdue(session: Session) -> int:
    """How many items have a clock beyond its target."""
    return (await session.execute(select(func.count()).where(feedback.c.overdue))).scalar_one()


async def unfinished(session: Session, limit: int, after: UUID | None = None) -> Sequence[UUID]:
    """Ids of items whose loop should be open, in order, from behind ``after``."""
    wanted = select(feedback.c.id).where(feedback.c.finished_at.is_(None)).order_by(feedback.c.id).limit(limit)
    if after is not None:
        wanted = wanted.where(feedback.c.id > after)
    return (await session.execute(wanted)).scalars().all()
