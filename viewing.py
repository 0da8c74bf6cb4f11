"""What people do with saved views: make, change and remove them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from voxloop.domain.identity import id_under
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.rights import SAVE_VIEWS, SHARE_VIEWS, demand_right
from voxloop.domain.submission import text_problem
from voxloop.domain.viewer import Viewer
from voxloop.domain.views import LONGEST_TITLE, MOST_OWN, MOST_SHARED, Sharing
from voxloop.reception import Parts
from voxloop.store import views
from voxloop.store.sessions import Row, Session, take_turns


async def create(parts: Parts, viewer: Viewer, key: str, wish: Mapping[str, Any]) -> UUID:
    """Make a view (columns of ``view``) under a key of hers: asked again, it is the same one.

    Raises:
        Refused, RefusedTogether: none was made.
    """
    _check(viewer, wish)
    id_ = id_under("view", viewer.actor, key)
    async with parts.sessions.begin() as session:
        await take_turns(session, "views")
        known = await views.seen(session, viewer, [id_])
        if not known:
            await _demand_room(session, viewer.actor, wish["sharing"])
            await views.add(session, id=id_, owner=viewer.actor, **wish)
        elif known[0]["revision"] == 1 and any(known[0][name] != wish[name] for name in wish):
            raise Refused(RefusalCode.KEY_REUSED, ["key"])
    return id_


async def change(parts: Parts, viewer: Viewer, id_: UUID, revision: int, wish: Mapping[str, Any]) -> None:
    """Change a view of which she saw this revision.

    Raises:
        Refused, RefusedTogether: it stays as it is.
    """
    _check(viewer, wish)
    async with parts.sessions.begin() as session:
        await take_turns(session, "views")
        row = await _hers(session, viewer, id_)
        if row["revision"] != revision:
            raise Refused(RefusalCode.CHANGED_MEANWHILE, ["expected_revision"], version=row["revision"])
        if row["sharing"] != wish["sharing"]:
            await _demand_room(session, row["owner"], wish["sharing"])
        await views.change(session, id_, **wish)


async def remove(parts: Parts, viewer: Viewer, id_: UUID) -> None:
    """Remove a view.

    Raises:
        Refused: there is none, or it is not hers to remove.
    """
    async with parts.sessions.begin() as session:
        await take_turns(session, "views")
        await _hers(session, viewer, id_)
        await views.remove(session, id_)


def _check(viewer: Viewer, wish: Mapping[str, Any]) -> None:
    _demand_sharing(viewer, wish["sharing"])
    demand(text_problem(wish, "title", LONGEST_TITLE))


async def _hers(session: Session, viewer: Viewer, id_: UUID) -> Row:
    found = await views.seen(session, viewer, [id_])
    if not found:
        raise Refused(RefusalCode.NOT_FOUND, ["id"])
    _demand_sharing(viewer, found[0]["sharing"])
    return found[0]


def _demand_sharing(viewer: Viewer, sharing: str) -> None:
    demand_right(viewer, SAVE_VIEWS if sharing == Sharing.MINE else SHARE_VIEWS)


async def _demand_room(session: Session, owner: str, sharing: Sharing) -> None:
    most = MOST_OWN if sharing is Sharing.MINE else MOST_SHARED
    if await views.count(session, owner, sharing) >= most:
        raise Refused(RefusalCode.TOO_MANY, most=most)
