"""What documents may refer to: the keys of everything that exists now."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from voxloop.domain.linked import ItemSystem
from voxloop.domain.problems import Known
from voxloop.store.sessions import Session
from voxloop.store.tables import document, member, team


async def known(session: Session) -> Known:
    """All of them, as published and present."""
    published = select(document.c.kind, document.c.key).where(document.c.state == "published")
    keys: dict[str, set[str]] = {}
    for kind, key in await session.execute(published):
        keys.setdefault(kind, set()).add(key)
    roles = select(func.unnest(member.c.roles)).where(member.c.active).distinct()
    return Known(
        teams=frozenset((await session.execute(select(team.c.key))).scalars()),
        members=frozenset((await session.execute(select(member.c.key).where(member.c.active))).scalars()),
        roles=frozenset((await session.execute(roles)).scalars()),
        processes=frozenset(keys.get("process", ())),
        templates=frozenset(keys.get("template", ())),
        systems=frozenset(ItemSystem),
    )


async def processes(session: Session) -> list[Mapping[str, Any]]:
    """The published processes, by key, as they are written."""
    published = select(document.c.body).where(document.c.kind == "process", document.c.state == "published")
    return list((await session.execute(published.order_by(document.c.key))).scalars())
