"""Shadows: decisions of the active set as they are written, and what a draft would have decided otherwise.

They are read in the order of the transactions that wrote them, and only up to the oldest that is still open, so that
none is missed whichever commits first (DESIGN 4.4).
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Select,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on

from voxloop.domain.studies import ShadowState
from voxloop.store.columns import Xid8
from voxloop.store.customers import TRAITS
from voxloop.store.item_tables import event, feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.studies import differences_in
from voxloop.store.study_tables import shadow, shadow_difference
from voxloop.store.tables import customer, document
from voxloop.store.work_tables import decision

_OLDEST_OPEN = func.pg_snapshot_xmin(func.pg_current_snapshot())
_NONE = UUID(int=0)
# A correction sends an item its way again and keeps only the route: no decision of the set alone.
_NOT_DECIDED_BY_ITSELF = "type_changed"


async def begin(session: Session, **values: Any) -> Row:
    """Have a draft decide beside what is active from now on (columns of ``shadow``)."""
    now = cast(cast(_OLDEST_OPEN, Text), BigInteger)
    new = insert(shadow).values(after_xid=now, **values).returning(shadow)
    row: Row = (await session.execute(new)).mappings().one()
    return row


_BESIDE = (
    select(document.c.id, shadow.c.id.label("shadow"), shadow.c.asked)
    .select_from(
        document.outerjoin(
            shadow.join(_draft := document.alias("draft"), _draft.c.id == shadow.c.draft),
            (shadow.c.state == literal_column("'running'"))
            & (_draft.c.kind == document.c.kind)
            & (_draft.c.key == document.c.key),
        )
    )
    .where(
        document.c.kind == literal_column("'rule_set'"),
        document.c.key == bindparam("key"),
        document.c.state == literal_column("'published'"),
    )
)


async def active(session: Session, key: str) -> tuple[int | None, Sequence[Row]]:
    """The published version of a rule set, and the shadows that run beside it (``shadow``, ``asked``)."""
    rows = (await session.execute(_BESIDE, {"key": key})).mappings().all()
    return (rows[0]["id"] if rows else None), [row for row in rows if row["shadow"] is not None]


async def get(session: Session, id_: UUID) -> Row | None:
    """One shadow."""
    return (await session.execute(select(shadow).where(shadow.c.id == id_))).mappings().one_or_none()


async def of_ids(session: Session, ids: Iterable[UUID]) -> Sequence[Row]:
    """These shadows."""
    return (await session.execute(select(shadow).where(shadow.c.id.in_(list(ids))))).mappings().all()


async def newest_of(session: Session, drafts: Iterable[int]) -> Sequence[Row]:
    """The last shadow of each of these drafts that had one."""
    wanted = select(shadow).where(shadow.c.draft.in_(list(drafts))).ext(distinct_on(shadow.c.draft))
    ordered = wanted.order_by(shadow.c.draft, shadow.c.created_at.desc())
    return (await session.execute(ordered)).mappings().all()


async def end(session: Session, draft: int, state: ShadowState, failure: object = None) -> None:
    """The draft decides beside nothing any more; nothing happens when it does not."""
    running = (shadow.c.draft == draft) & (shadow.c.state == ShadowState.RUNNING)
    await session.execute(update(shadow).where(running).values(state=state, failure=failure, finished_at=func.now()))


async def page(session: Session, study: Row, limit: int) -> Sequence[Row]:
    """The next decisions of the active set: each item with its decision as ``decided`` and the place after it."""
    place = tuple_(event.c.xid, event.c.item, event.c.version)
    after = tuple_(_xid(study["after_xid"]), study["after_item"] or literal(_NONE), study["after_version"] or 0)
    wanted = _decisions(study).where(place > after, event.c.xid < _OLDEST_OPEN)
    ordered = wanted.order_by(event.c.xid, event.c.item, event.c.version).limit(limit)
    rows: Sequence[Row] = (await session.execute(ordered)).mappings().all()
    return rows


async def is_behind(session: Session, study: Row) -> bool:
    """Whether a decision is written that ``page`` does not show yet, because an older transaction is open."""
    hidden = _decisions(study).where(event.c.xid >= _OLDEST_OPEN).limit(1)
    return (await session.execute(hidden)).first() is not None


async def write(session: Session, study: Row, rows: Sequence[Row], changes: Sequence[Any], sums: object) -> bool:
    """Write what a page gave, and go on behind it; False when somebody else has worked on that page."""
    found = [
        {"shadow": study["id"], "item": row["id"], "version": row["decided_at"], "changes": changed}
        for row, changed in zip(rows, changes, strict=True)
        if changed
    ]
    values = {
        "compared": study["compared"] + len(rows),
        "changed": study["changed"] + len(found),
        "sums": sums,
        "after_xid": rows[-1]["decided_in"],
        "after_item": rows[-1]["id"],
        "after_version": rows[-1]["decided_at"],
    }
    here = (shadow.c.id == study["id"]) & (shadow.c.compared == study["compared"])
    running = here & (shadow.c.state == ShadowState.RUNNING)
    if (await session.execute(update(shadow).where(running).values(**values))).rowcount != 1:
        return False
    if found:
        numbered = [each | {"position": study["changed"] + number} for number, each in enumerate(found)]
        await session.execute(insert(shadow_difference), numbered)
    return True


differences = differences_in(shadow_difference, shadow_difference.c.shadow)


def _decisions(study: Row) -> Select[Any]:
    key = select(document.c.key).where(document.c.id == study["draft"]).scalar_subquery()
    places = [
        event.c.version.label("decided_at"),
        cast(cast(event.c.xid, Text), BigInteger).label("decided_in"),
        decision.c.body.label("decided"),
    ]
    return (
        select(feedback, *(column.label(name) for name, column in TRAITS.items()), *places)
        .outerjoin(customer, customer.c.id == feedback.c.customer)
        .join(event, event.c.item == feedback.c.id)
        .join(decision, (decision.c.item == event.c.item) & (decision.c.version == event.c.version))
        .join(document, document.c.id == decision.c.rule_set)
        .where(document.c.kind == literal_column("'rule_set'"), document.c.key == key)
        .where(event.c.kind != _NOT_DECIDED_BY_ITSELF, event.c.xid >= _xid(study["after_xid"]))
    )


def _xid(number: int) -> Any:
    return cast(cast(literal(str(number)), Text), Xid8)
