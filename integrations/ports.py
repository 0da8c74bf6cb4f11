"""What the product asks of the outside: a way to send a message, a system that takes items. Adapters answer it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from voxloop.domain.linked import Standing


@dataclass(frozen=True)
class Outgoing:
    """One message to send. ``key`` is the same on every attempt; ``address`` is None where the target needs none."""

    key: str
    via: str
    address: str | None
    subject: str | None
    text: str


@dataclass(frozen=True)
class Sent:
    """What the target said. ``state``: ``accepted`` or ``simulated``."""

    state: str
    external_id: str | None = None


class Refused(Exception):
    """The target will never take this message; the reason is for people."""


class Unavailable(Exception):
    """Nothing was taken, so that it can be tried again: after ``after``, if the target said when."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Channel(Protocol):
    """A way out for messages.

    ``send`` raises ``Refused`` or ``Unavailable``; after any other error nobody knows whether the message went out.
    ``searchable`` targets can be asked whether a key has arrived; the others may get a message twice when an answer is
    lost, and their receipts say so.
    """

    searchable: bool

    async def send(self, message: Outgoing) -> Sent: ...

    async def find(self, key: str) -> Sent | None: ...


@dataclass(frozen=True)
class Draft:
    """An item to open. ``key`` is ours, unique, and stands in the peer."""

    key: str
    title: str
    body: str


@dataclass(frozen=True)
class PeerItem:
    """An item as its system knows it."""

    external_id: str
    standing: Standing


class ItemSystem(Protocol):
    """A system that takes linked items. ``ensure`` opens one for a key at most once, and tells how it stands now."""

    async def ensure(self, draft: Draft) -> PeerItem: ...
