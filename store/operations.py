"""Stored operations: GraphQL documents under the SHA-256 of their text. A hash means the same for ever."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.store.sessions import Row, Session
from voxloop.store.tables import stored_operation


async def add(session: Session, documents: Mapping[str, str]) -> None:
    """Store documents by their hashes (hexadecimal); those that are there already stay as they are."""
    rows = [{"hash": hash_, "document": document} for hash_, document in documents.items()]
    await session.execute(upsert(stored_operation).on_conflict_do_nothing(), rows)


async def find(session: Session, hash_: str) -> str | None:
    """The document of that hash."""
    wanted = select(stored_operation.c.document).where(stored_operation.c.hash == hash_)
    return (await session.execute(wanted)).scalar_one_or_none()


async def list_all(session: Session) -> Sequence[Row]:
    """All of them, the oldest first."""
    wanted = select(stored_operation).order_by(stored_operation.c.created_at, stored_operation.c.hash)
    return (await session.execute(wanted)).mappings().all()
