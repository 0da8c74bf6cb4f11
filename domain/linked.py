"""A linked item: something that another department's system works on because of feedback."""

from dataclasses import dataclass
from enum import StrEnum


class ItemSystem(StrEnum):
    """The kinds of systems that take such items."""

    PMS = "pms"
    QMS = "qms"
    SRM = "srm"
    CRM = "crm"


class LinkedState(StrEnum):
    """Its state in our words, whatever the peer calls it."""

    OPENING = "opening"
    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    GONE = "gone"


SETTLED = (LinkedState.DONE, LinkedState.REFUSED, LinkedState.GONE)


@dataclass(frozen=True)
class Standing:
    """How a linked item stands in its system; ``version`` rises with every change there."""

    state: LinkedState
    version: int


@dataclass(frozen=True)
class LinkedItemChanged:
    """The signal to a loop: its linked item ``key`` now stands so."""

    key: str
    state: LinkedState
    version: int
