"""Teams and members: who exists, who leads, who fills a role, who carries how much."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, any_, bindparam, case, delete, func, select, true, update
from sqlalchemy.dialects.postgresql import ARRAY, VARCHAR
from sqlalchemy.dialects.postgresql import insert as upsert

from voxloop.domain.calendars import WHOSE
from voxloop.store.sessions import Row, Session, counts, take_turns
from voxloop.store.tables import absence, document, member, team, team_member
from voxloop.store.work_tables import assignment


def _candidates() -> Select[*tuple[Any, ...]]:
    """Those of a team and ``also`` others who are active, and all who stand in for somebody now, as they are then."""
    at: BindParameter[datetime] = bindparam("at")
    key: BindParameter[str | None] = bindparam("team")
    now = (absence.c.since <= at) & (absence.c.until > at)
    hers = absence.c.member == member.c.key
    had = assignment.c.member == member.c.key
    away = select(absence).where(hers, now).order_by(absence.c.until.desc()).limit(1).lateral("away")
    load = select(func.count().label("load")).where(had, assignment.c.ended_at.is_(None)).lateral("open")
    last = select(func.max(assignment.c.id).label("last")).where(had, assignment.c.team == key).lateral("turns")
    calendar = func.coalesce(member.c.calendar, team.c.calendar)
    published = (document.c.kind == "calendar") & (document.c.key == calendar) & (document.c.state == "published")
    named = document.c.body["time_zone"].astext
    zone = case((named.in_(WHOSE), team.c.time_zone), else_=named)
    of_team = team_member.c.team.is_not(None)
    asked = of_team | (member.c.key == any_(bindparam("also", type_=ARRAY(VARCHAR))))
    columns = (
        *(member.c[name] for name in ("key", "skills", "products", "regions", "capacity")),
        *(load.c.load, func.coalesce(last.c.last, 0).label("last"), of_team.label("of_team")),
        *(away.c.until.label("away_until"), away.c.substitute),
        *(document.c.id.label("calendar"), zone.label("zone")),
    )
    return (
        select(*columns)
        .select_from(member)
        .outerjoin(team, team.c.key == key)
        .outerjoin(team_member, (team_member.c.team == key) & (team_member.c.member == member.c.key))
        .outerjoin(document, published)
        .join(load, true())
        .join(last, true())
        .outerjoin(away, true())
        .where(member.c.active, asked | member.c.key.in_(select(absence.c.substitute).where(now)))
        .order_by(member.c.key)
    )


_CANDIDATES = _candidates()


async def team_of(session: Session, key: str) -> Row | None:
    """One team."""
    return (await session.execute(select(team).where(team.c.key == key))).mappings().one_or_none()


async def member_of(session: Session, key: str) -> Row | None:
    """One member, active or not."""
    return (await session.execute(select(member).where(member.c.key == key))).mappings().one_or_none()


async def teams(session: Session) -> Sequence[Row]:
    """All teams, by key."""
    return (await session.execute(select(team).order_by(team.c.key))).mappings().all()


async def members(session: Session) -> Sequence[Row]:
    """All members, by key."""
    return (await session.execute(select(member).order_by(member.c.key))).mappings().all()


async def memberships(session: Session) -> Sequence[Row]:
    """All pairs of team and member."""
    return (
        (await session.execute(select(team_member).order_by(team_member.c.team, team_member.c.member))).mappings().all()
    )


async def active(session: Session, keys: Iterable[str]) -> Sequence[Row]:
    """Those of these members who are active, by key."""
    wanted = select(member).where(member.c.key.in_(list(keys)), member.c.active).order_by(member.c.key)
    return (await session.execute(wanted)).mappings().all()


async def with_role(session: Session, role: str) -> Sequence[str]:
    """Keys of the active members who fill ``role``."""
    wanted = select(member.c.key).where(member.c.roles.contains([role]), member.c.active).order_by(member.c.key)
    return (await session.execute(wanted)).scalars().all()


async def in_team(session: Session, key: str) -> Sequence[str]:
    """Keys of the active members of a team."""
    wanted = (
        select(member.c.key)
        .join(team_member, team_member.c.member == member.c.key)
        .where(team_member.c.team == key, member.c.active)
        .order_by(member.c.key)
    )
    return (await session.execute(wanted)).scalars().all()


async def choose_alone(session: Session, key: str) -> None:
    """Wait for whoever is choosing in this team, until the end of her transaction; then nobody else chooses in it.

    Two who choose at the same moment would else see the same loads, and both take the same least loaded member.
    """
    await take_turns(session, f"choice in team {key}")


async def candidates(session: Session, key: str | None, also: Iterable[str], at: datetime) -> Sequence[Row]:
    """Who may get a step of a team: its active members, ``also`` these, and everybody who stands in for somebody.

    Of each also her ``load`` and the id of her ``last`` assignment in the team, how long she is away and who stands in
    for her, whether she is ``of`` the team, and the published version of the ``calendar`` she works by.
    """
    values = {"team": key, "also": list(also), "at": at}
    return (await session.execute(_CANDIDATES, values)).mappings().all()


async def take_member(session: Session, key: str) -> None:
    """Keep others from entering absences of hers until the transaction ends."""
    await session.execute(select(member.c.key).where(member.c.key == key).with_for_update(key_share=True))


async def change_member(session: Session, key: str, values: Mapping[str, Any]) -> None:
    """Change columns of a member."""
    if values:
        await session.execute(update(member).where(member.c.key == key).values(**values))


async def change_team(session: Session, key: str, values: Mapping[str, Any]) -> None:
    """Change columns of a team."""
    if values:
        await session.execute(update(team).where(team.c.key == key).values(**values))


async def set_members(session: Session, key: str, members: Iterable[str]) -> None:
    """Exactly these belong to the team from now on."""
    kept = list(members)
    await session.execute(delete(team_member).where(team_member.c.team == key, team_member.c.member.not_in(kept)))
    for each in kept:
        await session.execute(upsert(team_member).values(team=key, member=each).on_conflict_do_nothing())


async def team_skills(session: Session) -> Sequence[str]:
    """The skills of each team's active members, each behind the team's key and a point."""
    hers = team_member.c.member == member.c.key
    wanted = select(func.concat(team_member.c.team, ".", func.unnest(member.c.skills))).join(member, hers)
    return (await session.execute(wanted.where(member.c.active).distinct())).scalars().all()


async def loads(session: Session) -> dict[str, int]:
    """How many open assignments each member has who has any."""
    counted = (
        select(assignment.c.member, func.count())
        .where(assignment.c.member.is_not(None), assignment.c.ended_at.is_(None))
        .group_by(assignment.c.member)
    )
    return await counts(session, counted)
