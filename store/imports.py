"""How far each bulk import has come: written in the transaction of its items, so that it goes on exactly there."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.store.item_tables import feedback, import_run
from voxloop.store.sessions import Row, Session


async def standing(session: Session, source: str, keys: Iterable[str]) -> dict[str, str]:
    """The argument hashes of those of these keys that were accepted before."""
    wanted = select(feedback.c.idempotency_key, feedback.c.argument_hash)
    wanted = wanted.where(feedback.c.source == source, feedback.c.idempotency_key.in_(list(keys)))
    return {row[0]: row[1] for row in await session.execute(wanted)}


async def begin(session: Session, source: str, file: str, reading: str) -> Row:
    """The run of a source, begun now if there is none."""
    new = upsert(import_run).values(source=source, file=file, reading=reading).on_conflict_do_nothing()
    await session.execute(new)
    return (await session.execute(select(import_run).where(import_run.c.source == source))).mappings().one()


async def restart(session: Session, source: str, file: str, reading: str) -> None:
    """Let the run of a source begin at the first row again, of another file or read in another way."""
    nothing = dict.fromkeys(("row", "accepted", "repeated", "refused", "report_bytes"), 0)
    again = update(import_run).where(import_run.c.source == source)
    await session.execute(again.values(file=file, reading=reading, finished_at=None, **nothing))


async def advance(session: Session, source: str, row: int, values: Mapping[str, object]) -> bool:
    """Note how far a run has come that stood at ``row``. False: it stands elsewhere, so another process is at work."""
    mine = update(import_run).where(import_run.c.source == source, import_run.c.row == row)
    return (await session.execute(mine.values(values))).rowcount == 1
