"""An installation to measure on: PostgreSQL and Temporal as ``voxloop up`` starts them, in a folder of its own."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from voxloop.domain.viewer import Role
from voxloop.embedded import PostgresServer, start_temporal
from voxloop.install import load_starter, reached
from voxloop.settings import Settings, child_environment, read_settings
from voxloop.store import schema, tokens
from voxloop.store.sessions import Sessions

_READY_SECONDS = 30
_STOP_SECONDS = 10


@dataclass(frozen=True)
class Ground:
    """What is there: its addresses, a way into its database, a token that may do everything."""

    settings: Settings
    sessions: Sessions
    token: str
    temporal_pid: int

    @property
    def database_url(self) -> str:
        """Of its PostgreSQL."""
        return self.settings.database_url or ""

    @property
    def temporal_address(self) -> str:
        """``host:port`` of its Temporal."""
        return self.settings.temporal_address or ""

    @contextlib.asynccontextmanager
    async def server(self, temporal_address: str | None = None) -> AsyncIterator[tuple[int, int]]:
        """An API server of its own process, until the context ends: its process id and its port."""
        port = free_port()
        address = temporal_address or self.temporal_address
        settings = replace(self.settings, temporal_address=address)
        environment = {**child_environment(settings), "VOXLOOP_PORT": str(port)}
        async with self._command("server", environment) as process:
            await until_open(port)
            yield process.pid, port

    @contextlib.asynccontextmanager
    async def worker(self) -> AsyncIterator[int]:
        """A worker of its own process: its process id."""
        async with self._command("worker", child_environment(self.settings)) as process:
            yield process.pid

    def _command(self, name: str, environment: dict[str, str]) -> contextlib.AbstractAsyncContextManager[Process]:
        log = self.settings.var / "logs" / f"{name}.log"
        return running("-m", "voxloop.cli", name, environment=environment, log=log)


@contextlib.asynccontextmanager
async def prepared() -> AsyncIterator[Ground]:
    """A fresh one, with the starter pack; nothing of it is left behind."""
    with tempfile.TemporaryDirectory(prefix="voxbench", ignore_cleanup_errors=True) as folder:
        var = Path(folder)
        (var / "logs").mkdir()
        settings = replace(read_settings({}), var=var)
        async with contextlib.AsyncExitStack() as stack:
            postgres = PostgresServer(var)
            stack.push_async_callback(postgres.stop)
            temporal = await start_temporal(settings)
            stack.push_async_callback(temporal.stop)
            sessions = await stack.enter_async_context(reached(postgres.url, 4))
            await schema.migrate(sessions)
            await load_starter(sessions)
            async with sessions.begin() as session:
                _, token = await tokens.create(session, "bench", Role.ADMIN, "li_na")
            settings = replace(settings, database_url=postgres.url, temporal_address=temporal.address)
            yield Ground(settings, sessions, token, temporal.pid)


@contextlib.asynccontextmanager
async def running(
    *arguments: str, environment: dict[str, str] | None = None, log: Path | None = None
) -> AsyncIterator[Process]:
    """A Python process with these arguments, ended with the context; what it says goes to ``log``, else to ours."""
    with contextlib.nullcontext(sys.stderr) if log is None else log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", *arguments), env=environment, stdin=DEVNULL, stdout=said, stderr=said
        )
    try:
        yield process
    finally:
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, TimeoutError):
                os.kill(process.pid, sent)
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)


async def until_open(port: int) -> None:
    """Wait until somebody listens there."""
    for _ in range(_READY_SECONDS * 20):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(f"nobody listens at port {port}")


def free_port() -> int:
    """A port of this machine that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
