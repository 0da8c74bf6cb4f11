"""What takes a while because it is about many items: how far it is, and what became of each item."""

from enum import StrEnum

MOST_ITEMS = 10_000


class RunState(StrEnum):
    """``cancelling``: somebody wants it to stop, and it will after the item in hand."""

    RUNNING = "running"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    DONE = "done"
    FAILED = "failed"


class ItemState(StrEnum):
    """``skipped``: it needed nothing, or somebody stopped before it was its turn."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    SKIPPED = "skipped"
