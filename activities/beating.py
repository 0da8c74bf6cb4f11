"""Telling Temporal that a long activity is alive, so that a lost worker's work goes on elsewhere within seconds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from temporalio import activity

from voxloop.background import running

_SECONDS = 3.0


@contextlib.asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Beat until the context ends; outside of an activity, as in a command, there is nobody to tell."""
    if not activity.in_activity():
        yield
        return
    async with running(_beat()):
        yield


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(_SECONDS)
