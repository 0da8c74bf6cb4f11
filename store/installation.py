"""The installation: its key, which stands in the key of every outward effect, and its secret. Each is made once."""

import secrets

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.store.sessions import Session
from voxloop.store.tables import installation

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_SECRET_BYTES = 32


async def key_of(session: Session) -> str:
    """The installation's key: six letters and digits."""
    new = "".join(secrets.choice(_LETTERS) for _ in range(6))
    await session.execute(upsert(installation).values(key=new).on_conflict_do_nothing())
    return str((await session.execute(select(installation.c.key))).scalar_one())


async def secret_of(session: Session) -> str:
    """What signs the links that customers get; of those who need it first at the same time, one makes it."""
    known = select(installation.c.secret)
    secret = (await session.execute(known)).scalar_one_or_none()
    if secret is None:
        await key_of(session)
        missing = update(installation).where(installation.c.secret.is_(None))
        await session.execute(missing.values(secret=secrets.token_urlsafe(_SECRET_BYTES)))
        secret = (await session.execute(known)).scalar_one()
    return str(secret)
