"""``voxloop doctor``: looks at everything that the product needs, and says of what is wrong how to put it right.

It is for when things are down: every look has a time limit, and one that fails is a finding like any other.
"""

import asyncio
import importlib.metadata
import re
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from importlib.resources import files
from typing import Any

import httpx

from voxloop.domain.texts import say
from voxloop.embedded import located
from voxloop.integrations.smtp import SmtpChannel
from voxloop.settings import Obstacle, Settings, given_settings
from voxloop.store import health, schema
from voxloop.store.sessions import Sessions, open_sessions
from voxloop.workflows.checkup import hear, look
from voxloop.workflows.client import connect

_LIMIT_SECONDS = 6.0
_SKEW_SECONDS = 2.0
_LITTLE_MB, _TOO_LITTLE_MB = 2_000, 200
_POSTGRESQL = range(15, 19)
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


class State(StrEnum):
    """How bad a finding is; ``voxloop`` does not work with a problem."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One line: its sentence is ``doctor.<code>``."""

    state: State
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def words(self, language: str) -> str:
        """What was found, and what to do about it."""
        return say(language, f"doctor.{self.code}", **self.params)

    def as_json(self, language: str) -> dict[str, object]:
        """``{"state", "code", "message", "params"}``."""
        params = {name: str(value) for name, value in self.params.items()}
        return {"state": self.state, "code": self.code, "message": self.words(language), "params": params}


Check = Callable[[Settings], AsyncIterator[Finding]]


def ok(code: str, **params: object) -> Finding:
    return Finding(State.OK, code, params)


def warning(code: str, **params: object) -> Finding:
    return Finding(State.WARNING, code, params)


def problem(code: str, **params: object) -> Finding:
    return Finding(State.PROBLEM, code, params)


async def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order in which to put them right."""
    found = [*_settings(), *_packages(), *_disk(settings)]
    try:
        settings = located(settings)
    except Obstacle as obstacle:
        found.append(problem("nothing_runs", **obstacle.params))
    checks: list[tuple[Callable[..., Finding], str, Check]] = [
        *([(problem, "database_away", _database)] if settings.database_url else []),
        *([(problem, "temporal_away", _temporal)] if settings.temporal_address else []),
        (problem, "mail_away", _mail),
        (warning, "server_away", _server),  # it may be a worker's machine
        (warning, "address_away", _address),
    ]
    for lines in await asyncio.gather(*(_limited(check(settings), away, code) for away, code, check in checks)):
        found += lines
    return found


async def _limited(check: AsyncIterator[Finding], away: Callable[..., Finding], code: str) -> list[Finding]:
    """What a check finds; that it does not end, or ends in an error, is what it found last."""
    found: list[Finding] = []

    async def collect() -> None:
        async for finding in check:
            found.append(finding)

    try:
        await asyncio.wait_for(collect(), _LIMIT_SECONDS)
    except TimeoutError:
        found.append(away(code, reason=f"> {_LIMIT_SECONDS:g} s"))
    except Exception as error:  # each of them has errors of its own
        found.append(away(code, reason=_first_line(error)))
    return found


def _settings() -> Iterator[Finding]:
    for name, value, known in given_settings():
        yield ok("setting", name=name, value=value) if known else warning("unknown_setting", name=name)


def _packages() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield ok("version", voxloop=importlib.metadata.version("voxloop"), python=python)
    lock = files("voxloop").joinpath("requirements.lock")
    if not lock.is_file():
        return
    wanted: dict[str, list[str]] = {}  # several where that depends on the Python
    for name, pin in _PINNED.findall(lock.read_text("utf-8")):
        wanted.setdefault(name, []).append(pin)
    there = {_plain(found.name): found.version for found in importlib.metadata.distributions()}
    other = [
        f"{name} {there[_plain(name)]} ({' / '.join(pins)})"
        for name, pins in wanted.items()
        if there.get(_plain(name), pins[0]) not in pins
    ]
    yield warning("packages", packages=", ".join(other)) if other else ok("packages_locked", count=len(wanted))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _disk(settings: Settings) -> Iterator[Finding]:
    place = settings.var
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free >> 20
    state = State.OK if free >= _LITTLE_MB else State.WARNING if free >= _TOO_LITTLE_MB else State.PROBLEM
    yield Finding(state, "disk" if state is State.OK else "little_disk", {"var": settings.var, "free": free})
    if settings.time_scale is not None and settings.time_scale != 1:
        yield warning("time_scale", scale=f"{settings.time_scale:g}")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    sessions = open_sessions(settings.database_url or "", size=0)
    try:
        async for finding in _look_at(sessions):
            yield finding
    finally:
        await sessions.dispose()


async def _look_at(sessions: Sessions) -> AsyncIterator[Finding]:
    version, clock = await health.version_and_clock(sessions)
    supported = version // 10_000 in _POSTGRESQL
    number = f"{version // 10_000}.{version % 10_000}"
    yield ok("database", version=number) if supported else warning("database_version", version=number)
    yield ok("migrated") if await schema.is_current(sessions) else problem("not_migrated")
    ahead = (clock - datetime.now(UTC)).total_seconds()
    yield _clock("PostgreSQL", ahead)


async def _temporal(settings: Settings) -> AsyncIterator[Finding]:
    address = settings.temporal_address or ""
    await hear(address)
    client = await connect(address, settings.temporal_namespace, lazy=False)
    found = await look(client)
    yield ok("temporal", version=found.version, namespace=settings.temporal_namespace)
    if not found.namespace:
        yield problem("no_namespace", namespace=settings.temporal_namespace)
        return
    missing = ", ".join(found.missing)
    yield problem("no_attributes", missing=missing) if missing else ok("attributes")
    yield ok("schedule") if found.schedule else problem("no_schedule")
    for queue, count in found.pollers.items():
        yield ok("pollers", queue=queue, count=count) if count else problem("no_pollers", queue=queue)
    yield _clock("Temporal", found.ahead)


def _clock(whose: str, ahead: float) -> Finding:
    params = {"whose": whose, "seconds": f"{ahead:+.1f}"}
    return Finding(State.OK if abs(ahead) < _SKEW_SECONDS else State.WARNING, "clock", params)


async def _mail(settings: Settings) -> AsyncIterator[Finding]:
    if settings.smtp_url is None:
        yield warning("no_mail")
        return
    await SmtpChannel(settings.smtp_url, settings.mail_from).check()
    yield ok("mail", sender=settings.mail_from)


async def _server(settings: Settings) -> AsyncIterator[Finding]:
    await _get(f"{settings.api}/health/live")
    yield ok("server", address=settings.api)


async def _address(settings: Settings) -> AsyncIterator[Finding]:
    if settings.public_url is None:
        yield warning("no_address", address=settings.api)
        return
    await _get(f"{settings.public_url}/health/live")
    yield ok("address", address=settings.public_url)


async def _get(url: str) -> None:
    async with httpx.AsyncClient(timeout=_LIMIT_SECONDS / 2) as http:
        (await http.get(url)).raise_for_status()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


async def run(settings: Settings) -> tuple[list[Finding], int]:
    """The findings, and the exit code: 1 if one is a problem."""
    found = await examine(settings)
    return found, int(any(finding.state is State.PROBLEM for finding in found))
