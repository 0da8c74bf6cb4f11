"""What owners try out before they publish: a draft on past items, and rules on something made up."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from voxloop.domain.documents import DECIDES, Kind
from voxloop.domain.errands import ErrandKind
from voxloop.domain.identity import new_id
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.rights import EDIT_DOCUMENTS, demand_right
from voxloop.domain.rules import Occasion
from voxloop.domain.submission import EARLIEST
from voxloop.domain.viewer import Viewer
from voxloop.editing import waited_for
from voxloop.reception import Parts
from voxloop.store import backtests, documents, drafts, outbox, saved_filters, simulations
from voxloop.store.listing import Where
from voxloop.store.sessions import Row, Session

USUAL_WINDOW = timedelta(days=30)


async def backtest(
    parts: Parts, viewer: Viewer, draft: int, window: tuple[datetime | None, datetime | None], where: Where
) -> Row:
    """Begin to decide items received in ``window`` (else the last 30 days) by a draft and by what is published.

    Raises:
        Refused: it is no draft of a rule set that is checked, or the window is none.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        study = await begin_backtest(session, viewer.actor, draft, window, where)
    parts.relay.poke()
    return study


async def begin_backtest(
    session: Session, author: str, draft: int, window: tuple[datetime | None, datetime | None], where: Where
) -> Row:
    """Write down what is to be decided, and have it carried to a worker.

    Raises:
        Refused: as above.
    """
    since, until = past(window, datetime.now(UTC))
    row = await drafts.get(session, draft)
    if row is None:
        raise Refused(RefusalCode.NOT_FOUND, ["draft"])
    standing = await documents.published(session, row["kind"], row["key"])
    if row["kind"] != Kind.RULE_SET:
        raise Refused(RefusalCode.NO_RULE_SET, ["draft"])
    if standing is None:
        raise Refused(RefusalCode.NOTHING_PUBLISHED, ["draft"])
    if row["body"].get("on", Occasion.RECEIVED) != Occasion.RECEIVED:
        raise Refused(RefusalCode.NOT_ON_RECEPTION, ["draft"])
    if row["state"] not in DECIDES:
        raise Refused(RefusalCode.NOT_CHECKED, ["draft"])
    study = await backtests.begin(
        session,
        id=new_id(),
        draft=draft,
        revision=row["revision"],
        standing=standing["id"],
        bodies={"standing": standing["body"], "tried": row["body"]},
        since=since,
        until=until,
        filter=saved_filters.written(where),
        author=author,
    )
    await outbox.put(session, "run_errand", f"{ErrandKind.BACKTEST}/{study['id']}")
    return study


def past(window: tuple[datetime | None, datetime | None], now: datetime) -> tuple[datetime, datetime]:
    """From when to when items were received that are to be studied: as given, else the 30 days before now.

    Raises:
        Refused: nothing lies in between.
    """
    since, until = window
    until = until or now
    since = since or max(until, EARLIEST + USUAL_WINDOW) - USUAL_WINDOW
    if not EARLIEST <= since < until:
        bounds = {"least": EARLIEST.isoformat(timespec="seconds"), "most": until.isoformat(timespec="seconds")}
        raise Refused(RefusalCode.OUT_OF_RANGE, ["since"], **bounds)
    return since, until


async def cancel_backtest(parts: Parts, viewer: Viewer, id_: UUID) -> Row:
    """Have a backtest stop.

    Raises:
        Refused: there is none, or it has ended.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        if await backtests.get(session, id_) is None:
            raise Refused(RefusalCode.NOT_FOUND, ["id"])
        stopped = await backtests.cancel(session, id_)
        if stopped is None:
            raise Refused(RefusalCode.HAS_ENDED)
        return stopped


async def simulate(parts: Parts, viewer: Viewer, document: int, facts: Mapping[str, Any]) -> Row:
    """What a version or draft of a rule set decides about facts that were made up; a ``text`` is analysed first.

    Raises:
        Refused: there is no such rule set, or (``NOT_CONFIRMED``) it is not decided yet.
    """
    demand_right(viewer, EDIT_DOCUMENTS)
    async with parts.sessions.begin() as session:
        row = await drafts.get(session, document)
    if row is None or row["kind"] != Kind.RULE_SET:
        raise Refused(RefusalCode.NOT_FOUND, ["ruleSet"])
    return await simulated(parts, viewer, {"document": document, "facts": dict(facts)})


async def simulated(parts: Parts, viewer: Viewer, request: Mapping[str, Any]) -> Row:
    """What a worker makes of a request.

    Raises:
        Refused: (``NOT_CONFIRMED``) it is not done yet.
    """
    async with parts.sessions.begin() as session:
        id_ = await begin_simulation(session, viewer.actor, request)
    parts.relay.poke()

    async def read() -> Row:
        async with parts.sessions.begin() as session:
            found = await simulations.get(session, id_)
        assert found is not None
        return found

    return await waited_for(parts, read, lambda row: row["result"] is not None)


async def begin_simulation(session: Session, author: str, request: Mapping[str, Any]) -> UUID:
    """Have a request carried to a worker; answers the id of what it will make of it."""
    id_ = await simulations.begin(session, request, author)
    await outbox.put(session, "run_errand", f"{ErrandKind.SIMULATION}/{id_}")
    return id_
