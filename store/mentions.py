"""Members who are mentioned in notes."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, insert, or_, select

from voxloop.domain.viewer import Role, Viewer
from voxloop.store import branches
from voxloop.store.effect_tables import message
from voxloop.store.item_tables import feedback
from voxloop.store.messages import MENTIONED
from voxloop.store.relation_tables import mention
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice, cut
from voxloop.store.tables import member, team_member, token
from voxloop.store.visibility import visible
from voxloop.store.work_tables import assignment, step_run


async def add(session: Session, note: int, item: UUID, members: Collection[str], at: datetime) -> None:
    """These members are mentioned in a note (the id of a ``message``)."""
    rows = [{"message": note, "member": key, "item": item, "at": at} for key in members]
    await session.execute(insert(mention), rows)


async def page(session: Session, viewer: Viewer, slice_: Slice) -> list[Row]:
    """Mentions of the viewer's member in items that she sees, each with its message."""
    wanted = _of(viewer, message, message.c.id.label("message"), MENTIONED.label("mentions"))
    found = await session.execute(cut(wanted, [mention.c.at, mention.c.message], slice_))
    return list(found.mappings())


async def count(session: Session, viewer: Viewer) -> int:
    """How many there are."""
    counted: int = (await session.execute(_of(viewer, func.count()))).scalar_one()
    return counted


def _of(viewer: Viewer, *columns: Any) -> Select[Any]:
    wanted = select(*columns).select_from(mention).join(message, message.c.id == mention.c.message)
    seen = wanted.join(feedback, feedback.c.id == mention.c.item)
    return seen.where(mention.c.member == viewer.member, visible(viewer))


async def who_see(session: Session, item: Row, keys: Collection[str]) -> set[str]:
    """Those of these members who are active and see the item with one token or another (see ``visibility``)."""
    wanted = select(member.c.key).where(member.c.key.in_(keys), member.c.active, or_(*_reasons(item)))
    return set((await session.execute(wanted)).scalars())


def _reasons(item: Row) -> list[ColumnElement[bool]]:
    lasting = or_(token.c.expires_at.is_(None), token.c.expires_at > func.now())
    sees_all = token.c.role.in_([Role.ADMIN, Role.MANAGER]) & token.c.revoked_at.is_(None) & lasting
    of_branch = select(step_run.c.team).where(step_run.c.item == item["id"], branches.OPEN)
    standing = (team_member.c.team == item["team"]) | team_member.c.team.in_(of_branch)
    return [
        exists().where(team_member.c.member == member.c.key, standing),
        exists().where(assignment.c.member == member.c.key, assignment.c.item == item["id"]),
        exists().where(token.c.member == member.c.key, sees_all),
    ]
