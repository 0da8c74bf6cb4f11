"""Whether the database answers."""

import logging

from sqlalchemy import select

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
