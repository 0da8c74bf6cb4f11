"""Whether the database answers."""

import logging

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from voxloop.store.sessions import Sessions

_log = logging.getLogger(__name__)


async def answers(sessions: Sessions) -> bool:
    """Whether a statement goes through now."""
    try:
        async with sessions.connect() as session:
            await session.execute(select(1))
    except Exception as error:  # whatever is wrong, the answer is no
        _log.warning("database does not answer: %s", type(error).__name__)
        return False
    return True


def is_away(error: BaseException) -> bool:
    """Whether an error means that the database cannot be reached or does not answer, and nothing else."""
    if isinstance(error, DBAPIError):
        known = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
        return known or _says_away(error.orig)
    return isinstance(error, OSError | PoolTimeout) or _says_away(error)


def _says_away(error: BaseException | None) -> bool:
    """A server that starts, stops or has no room answers, and only says so (PostgreSQL, Appendix A)."""
    return str(getattr(error, "sqlstate", None)).startswith(("08", "53300", "57P"))
