"""The installation: its short key, which stands in the key of every outward effect, made once."""

import secrets

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.store.sessions import Session
from voxloop.store.tables import installation

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


async def key_of(session: Session) -> str:
    """The installation's key: six letters and digits."""
    new = "".join(secrets.choice(_LETTERS) for _ in range(6))
    await session.execute(upsert(installation).values(key=new).on_conflict_do_nothing())
    return str((await session.execute(select(installation.c.key))).scalar_one())
