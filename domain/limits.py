"""Limits: how long something may take, for whom, in whose time, and who hears of it as it runs out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from voxloop.domain.decision import Tell
from voxloop.domain.durations import Duration
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority, Stage
from voxloop.domain.rules import Condition

# Words that stand where the key of a calendar may: the calendar of the step's team; no calendar, all time counts.
TEAMS_OWN, REAL = "team", "real"


class ClockName(StrEnum):
    """What is timed. The first four belong to the item, the last two to one step.

    A resolution ends with each closing; the total one goes on when the item is reopened, and ends when it is finished.
    """

    FIRST_RESPONSE = "first_response"
    NEXT_REPLY = "next_reply"
    RESOLUTION = "resolution"
    TOTAL_RESOLUTION = "total_resolution"
    RESPOND = "respond"
    FINISH = "finish"


ITEM_CLOCKS = (ClockName.FIRST_RESPONSE, ClockName.NEXT_REPLY, ClockName.RESOLUTION, ClockName.TOTAL_RESOLUTION)
STEP_CLOCKS = (ClockName.RESPOND, ClockName.FINISH)

Targets = Mapping[Priority, Duration]


@dataclass(frozen=True)
class Limits:
    """A target per priority, and others for customers of a level and for types, which come before it in this order.

    ``calendar``: the key of the one it counts in, ``team`` for that of the step's team, None for real time; ``warn``:
    shares of the target; ``pause``: the stages that stop its clock.
    """

    targets: Targets
    warn: tuple[float, ...] = ()
    pause: tuple[Stage, ...] = ()
    calendar: str | None = None
    levels: Mapping[CustomerLevel, Targets] = field(default_factory=dict)
    types: Mapping[FeedbackType, Targets] = field(default_factory=dict)

    def target(
        self, priority: Priority, level: CustomerLevel | None = None, type_: FeedbackType | None = None
    ) -> Duration | None:
        """The target of ``priority``, or of the nearest lower one that has an entry."""
        found = self.entry(priority, level, type_)
        return found[1] if found else None

    def entry(
        self, priority: Priority, level: CustomerLevel | None = None, type_: FeedbackType | None = None
    ) -> tuple[str, Duration] | None:
        """That target, and where in its document it stands: ``levels.vip.high``."""
        tables = (
            (f"levels.{level}.", self.levels.get(level) if level else None),
            (f"types.{type_}.", self.types.get(type_) if type_ else None),
            ("", self.targets),
        )
        for path, table in tables:
            found = _at_or_below(table, priority) if table else None
            if table and found:
                return f"{path}{found}", table[found]
        return None

    @property
    def tables(self) -> Iterable[Targets]:
        """All its targets: the ordinary ones, then those for levels and types."""
        return (self.targets, *self.levels.values(), *self.types.values())


def _at_or_below(table: Targets, priority: Priority) -> Priority | None:
    order = list(Priority)
    return next((each for each in order[order.index(priority) :] if each in table), None)


NO_LIMITS = Limits({})


def calendar_of(word: str | None, teams_own: str | None) -> str | None:
    """The calendar that a limit or an escalation means by its word for one; None: all time counts."""
    if word == TEAMS_OWN:
        return teams_own
    return None if word == REAL else word


class Anchor(StrEnum):
    """What the instant of an escalation is counted from."""

    SHARE = "share"  # of the step's limit
    AFTER = "after"  # the step's deadline
    SINCE = "since"  # the step began


@dataclass(frozen=True)
class Escalation:
    """At an instant, if a condition holds, tell somebody and perhaps raise the priority.

    ``calendar``: what its ``offset`` is counted in, ``real`` for all time; None: in that of the step's limit.
    """

    anchor: Anchor
    share: float
    offset: Duration
    tell: tuple[Tell, ...]
    raise_priority: bool
    condition: Condition | None
    calendar: str | None = None
