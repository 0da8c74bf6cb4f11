"""How an installation stands, in numbers: what ``voxloop status`` prints and the live view shows."""

import asyncio
import logging
from dataclasses import dataclass

from voxloop.store import feedback, linked_items, messages, outbox
from voxloop.store.sessions import Sessions
from voxloop.workflows.client import Loops

_log = logging.getLogger(__name__)
_COUNT_SECONDS = 5


@dataclass(frozen=True)
class Status:
    """Counts. ``loops`` by Temporal's execution status, empty while Temporal does not answer; ``outbox`` waiting commands."""

    by_stage: dict[str, int]
    loops: dict[str, int]
    outbox: int
    overdue: int
    receipts: dict[str, int]
    linked_items: dict[str, int]

    def as_json(self) -> dict[str, object]:
        """``{"items": {"by_stage": {}}, "loops": {}, "outbox": 0, "overdue": 0, "receipts": {}, "linked_items": {}}``."""
        counts = vars(self).copy()
        return {"items": {"by_stage": counts.pop("by_stage")}, **counts}


async def read_status(sessions: Sessions, loops: Loops) -> Status:
    """The numbers now, all of the database's from one snapshot of it."""
    async with sessions.begin() as session:
        return Status(
            by_stage=await feedback.count_by_stage(session),
            loops=await _count_loops(loops),
            outbox=await outbox.count(session),
            overdue=await feedback.count_overdue(session),
            receipts=await messages.count_receipts(session),
            linked_items=await linked_items.count_by_state(session),
        )


async def _count_loops(loops: Loops) -> dict[str, int]:
    try:
        return await asyncio.wait_for(loops.count(), _COUNT_SECONDS)
    except Exception as error:
        _log.warning("Temporal does not count its loops: %s", error)
        return {}
