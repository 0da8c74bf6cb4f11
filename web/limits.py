"""What one caller may ask of a page that needs no token: so many times in a while, and bodies of so many bytes."""

import ipaddress
import time
from collections import deque

from starlette.requests import Request

from voxloop.doors import TooLarge, limited

_MOST_ADDRESSES = 10_000


class TooMany(Exception):
    """The address has asked too often; ``seconds`` until it may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Limiter:
    """``most`` times in ``seconds`` for each address. Each process counts for itself.

    Of more than ten thousand addresses at a time it forgets all: its memory has a bound.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._asked: dict[str, deque[float]] = {}

    def count(self, request: Request) -> None:
        """Count a request.

        Raises:
            TooMany: it is one too many.
        """
        now, key = time.monotonic(), _key(request)
        if len(self._asked) >= _MOST_ADDRESSES:
            self._asked.clear()
        asked = self._asked.setdefault(key, deque())
        while asked and asked[0] <= now - self._seconds:
            asked.popleft()
        if len(asked) >= self._most:
            raise TooMany(int(asked[0] + self._seconds - now) + 1)
        asked.append(now)


def _key(request: Request) -> str:
    """The address, of IPv6 the network that one customer has."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network((host, 64), strict=False)) if address.version == 6 else host


def limited_body(request: Request, most: int) -> Request:
    """The same request, whose body raises ``TooLarge`` when it has more than ``most`` bytes, as told or as read."""
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > most:
        raise TooLarge(most)
    return Request(request.scope, limited(request.receive, most))
