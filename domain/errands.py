"""What an errand's activity tells its workflow: whether it is done, or when to look again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ErrandKind(StrEnum):
    """The kinds of errands; each is the beginning of their workflow ids."""

    CHECK = "check"
    PUBLICATION = "publication"
    BACKTEST = "backtest"
    SHADOW = "shadow"
    SIMULATION = "simulation"
    MIGRATION = "migration"
    BULK = "bulk"
    WHAT_IF = "what_if"
    HANDOVER = "handover"


@dataclass(frozen=True)
class Rest:
    """``done``: nothing is left; else look again at once, or at the instant ``until``."""

    done: bool
    until: datetime | None = None


DONE = Rest(True)
GO_ON = Rest(False)
