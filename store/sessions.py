"""The way to the database: ``sessions.begin()`` is the unit of work, one transaction.

Every wait has a limit, so that a stalled database makes an attempt fail and never holds a caller for ever.
"""

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, Select, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

Sessions = AsyncEngine
Session = AsyncConnection
Row = RowMapping

_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 10
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def _json(value: object) -> str:
    return orjson.dumps(value, default=_plain).decode()


def _plain(value: object) -> str:
    if isinstance(value, UUID):  # asyncpg has a UUID class of its own
        return str(value)
    raise TypeError(type(value))


async def counts(session: Session, pairs: Select[tuple[Any, int]]) -> dict[str, int]:
    """The answer to a ``select(name, count)`` as a mapping."""
    return {row[0]: row[1] for row in await session.execute(pairs)}


async def take_turns(session: Session, name: str) -> None:
    """Wait for whoever else takes turns under this name, until her transaction ends; then it is this one's turn."""
    await session.execute(_TAKE_TURNS, {"name": name})


def open_sessions(url: str, size: int = 10) -> Sessions:
    """Sessions on the PostgreSQL at ``url`` (``postgresql://user:password@host:port/name``), ``size`` at once.

    ``size=0`` keeps no connection open: for short commands.
    """
    pool: dict[str, Any] = {"poolclass": NullPool} if size == 0 else {"pool_size": size, "pool_timeout": 10}
    sessions = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        connect_args={
            "timeout": _CONNECT_SECONDS,
            "command_timeout": _STATEMENT_SECONDS,
            "server_settings": {"jit": "off"},  # compiling a statement takes longer than any of ours should
        },
        json_serializer=_json,
        json_deserializer=orjson.loads,
        hide_parameters=True,
        **pool,
    )
    event.listen(sessions.sync_engine, "checkout", _demand_open)
    return sessions


def _demand_open(connection: DBAPIConnection, *_: object) -> None:
    """Have a connection that the server has ended replaced; asyncpg hears of its end, and nobody need be asked."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
