"""What managers do with teams and members, by whichever door: what they can do, how much, and when they are away.

Whoever is away and hands over, or has left, has an errand that gives what she has to others.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from voxloop.domain.calendars import time_zones
from voxloop.domain.errands import ErrandKind
from voxloop.domain.identity import new_id
from voxloop.domain.people import Staff, absence_problems, member_problems, team_problems
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.rights import MANAGE_PEOPLE, demand_right
from voxloop.domain.viewer import Role, Viewer
from voxloop.reception import Parts
from voxloop.store import absences, documents, outbox, people, products, views
from voxloop.store.sessions import Row, Session

_log = logging.getLogger(__name__)


async def update_member(parts: Parts, viewer: Viewer, key: str, changes: Mapping[str, Any]) -> None:
    """Change columns of a member. What somebody has who is no longer active goes to others.

    Raises:
        Refused, RefusedTogether: nothing was changed.
    """
    demand_right(viewer, MANAGE_PEOPLE)
    async with parts.sessions.begin() as session:
        if key not in {row["key"] for row in await people.members(session)}:
            raise Refused(RefusalCode.NOT_FOUND, ["member"])
        demand(*member_problems(changes, await _staff(session)))
        await people.change_member(session, key, changes)
        if changes.get("active") is False:
            await views.forget(session, f"member:{key}")
        await _look_after(session, key)
    _told(parts, viewer, f"member {key}", changes)


async def update_team(parts: Parts, viewer: Viewer, key: str, changes: Mapping[str, Any]) -> None:
    """Change columns of a team, or with ``members`` who belongs to it.

    Raises:
        Refused, RefusedTogether: nothing was changed.
    """
    demand_right(viewer, MANAGE_PEOPLE)
    async with parts.sessions.begin() as session:
        if key not in {row["key"] for row in await people.teams(session)}:
            raise Refused(RefusalCode.NOT_FOUND, ["team"])
        demand(*team_problems(changes, await _staff(session)))
        await people.change_team(session, key, {name: changes[name] for name in changes if name != "members"})
        if "members" in changes:
            await people.set_members(session, key, changes["members"])
    _told(parts, viewer, f"team {key}", changes)


async def add_absence(parts: Parts, viewer: Viewer, given: Mapping[str, Any]) -> Row:
    """Enter when a member is away (columns of ``absence``); a member may do so for herself.

    Raises:
        Refused, RefusedTogether: nothing was entered.
    """
    _demand_hers(viewer, given["member"])
    async with parts.sessions.begin() as session:
        staff = await _staff(session)
        if given["member"] not in staff.members:
            raise Refused(RefusalCode.NOT_FOUND, ["member"])
        demand(*absence_problems(given, staff, datetime.now(UTC)))
        await people.take_member(session, given["member"])
        other = await absences.between(session, given["member"], given["since"], given["until"])
        if other is not None:
            span = {name: other[name].isoformat(timespec="minutes") for name in ("since", "until")}
            raise Refused(RefusalCode.OVERLAPS, ["since"], **span)
        row = await absences.add(session, id=new_id(), author=viewer.actor, **given)
        await _look_after(session, row["member"])
    _told(parts, viewer, f"absence of {row['member']}", given)
    return row


async def remove_absence(parts: Parts, viewer: Viewer, id_: UUID) -> Row:
    """Take an absence back, also one that has begun: she is there again. What was handed over stays where it is.

    Raises:
        Refused: there is none.
    """
    async with parts.sessions.begin() as session:
        row = await absences.get(session, id_)
        if row is None:
            raise Refused(RefusalCode.NOT_FOUND, ["id"])
        _demand_hers(viewer, row["member"])
        await absences.remove(session, id_)
        await _look_after(session, row["member"])
    _told(parts, viewer, f"absence of {row['member']}", {})
    return row


def _demand_hers(viewer: Viewer, member: str) -> None:
    if viewer.role is not Role.HANDLER or viewer.member != member:
        demand_right(viewer, MANAGE_PEOPLE)


async def _staff(session: Session) -> Staff:
    keys = [row["key"] for row in (*await products.lines(session), *await products.products(session))]
    return Staff(
        members={row["key"] for row in await people.members(session) if row["active"]},
        products=keys,
        calendars=await documents.published_keys(session, "calendar"),
        zones=time_zones(),
    )


async def _look_after(session: Session, member: str) -> None:
    """Have looked at whether what she has goes to others, and when."""
    await outbox.put(session, "run_errand", f"{ErrandKind.HANDOVER}/{member}")


def _told(parts: Parts, viewer: Viewer, what: str, changes: Mapping[str, Any]) -> None:
    _log.info("%s changed %s: %s", viewer.actor, what, ", ".join(changes))
    parts.relay.poke()
