"""Teams and members: who exists, who leads, who fills a role, who carries how much."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from voxloop.store.sessions import Row, Session, counts
from voxloop.store.tables import member, team, team_member
from voxloop.store.work_tables import assignment


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


async def team_keys(session: Session, of_member: str) -> tuple[str, ...]:
    """The teams that a member belongs to."""
    mine = select(team_member.c.team).where(team_member.c.member == of_member).order_by(team_member.c.team)
    return tuple((await session.execute(mine)).scalars())


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


async def loads(session: Session, members: Iterable[str]) -> dict[str, int]:
    """How many open assignments each of these members has."""
    keys = list(members)
    counted = (
        select(assignment.c.member, func.count())
        .where(assignment.c.member.in_(keys), assignment.c.ended_at.is_(None))
        .group_by(assignment.c.member)
    )
    return dict.fromkeys(keys, 0) | await counts(session, counted)
