"""Clocks, as the schema shows them: how each stands now, in its own time, and what happened to it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.clocks import REAL_TIME, ClockState, OpenTime
from voxloop.domain.clocks import Clock as Standing
from voxloop.domain.limits import ClockName
from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import made
from voxloop.graphql.pins import PinnedDocument, pinned_document
from voxloop.graphql.verdicts import Judging, Verdicts
from voxloop.store.sessions import Row

if TYPE_CHECKING:
    from voxloop.graphql.page import Page


@strawberry.type(description="Something that happened to a clock.")
class ClockEvent:
    kind: str = strawberry.field(
        description="`activate`, `pause`, `resume`, `retarget`, `warn`, `breach`, `fulfil` or `cancel`."
    )
    at: datetime = strawberry.field(description="When; a breach at its exact due instant.")
    late_seconds: float = strawberry.field(description="By how much later it was acted on.")
    due_at: datetime | None = strawberry.field(description="What the clock aimed at from then on.")
    why: JSON | None = strawberry.field(
        description="What it was aimed by, where it was aimed: priority, type, level, process and calendar (ids of "
        "their versions), or who set its due date."
    )


@strawberry.type(description="Something timed: from when, against which target, and how it went.")
class Clock:
    name: ClockName = strawberry.field(description="What is timed.")
    seq: int = strawberry.field(description="The step it belongs to; 0 for a clock of the item.")
    started_at: datetime = strawberry.field(description="When it began to count.")
    time_zone: str | None = strawberry.field(description="The time zone of its calendar; empty for all time.")
    target_seconds: float | None = strawberry.field(
        description="The target in seconds of its own time; empty without one."
    )
    due_at: datetime | None = strawberry.field(description="When the target is reached; moved by pauses.")
    manual: bool = strawberry.field(description="Whether a person set when it is due: then nothing else moves that.")
    paused_at: datetime | None = strawberry.field(description="Since when it stands still.")
    paused_seconds: float = strawberry.field(description="How long it stood still before, in its own time.")
    warned: float = strawberry.field(description="The highest share of the target at which a warning was given.")
    breached_at: datetime | None = strawberry.field(description="When the target was missed.")
    ended_at: datetime | None = strawberry.field(description="When it stopped.")
    fulfilled: bool = strawberry.field(description="Whether what was timed was done.")
    events: list[ClockEvent] = strawberry.field(description="What happened to it, in order.")
    standing: strawberry.Private[Standing]
    time: strawberry.Private[OpenTime]
    pin: strawberry.Private[PinnedDocument | None]
    row: strawberry.Private[Row]
    runs: strawberry.Private[Sequence[Row]]
    judging: strawberry.Private[Judging]

    @resolver("Key of the step that is timed; empty for a clock of the item.")
    def step(self) -> str | None:
        return next((run["step"] for run in self.runs if run["seq"] == self.seq), None)

    @resolver("How it stands now, and what holds it: where the item stands (PAUSED), or its calendar (OUTSIDE_HOURS).")
    def state(self) -> ClockState:
        return self.standing.state(self.time, datetime.now(UTC))

    @resolver("How much of its own time it has counted by now, or by its end.")
    def elapsed_seconds(self) -> float:
        return self.standing.elapsed(self.time, datetime.now(UTC)).total_seconds()

    @resolver("How much of its own time is left; less than 0 beyond the target; empty without one.")
    def remaining_seconds(self) -> float | None:
        left = self.standing.remaining(self.time, datetime.now(UTC))
        return None if left is None else left.total_seconds()

    @resolver("The calendar that it counts in, as it was when the clock started; empty for all time.")
    def calendar(self) -> PinnedDocument | None:
        return self.pin

    @resolver("What it says under the version that its item keeps to, and under the one that is published now.")
    def verdicts(self, info: Info) -> Verdicts:
        return self.judging.verdicts(self.row, info.context.parts.scale)


def read_clock(row: Row, told: Iterable[Row], page: "Page") -> Clock:
    """The clock of a row; ``told``: what happened to all clocks of its item."""
    events = [made(ClockEvent, each) for each in told if each["clock"] == row["id"]]
    pin = pinned_document(page.documents.get(row["calendar"]))
    time = page.hours.get((row["calendar"], row["zone"]), REAL_TIME)
    own = {"row": row, "runs": page.below("steps", row["item"]), "judging": page.judging, "pin": pin}
    return made(Clock, row, time_zone=row["zone"], events=events, standing=Standing.of(row), time=time, **own)
