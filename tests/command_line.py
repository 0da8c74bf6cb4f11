"""Commands as their users give them, on a database of a test's own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from voxloop.cli import main
from voxloop.starter.load import load
from voxloop.store.sessions import Sessions, open_sessions


class Said(NamedTuple):
    """The exit code of a command, and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Terminal:
    """Gives commands and hears what they say."""

    capsys: pytest.CaptureFixture[str]

    async def __call__(self, *arguments: object) -> Said:
        self.capsys.readouterr()
        code = await asyncio.to_thread(main, [str(argument) for argument in arguments])
        return Said(code, *self.capsys.readouterr())


async def furnished(new_database: Callable[[str], Awaitable[str]], name: str) -> tuple[str, Sessions]:
    """A database with the starter pack: its address, and sessions on it."""
    url = await new_database(name)
    sessions = open_sessions(url, size=0)
    async with sessions.begin() as session:
        await load(session)
    return url, sessions
