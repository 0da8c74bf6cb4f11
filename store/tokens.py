"""API tokens: only the hash of a secret is kept, so that nobody can read one out of the database."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, insert, or_, select, update

from voxloop.domain.identity import new_id
from voxloop.domain.texts import DEFAULT_LANGUAGE
from voxloop.domain.viewer import Role, Viewer
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import member, team_member, token

_PREFIX = "vox_"
_SECRET_BYTES = 32


async def create(
    session: Session, name: str, role: Role, member: str | None = None, expires_at: datetime | None = None
) -> tuple[UUID, str]:
    """A new token; answers its id and its secret, shown now or never. A handler's token names its ``member``."""
    id_, secret = new_id(), _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    values = {"id": id_, "name": name, "role": role, "member": member, "hash": _hash(secret), "expires_at": expires_at}
    await session.execute(insert(token).values(**values))
    return id_, secret


async def find(session: Session, secret: str) -> Viewer | None:
    """Who comes with this secret; None when it is unknown, revoked or expired, or its member is no longer active."""
    teams = select(func.coalesce(func.array_agg(team_member.c.team), [])).where(team_member.c.member == token.c.member)
    wanted = (
        select(token.c.id, token.c.name, token.c.role, token.c.member, member.c.language, teams.scalar_subquery())
        .outerjoin(member, member.c.key == token.c.member)
        .where(token.c.hash == _hash(secret), token.c.revoked_at.is_(None))
        .where(or_(token.c.expires_at.is_(None), token.c.expires_at > func.now()))
        .where(or_(token.c.member.is_(None), member.c.active))
    )
    row = (await session.execute(wanted)).one_or_none()
    if row is None:
        return None
    id_, name, role, of, language, keys = row
    return Viewer(str(id_), name, Role(role), of, tuple(sorted(keys)), language or DEFAULT_LANGUAGE)


async def list_all(session: Session) -> Sequence[Row]:
    """All tokens in order of creation, without their hashes."""
    shown = [column for column in token.c if column is not token.c.hash]
    return (await session.execute(select(*shown).order_by(token.c.created_at, token.c.id))).mappings().all()


async def revoke(session: Session, id_: UUID) -> bool:
    """Nobody gets in with this token any more; False when there was no such token in force."""
    mine = update(token).where(token.c.id == id_, token.c.revoked_at.is_(None))
    return (await session.execute(mine.values(revoked_at=func.now()))).rowcount == 1


async def any_exists(session: Session) -> bool:
    """Whether a token was ever made here."""
    return bool((await session.execute(select(exists(select(token.c.id))))).scalar_one())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
