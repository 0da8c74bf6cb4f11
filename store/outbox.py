"""Commands to Temporal, written with the row they belong to, until a relay has carried them out.

A relay claims rows for a while (a lease, not a lock: a stopped process blocks nobody) and removes them when done.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from voxloop import tracing
from voxloop.store.item_tables import outbox
from voxloop.store.sessions import Row, Session

_LEASE = timedelta(seconds=30)
_LONGEST_PAUSE_SECONDS = 5


_PUT = insert(outbox).inline()


async def put(session: Session, command: str, workflow: str, payload: dict[str, Any] | None = None) -> None:
    """Add one command, with the running trace: ``start_loop``, ``start_link``, ``wake_target``, ``run_errand``
    or ``signal``.
    """
    values = {"command": command, "workflow": workflow, "payload": {**(payload or {}), **tracing.carried()}}
    await session.execute(_PUT, values)


async def claim(session: Session, limit: int) -> Sequence[Row]:
    """Up to ``limit`` due commands, oldest first, reserved for the caller for 30 s."""
    due = (
        select(outbox.c.id)
        .where(outbox.c.next_attempt_at <= func.now())
        .order_by(outbox.c.next_attempt_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = (
        update(outbox)
        .where(outbox.c.id.in_(due.scalar_subquery()))
        .values(next_attempt_at=func.now() + _LEASE, attempts=outbox.c.attempts + 1)
        .returning(outbox)
    )
    rows = (await session.execute(claimed)).mappings().all()
    return sorted(rows, key=lambda row: row["id"])


async def done(session: Session, ids: Sequence[int]) -> None:
    """These commands are carried out."""
    if not ids:
        return
    await session.execute(delete(outbox).where(outbox.c.id.in_(ids)))


async def postpone(session: Session, ids: Sequence[int]) -> None:
    """These commands failed; each is due again after a pause that doubles up to 5 s."""
    if not ids:
        return
    doublings = func.least(outbox.c.attempts, _LONGEST_PAUSE_SECONDS)  # any number of attempts: no power may overflow
    pause = func.least(func.power(2, doublings), _LONGEST_PAUSE_SECONDS) * timedelta(seconds=1)
    await session.execute(update(outbox).where(outbox.c.id.in_(ids)).values(next_attempt_at=func.now() + pause))


async def count(session: Session) -> int:
    """How many commands wait."""
    return (await session.execute(select(func.count()).select_from(outbox))).scalar_one()
