"""Items: accepted once by one statement, then advanced by their loop, one version at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Update, any_, bindparam, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as UUIDS

from voxloop import tracing
from voxloop.domain.viewer import Viewer
from voxloop.store.events import Written
from voxloop.store.item_tables import event, feedback, outbox
from voxloop.store.sessions import Row, Session, counts
from voxloop.store.visibility import visible

FIRST_VERSION = 1
NOT_IN_EVENTS = {"text", "search_keys", "similar_keys", "argument_hash", "idempotency_key"}


@dataclass(frozen=True)
class Accepted:
    """What became of a submission: its item's row; ``created`` is false for one that was accepted before."""

    row: Row
    created: bool


# Rows that refer to the item need not wait for it: else two items that each refer to the other wait for ever.
_LOCK = select(feedback).where(feedback.c.id == bindparam("of")).with_for_update(key_share=True)


async def lock(session: Session, item: UUID) -> dict[str, Any]:
    """The item's row, locked until the transaction ends."""
    return dict((await session.execute(_LOCK, {"of": item})).mappings().one())


_TOLD = (
    "item", "version", "at", "actor_kind", "actor", "kind", "round", "step", "changes", "detail", "plan",
)  # fmt: skip


def _advance() -> Update:
    """The next version with its event and the wake-ups of targets; the columns that change are those it is given."""
    told = insert(event).values({name: bindparam(f"event_{name}", type_=event.c[name].type) for name in _TOLD})
    targets = func.unnest(bindparam("targets", type_=ARRAY(Text))).column_valued("target")
    carried = bindparam("carried", type_=JSONB)
    wakes = select(literal("wake_target"), func.concat("target/", targets), carried)
    woken = insert(outbox).from_select(["command", "workflow", "payload"], wakes)
    standing = (feedback.c.id == bindparam("of")) & (feedback.c.version == bindparam("standing"))
    return update(feedback).where(standing).add_cte(told.cte("told"), woken.cte("woken"))


_ADVANCE = _advance()


async def advance(session: Session, item: Mapping[str, Any], written: Written) -> None:
    """Write a version of the item, whose row as changed by it is ``item``: the row, its event, who is to be woken.

    Raises:
        RuntimeError: the row does not stand at the version before; nothing may then be written.
        IntegrityError: that version stands written.
    """
    kind, _, name = written.happened.actor.partition(":")
    where = {"item": item["id"], "version": written.version, "round": item["round"], "step": item["step"]}
    who = {"at": written.at, "actor_kind": kind, "actor": name or None}
    what = {"kind": written.happened.kind, "detail": written.happened.detail}
    changes = {name: value for name, value in written.changes.items() if name not in NOT_IN_EVENTS}
    told = where | who | what | {"changes": changes, "plan": written.plan}
    values = {
        "of": item["id"],
        "standing": written.version - 1,
        "version": written.version,
        **written.changes,
        **{f"event_{name}": value for name, value in told.items()},
        "targets": sorted(written.targets),
        "carried": tracing.carried(),
    }
    if (await session.execute(_ADVANCE, values)).rowcount != 1:
        raise RuntimeError(f"{item['id']} does not stand at version {written.version - 1}")


async def get(session: Session, viewer: Viewer, item: UUID | None = None, code: str | None = None) -> Row | None:
    """One item by id or code, if ``viewer`` may see it."""
    wanted = feedback.c.id == item if item is not None else feedback.c.code == code
    return (await session.execute(select(feedback).where(wanted, visible(viewer)))).mappings().one_or_none()


async def seen(session: Session, viewer: Viewer, ids: Iterable[UUID]) -> Sequence[Row]:
    """Those of these items that ``viewer`` may see."""
    wanted = select(feedback).where(feedback.c.id.in_(list(ids)), visible(viewer))
    return (await session.execute(wanted)).mappings().all()


async def of_codes(session: Session, viewer: Viewer, codes: Collection[str]) -> dict[str, UUID]:
    """Those of the items of these codes that ``viewer`` may see."""
    if not codes:
        return {}
    named = feedback.c.code == any_(literal(list(codes), ARRAY(Text)))
    found = await session.execute(select(feedback.c.code, feedback.c.id).where(named, visible(viewer)))
    return {row.code: row.id for row in found}


async def count_by_stage(session: Session) -> dict[str, int]:
    """How many items stand in each stage."""
    counted = select(feedback.c.stage, func.count()).group_by(feedback.c.stage)
    return await counts(session, counted)


async def count_overdue(session: Session) -> int:
    """How many items have a clock beyond its target."""
    return (await session.execute(select(func.count()).where(feedback.c.overdue))).scalar_one()


async def unfinished(session: Session, limit: int, age: timedelta, after: UUID | None = None) -> Sequence[Row]:
    """Items of at least that age whose loop should be open, in order, from behind ``after``.

    Of each its ``id``, its ``version``, and when that was ``recorded_at``.
    """
    newest = (event.c.item == feedback.c.id) & (event.c.version == feedback.c.version)
    wanted = (
        select(feedback.c.id, feedback.c.version, event.c.recorded_at)
        .join(event, newest)
        .where(feedback.c.finished_at.is_(None), feedback.c.received_at < func.now() - age)
        .order_by(feedback.c.id)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(feedback.c.id > after)
    return (await session.execute(wanted)).mappings().all()


async def known(session: Session, items: Iterable[str]) -> set[str]:
    """Those of these ids that are items."""
    asked = bindparam("asked", [UUID(item) for item in items], type_=ARRAY(UUIDS))  # one value: there may be any number
    wanted = select(feedback.c.id).where(feedback.c.id == any_(asked))
    return {str(id_) for id_ in (await session.execute(wanted)).scalars()}
