"""Acts on many items on the worker: page by page, a few items at once, until none is left or somebody stops it.

What became of a page is written before the next one begins, so an attempt that is repeated goes on behind the last one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from temporalio import activity

from voxloop.activities.beating import beating
from voxloop.domain.errands import DONE, Rest
from voxloop.domain.operations import RunState
from voxloop.store.runs import Operations
from voxloop.store.sessions import Row, Sessions

_AT_ONCE = 10  # so that the loops have time for what others do
Found = Mapping[str, Any]  # what became of an item, by its ``position``
Work = Callable[[Row, Sequence[Row]], Awaitable[Sequence[Found]]]


async def carry_out(sessions: Sessions, kept: Operations, id_: UUID, page: int, work: Work) -> Rest:
    """Work on the items of an operation, ``page`` by page.

    A lost worker may have acted on its last page without writing it down: that one is done again also by who stops.
    """
    in_hand = activity.in_activity() and activity.info().attempt > 1
    async with beating():
        while True:
            async with sessions.begin() as session:
                run, items = await kept.get(session, id_), await kept.pending(session, id_, page)
            if run is None or run["finished_at"] is not None:
                return DONE
            if not items or (run["state"] == RunState.CANCELLING and not in_hand):
                async with sessions.begin() as session:
                    await kept.end(session, id_, RunState.CANCELLED if items else RunState.DONE)
                return DONE
            found = await work(run, items)
            async with sessions.begin() as session:
                await kept.write(session, id_, found)
            in_hand = False


async def few_at_once(items: Sequence[Row], act: Callable[[Row], Awaitable[Found]]) -> list[Found]:
    """What became of each of these items, in their order."""
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(item: Row) -> Found:
        async with free:
            return await act(item)

    return await asyncio.gather(*map(one, items))
