"""Carries commands from the outbox to Temporal: at once when told of new ones, else every second.

Every server and worker runs one. A command is removed only after Temporal has taken it; all are harmless to repeat.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from temporalio.exceptions import WorkflowAlreadyStartedError

from voxloop.store import outbox
from voxloop.store.sessions import Row, Sessions
from voxloop.workflows.client import Loops

_log = logging.getLogger(__name__)
_BATCH = 100
_IDLE_SECONDS = 1.0


class Relay:
    """``run`` until cancelled; ``poke`` when something was put into the outbox."""

    def __init__(self, sessions: Sessions, loops: Loops) -> None:
        self._sessions, self._loops = sessions, loops
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """Look now."""
        self._poked.set()

    async def run(self) -> None:
        """Carry commands until cancelled; an outage on either side is waited out."""
        while True:
            self._poked.clear()
            try:
                carried = await self.carry()
            except Exception as error:  # whatever is down comes back
                _log.warning("outbox waits: %s", type(error).__name__)
                carried = 0
            if carried < _BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._poked.wait(), _IDLE_SECONDS)

    async def carry(self) -> int:
        """Carry one batch; answers how many commands it had."""
        async with self._sessions.begin() as session:
            rows = await outbox.claim(session, _BATCH)
        groups = _by_effect(rows)
        results = await asyncio.gather(*(self._send(group[0]) for group in groups), return_exceptions=True)
        sent = [row["id"] for group, error in zip(groups, results, strict=True) if error is None for row in group]
        failed = [row["id"] for group, error in zip(groups, results, strict=True) if error for row in group]
        if rows:
            async with self._sessions.begin() as session:
                await outbox.done(session, sent)
                await outbox.postpone(session, failed)
        for error in filter(None, results):
            _log.warning("command waits: %s", type(error).__name__)
        return len(rows)

    async def _send(self, row: Row) -> None:
        key = row["workflow"].partition("/")[2]
        payload = row["payload"]
        match row["command"]:
            case "start_loop":
                with contextlib.suppress(WorkflowAlreadyStartedError):
                    await self._loops.start_loop(key, payload.get("code"))
            case "start_link":
                await self._loops.start_link(key)
            case "wake_target":
                await self._loops.wake_target(key)
            case "signal":
                await self._loops.signal(row["workflow"], payload["name"], payload["argument"])


def _by_effect(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that one call serves, together: any number of wake-ups of one target is one wake-up."""
    groups: dict[object, list[Row]] = {}
    for row in rows:
        same = row["workflow"] if row["command"] != "signal" else row["id"]
        groups.setdefault((row["command"], same), []).append(row)
    return list(groups.values())
