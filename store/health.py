"""Whether the database answers."""

import asyncio
import logging
from datetime import datetime

import asyncpg
from sqlalchemy import Integer, cast, func, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from voxloop.store.sessions import Sessions

_ANSWER_SECONDS = 3
_log = logging.getLogger(__name__)


async def answers(sessions: Sessions) -> bool:
    """Whether a statement goes through within 3 s: whoever asks gives up after ten."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS), sessions.connect() as session:
            await session.execute(select(1))
    except Exception as error:  # whatever is wrong, the answer is no
        _log.warning("database does not answer: %s", type(error).__name__)
        return False
    return True


async def version_and_clock(sessions: Sessions) -> tuple[int, datetime]:
    """PostgreSQL's version, 180004 for 18.4, and what its clock shows."""
    number = cast(func.current_setting("server_version_num"), Integer)
    async with sessions.connect() as session:
        version, clock = (await session.execute(select(number, func.clock_timestamp()))).one()
        return version, clock


def is_away(error: BaseException) -> bool:
    """Whether an error means that the database cannot be reached or does not answer, and nothing else."""
    if isinstance(error, DBAPIError):
        known = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
        return known or _says_away(error.orig)
    return isinstance(error, OSError | PoolTimeout | asyncpg.InterfaceError) or _says_away(error)


def _says_away(error: BaseException | None) -> bool:
    """A server that starts, stops or has no room answers, and only says so (PostgreSQL, Appendix A)."""
    return str(getattr(error, "sqlstate", None)).startswith(("08", "53300", "57P"))
