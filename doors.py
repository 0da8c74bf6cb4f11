"""What all doors do alike: a body has a limit, and what nobody foresaw is logged under an id, which alone is told."""

import logging

from starlette.types import Message, Receive

from voxloop.domain.identity import new_id
from voxloop.store import health

_log = logging.getLogger(__name__)


class TooLarge(Exception):
    """The body has more than ``most`` bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


def limited(receive: Receive, most: int) -> Receive:
    """What is received until it is too much (``TooLarge``): its length need not be told in the head."""
    size = 0

    async def limited_receive() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise TooLarge(most)
        return message

    return limited_receive


def noted(error: Exception) -> str | None:
    """The id under which an error that nobody foresaw now stands in the log; None: the database is away."""
    if health.is_away(error):
        _log.warning("database away: %s", type(error).__name__)
        return None
    id_ = str(new_id())
    _log.error("unforeseen error %s", id_, exc_info=error)
    return id_
