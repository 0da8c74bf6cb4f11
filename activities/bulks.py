"""Bulk updates on the worker: page by page, a few items at once, each by its own loop, until none is left."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError

from voxloop.activities.operations import Found, carry_out, few_at_once
from voxloop.domain.errands import Rest
from voxloop.domain.operations import ItemState
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether
from voxloop.store import bulks
from voxloop.store.sessions import Row, Sessions

# Acts on one item of a bulk update; answers the version that it wrote. The same again does nothing twice.
Act = Callable[[Row, UUID], Awaitable[int]]
_PAUSES = (1, 2, 4)  # seconds, while it is open whether an act has happened
_ATTEMPTS = 5


@dataclass
class Bulks:
    """The activity behind a bulk update's errand. ``page``: the items after which progress is written."""

    sessions: Sessions
    act: Act
    page: int = 50

    @activity.defn(name="bulk")
    async def go_on(self, key: str, now: datetime) -> Rest:
        """Work on it until it is done or cancelled; a repeated attempt goes on where the last one was."""
        return await carry_out(self.sessions, bulks.BULKS, UUID(key), self.page, self._page)

    async def _page(self, run: Row, items: Sequence[Row]) -> Sequence[Found]:
        """What became of each. When nothing is certain of any, the house is down, and it is tried again later."""
        found = await few_at_once(items, lambda item: self._one(run, item))
        if all(map(_open, found)) and activity.info().attempt < _ATTEMPTS:
            raise ApplicationError("nothing is certain of a whole page", type=RefusalCode.NOT_CONFIRMED)
        return found

    async def _one(self, run: Row, item: Row) -> Found:
        for pause in (*_PAUSES, 0):
            found = await self._tried(run, item)
            if not _open(found):
                break
            await asyncio.sleep(pause)
        return found

    async def _tried(self, run: Row, item: Row) -> Found:
        try:
            version = await self.act(run, item["item"])
        except RefusedTogether as refused:
            return _refused(item, refused.problems[0])
        except Refused as refused:
            return _refused(item, refused)
        return {"position": item["position"], "state": ItemState.DONE, "version": version, "refusal": None}


def _refused(item: Row, refused: Refused) -> Found:
    why = {"code": refused.code, "params": refused.params}
    return {"position": item["position"], "state": ItemState.REFUSED, "version": None, "refusal": why}


def _open(found: Found) -> bool:
    return found["refusal"] is not None and found["refusal"]["code"] == RefusalCode.NOT_CONFIRMED
