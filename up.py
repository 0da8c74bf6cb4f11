"""``voxloop up``: a whole installation on one machine, from nothing to a view of how it goes, and back.

Whatever was started here is stopped here. Whatever is killed instead is found again by the next start: data and ports
stay in the installation's folder, the processes of its own end with their parent, the servers are taken over.
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from rich.console import Console
from rich.live import Live

from voxloop.children import Children, Ended
from voxloop.demo import DEMO_TOKENS
from voxloop.domain.texts import say
from voxloop.embedded import PostgresServer, answers, is_alive, is_free, start_temporal
from voxloop.install import demo_tokens, first_token, load_starter, reached
from voxloop.keeping import keep, own_servers, stop_temporal
from voxloop.settings import Obstacle, Settings, child_environment
from voxloop.status import Picture, Throughput, count_due, read_status
from voxloop.store import schema
from voxloop.store.sessions import Sessions
from voxloop.workflows.client import Loops, connect

DEMO_TIME_SCALE = 1440.0  # a day is a minute

_LEAST_FREE_MB = 300
_ENDING_SECONDS = 15
_READY_SECONDS = 60
_PLAIN_SECONDS = 10
_LIVE_SECONDS = 2
_MB = 1_000_000


async def up(settings: Settings, demo: bool) -> None:
    """Start what is missing and show how it goes, until SIGINT, SIGTERM or SIGHUP.

    Raises:
        Obstacle: something is in the way; what had been started is stopped again.
    """
    default = DEMO_TIME_SCALE if demo else 1.0
    settings = replace(settings, time_scale=settings.time_scale or default)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    work = asyncio.create_task(_run(settings, demo, console))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, _cancel_once, work)
    try:
        await work
    except asyncio.CancelledError:
        console.print(say(settings.language, "up.stopped"))


def _cancel_once(work: "asyncio.Task[None]") -> None:
    if not work.cancelling():
        work.cancel()


async def _run(settings: Settings, demo: bool, console: Console) -> None:
    with only_one(settings.var) as held:
        _look_at_host(settings)
        console.print(say(settings.language, "up.starting", var=settings.var, day=round(86_400 / settings.scale)))
        async with contextlib.AsyncExitStack() as stack:
            kept = own_servers(settings)
            settings, ui = await _start_servers(settings, stack)
            sessions = await stack.enter_async_context(reached(settings.database_url or "", 3))
            await _fill(sessions, settings, demo, console)
            client = await connect(settings.temporal_address or "", settings.temporal_namespace)
            addresses = {"api": f"{settings.api}/graphql", "form": f"{settings.api}/f/feedback"}
            addresses |= {"dashboard": f"{settings.api}/dashboard", "ui": ui}
            running = _Running(settings, sessions, Loops(client), addresses, console)
            children = Children(child_environment(settings), settings.var / "logs", held, running.tell)
            stack.push_async_callback(children.stop)
            stack.callback(console.print, say(settings.language, "up.stopping"))
            keeper = asyncio.create_task(keep(kept, running.tell_revived))
            stack.callback(keeper.cancel)
            children.start("worker")
            children.start("server")
            await _until_ready(settings, children)
            console.print(say(settings.language, "up.ready", **running.addresses))
            if demo:
                children.start("demo")
            await running.show()


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[int]:
    """The folder for us alone, as an open file that children may hold too: then it is ours until the last of them ends.

    Raises:
        Obstacle: another one runs there, or nothing can be written there.
    """
    try:
        (var / "logs").mkdir(parents=True, exist_ok=True)
        held = (var / "lock").open("a+")
        free = shutil.disk_usage(var).free // _MB
    except OSError as error:
        raise Obstacle("cannot_write", var=var, reason=error.strerror) from error
    with held:
        if free < _LEAST_FREE_MB:
            raise Obstacle("little_room", var=var, free=free, least=_LEAST_FREE_MB)
        _lock(held.fileno(), var)
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield held.fileno()


def _lock(held: int, var: Path) -> None:
    """Those whose parent was killed let go within seconds; one whose parent lives does not."""
    until = time.monotonic() + _ENDING_SECONDS
    while True:
        try:
            return fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            pid = (var / "lock").read_text("utf-8")
            if pid and is_alive(int(pid)):
                raise Obstacle("already_running", pid=pid, var=var) from busy
            if time.monotonic() > until:
                raise Obstacle("still_ending", seconds=_ENDING_SECONDS, var=var) from busy
        time.sleep(0.2)


def _look_at_host(settings: Settings) -> None:
    try:
        free = is_free(settings.host, settings.port)
    except OSError as error:
        raise Obstacle("bad_host", host=settings.host) from error
    if not free:
        raise Obstacle("port_in_use", port=settings.port, host=settings.host, variable="VOXLOOP_PORT")


async def _start_servers(settings: Settings, stack: contextlib.AsyncExitStack) -> tuple[Settings, str]:
    """This machine's own where none are given; answers where Temporal is to be looked at, too."""
    if settings.database_url is None:
        postgres = PostgresServer(settings.var)
        stack.push_async_callback(postgres.stop)
        settings = replace(settings, database_url=postgres.url)
    if settings.temporal_address is not None:
        if not await answers(settings.temporal_address):
            raise Obstacle("temporal_away", address=settings.temporal_address)
        return settings, settings.temporal_address
    temporal = await start_temporal(settings)
    stack.push_async_callback(stop_temporal, settings.var)
    return replace(settings, temporal_address=temporal.address), temporal.ui


async def _fill(sessions: Sessions, settings: Settings, demo: bool, console: Console) -> None:
    await schema.migrate(sessions)
    await load_starter(sessions, only_once=True)
    secret = await first_token(sessions)
    if secret is not None:
        console.print(say(settings.language, "up.token", secret=secret))
    if demo:
        await demo_tokens(sessions, settings.var / DEMO_TOKENS)


async def _until_ready(settings: Settings, children: Children) -> None:
    async with httpx.AsyncClient(timeout=2, trust_env=False) as http:
        for _ in range(_READY_SECONDS * 5):
            with contextlib.suppress(httpx.HTTPError):
                if (await http.get(f"{settings.api}/health/ready")).is_success:
                    return
            await asyncio.sleep(0.2)
    raise Obstacle("api_silent", seconds=_READY_SECONDS, log=children.log("server"))


@dataclass
class _Running:
    """An installation that is up, and where to tell about it."""

    settings: Settings
    sessions: Sessions
    loops: Loops
    addresses: dict[str, str]
    console: Console

    def tell(self, ended: Ended) -> None:
        """A child ended and is started again."""
        words = {"name": ended.name, "code": ended.code, "pause": ended.pause_seconds, "log": ended.log}
        self.console.print(say(self.settings.language, "up.ended", **words))

    def tell_revived(self, name: str) -> None:
        """A server of ours had died and runs again."""
        self.console.print(say(self.settings.language, "up.revived", name=name))

    async def show(self) -> None:
        """How it goes, until cancelled: drawn on a terminal, else a line every 10 s."""
        if not self.console.is_terminal:
            async for picture in self._pictures(_PLAIN_SECONDS):
                self.console.print(picture.line())
        with Live(console=self.console, auto_refresh=False, transient=True) as live:
            async for picture in self._pictures(_LIVE_SECONDS):
                live.update(picture.table(), refresh=True)

    async def _pictures(self, seconds: float) -> AsyncIterator[Picture]:
        throughput = Throughput()
        while True:
            try:
                status = await read_status(self.sessions, self.loops)
                due_soon = await count_due(self.sessions, self.settings.scale)
            except Exception as error:  # whatever is down comes back; the last picture stands until then
                self.console.print(say(self.settings.language, "up.away", reason=type(error).__name__))
            else:
                yield Picture(status, self.settings.language, due_soon, throughput.see(status), self.addresses)
            await asyncio.sleep(seconds)
