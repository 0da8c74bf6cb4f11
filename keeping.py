"""This machine's own servers stay up: one that died is started again on its data, at its address."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from voxloop.embedded import PostgresServer, TemporalServer, is_alive, start_temporal, whereabouts
from voxloop.settings import Obstacle, Settings

_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Kept:
    """A server of ours; ``begin`` starts it where it does not run, and takes over one that does."""

    name: str
    lives: Callable[[], bool]
    begin: Callable[[], Awaitable[None]]


def own_servers(settings: Settings) -> list[Kept]:
    """Those that are ours because the settings name no others."""
    kept = []
    if settings.database_url is None:

        async def begin_postgres() -> None:
            await asyncio.to_thread(PostgresServer, settings.var)

        kept.append(Kept("postgres", lambda: _postgres_lives(settings.var), begin_postgres))
    if settings.temporal_address is None:

        async def begin_temporal() -> None:
            await start_temporal(settings)

        kept.append(Kept("temporal", lambda: is_alive(whereabouts(settings.var)["temporal"]["pid"]), begin_temporal))
    return kept


async def keep(servers: list[Kept], tell: Callable[[str], None]) -> None:
    """Look every second, until cancelled; ``tell`` hears the name of each that runs again."""
    while True:
        for server in servers:
            if not server.lives():
                with contextlib.suppress(Obstacle):  # what is left of the dead one may still be in the way
                    await server.begin()
                    tell(server.name)
        await asyncio.sleep(_LOOK_SECONDS)


async def stop_temporal(var: Path) -> None:
    """End the Temporal that runs there now."""
    await TemporalServer(**whereabouts(var)["temporal"]).stop()


def _postgres_lives(var: Path) -> bool:
    try:
        return is_alive(int((var / "postgres" / "postmaster.pid").read_text("utf-8").split()[0]))
    except (FileNotFoundError, IndexError):
        return False
