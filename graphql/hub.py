"""The hub: hears of every changed item over one connection and tells those who subscribed."""

import asyncio

from voxloop.store.sessions import Sessions


class Hub:
    """One of each server; ``run`` until cancelled."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def run(self) -> None:
        """Listen and tell."""
        await asyncio.Event().wait()
