"""What documents may refer to: the keys of everything that exists now."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from voxloop.domain.calendar_reader import day_hours_of
from voxloop.domain.documents import Kind, State
from voxloop.domain.linked import ItemSystem
from voxloop.domain.problems import Known
from voxloop.store import people
from voxloop.store.sessions import Session
from voxloop.store.tables import document, member, team


async def known(session: Session) -> Known:
    """All of them, as published and present."""
    published = select(document.c.kind, document.c.key).where(document.c.state == "published")
    keys: dict[str, set[str]] = {}
    for kind, key in await session.execute(published):
        keys.setdefault(kind, set()).add(key)
    roles = select(func.unnest(member.c.roles)).where(member.c.active).distinct()
    calendars = await _bodies(session, Kind.CALENDAR)
    return Known(
        teams=frozenset((await session.execute(select(team.c.key))).scalars()),
        members=frozenset((await session.execute(select(member.c.key).where(member.c.active))).scalars()),
        roles=frozenset((await session.execute(roles)).scalars()),
        processes=frozenset(keys.get("process", ())),
        templates=frozenset(keys.get("template", ())),
        systems=frozenset(ItemSystem),
        calendars=frozenset(calendars),
        skills=frozenset(await people.team_skills(session)),
        day_hours=day_hours_of(calendars),
    )


async def process_versions(session: Session) -> Mapping[str, int]:
    """The ids of the published processes, by key."""
    published = select(document.c.key, document.c.id).where(document.c.kind == "process")
    return {row.key: row.id for row in await session.execute(published.where(document.c.state == "published"))}


async def processes(session: Session) -> list[Mapping[str, Any]]:
    """The published processes, by key, as they are written."""
    return list((await _bodies(session, Kind.PROCESS)).values())


async def _bodies(session: Session, kind: Kind) -> dict[str, Mapping[str, Any]]:
    """What is published of a kind, by key."""
    published = select(document.c.key, document.c.body).where(
        document.c.kind == kind, document.c.state == State.PUBLISHED
    )
    return {row.key: row.body for row in await session.execute(published.order_by(document.c.key))}
