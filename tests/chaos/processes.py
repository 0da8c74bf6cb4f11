"""An installation of real processes in a folder of its own: ``voxloop up`` starts it, here it is killed and stalled.

Every process is found by its parent or by what the installation wrote down about it, never by its name alone.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from voxloop.embedded import TemporalServer, is_alive, start_temporal, whereabouts
from voxloop.settings import read_settings

_READY_SECONDS = 90
_STOP_SECONDS = 20
_ROLES = ("worker", "server")


@dataclass
class Installation:
    """``scale``: how many times as fast as real time its limits pass; ``settings`` are ``VOXLOOP_...`` besides.

    ``temporal_apart``: Temporal is not its own but the test's, so nobody starts it again but ``start_temporal``.
    """

    scale: int
    settings: dict[str, str] = field(default_factory=dict)
    temporal_apart: bool = False
    var: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="vox")))
    port: int = field(default_factory=lambda: _free_port())
    _up: "subprocess.Popen[bytes] | None" = None
    _temporal: TemporalServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return str(whereabouts(self.var)["database_url"])

    @property
    def temporal_address(self) -> str:
        return f"127.0.0.1:{whereabouts(self.var)['temporal']['port']}"

    async def start(self) -> float:
        """``voxloop up`` without its sample traffic; answers after how many seconds the API was ready."""
        if self.temporal_apart and self._temporal is None:
            (self.var / "logs").mkdir()
            await self.start_temporal()
        began = time.monotonic()
        self._up = self._spawn()
        async with httpx.AsyncClient(timeout=2, trust_env=False) as http:
            while time.monotonic() - began < _READY_SECONDS and self._up.poll() is None:
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get(f"{self.url}/health/ready")).is_success:
                        return time.monotonic() - began
                await asyncio.sleep(0.2)
        raise RuntimeError(f"voxloop up is not ready:\n{(self.var / 'up.log').read_text('utf-8')[-2000:]}")

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with (self.var / "up.log").open("ab") as log:
            command = self._command("up", "--no-demo")
            return subprocess.Popen(command, stdout=log, stderr=log, env=self._environment())

    def token(self) -> str:
        """A new admin token that stands for a member, so that it may do everything."""
        command = self._command("token", "create", "--name", "chaos", "--role", "admin", "--member", "li_na")
        made = subprocess.run(command, env=self._environment(), check=True, capture_output=True, text=True)
        return made.stdout.split()[1]

    def kill(self, *roles: str) -> None:
        """kill -9 of the worker, the server, or both."""
        for pid in self._children(roles):
            _send(signal.SIGKILL, pid)

    def kill_all(self) -> None:
        """kill -9 of ``voxloop up`` and of what it keeps alive; the database and Temporal stay, as after a crash."""
        children = self._children(_ROLES)
        if self._up is not None:
            self._up.kill()
            self._up.wait()
        for pid in children:
            _send(signal.SIGKILL, pid)

    def kill_target(self, target: str) -> None:
        """kill -9 of every process of a worker, server, postgres or temporal."""
        for pid in self._processes(target):
            _send(signal.SIGKILL, pid)

    async def start_temporal(self) -> None:
        """The same server again: its file, its port."""
        self._temporal = await start_temporal(read_settings(self._environment()))

    @contextlib.contextmanager
    def stopped(self, target: str) -> Iterator[None]:
        """SIGSTOP of every process of a worker, server, postgres or temporal, then SIGCONT."""
        stopped = self._processes(target)
        for pid in stopped:
            _send(signal.SIGSTOP, pid)
        try:
            yield
        finally:
            for pid in stopped:
                _send(signal.SIGCONT, pid)

    async def stop(self) -> float:
        """Ctrl-C; answers after how many seconds all was gone."""
        began = time.monotonic()
        if self._up is not None and self._up.poll() is None:
            self._up.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._up.wait, _STOP_SECONDS)
        seconds = time.monotonic() - began
        if self._temporal is not None:
            await self._temporal.stop()
        return seconds

    def end(self) -> list[str]:
        """End whatever is left; answers the names of what should have ended before."""
        left = {"temporal": whereabouts(self.var).get("temporal", {}).get("pid"), "postgres": self._postmaster()}
        living = {name: pid for name, pid in left.items() if pid and is_alive(pid)}
        if self._up is not None and self._up.poll() is None:
            living["up"] = self._up.pid
        for pid in living.values():
            _send(signal.SIGKILL, pid)
        return sorted(living)

    def forget(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.var, ignore_errors=True)

    def _children(self, roles: tuple[str, ...]) -> list[int]:
        if self._up is None:
            return []
        found = _children_of(self._up.pid)
        return [pid for pid, command in found.items() if any(f"voxloop.cli {role}" in command for role in roles)]

    def _processes(self, target: str) -> list[int]:
        if target in _ROLES:
            return self._children((target,))
        if target == "temporal":
            return [int(whereabouts(self.var)["temporal"]["pid"])]
        postmaster = self._postmaster()
        return [postmaster, *_children_of(postmaster)] if postmaster else []

    def _postmaster(self) -> int:
        try:
            return int((self.var / "postgres" / "postmaster.pid").read_text("utf-8").split()[0])
        except (FileNotFoundError, IndexError):
            return 0

    def _environment(self) -> dict[str, str]:
        own = {"VAR": self.var, "PORT": self.port, "TIME_SCALE": self.scale, "LANGUAGE": "en", **self.settings}
        if self._temporal is not None:
            own["TEMPORAL_ADDRESS"] = self._temporal.address
        outside = {name: value for name, value in os.environ.items() if not name.startswith("VOXLOOP_")}
        return {**outside, **{f"VOXLOOP_{name}": str(value) for name, value in own.items()}}

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "voxloop.cli", *arguments]


def _children_of(parent: int) -> dict[int, str]:
    """The command line of each child by its number."""
    lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], check=True, capture_output=True, text=True).stdout
    rows = (line.split(None, 2) for line in lines.splitlines())
    return {int(pid): command for pid, ppid, command in (row for row in rows if len(row) == 3) if int(ppid) == parent}


def _send(number: signal.Signals, pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
