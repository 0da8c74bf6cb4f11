"""The built-in target: it writes each message as a line of a file and says so; nothing leaves the machine.

Its receipts read ``simulated``, never ``accepted``: nobody has got anything.
"""

import asyncio
import fcntl
from pathlib import Path

import orjson

from voxloop.integrations.ports import Outgoing, Sent


class BuiltinChannel:
    """Appends to ``path`` (JSON lines: key, via, address, subject, text)."""

    searchable = True

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, message: Outgoing) -> Sent:
        """Append one line."""
        await asyncio.to_thread(self._append, orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE))
        return Sent("simulated")

    async def find(self, key: str) -> Sent | None:
        """Whether a line with that key stands in the file."""
        return Sent("simulated") if await asyncio.to_thread(self._has, key) else None

    def _append(self, line: bytes) -> None:
        with self._path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(line)

    def _has(self, key: str) -> bool:
        wanted = f'{{"key":"{key}",'.encode()
        try:
            with self._path.open("rb") as file:
                return any(line.startswith(wanted) for line in file)
        except FileNotFoundError:
            return False
