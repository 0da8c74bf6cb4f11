"""Clocks, as the schema shows them."""

from datetime import datetime

import strawberry

from voxloop.domain.process import ClockName


@strawberry.type(description="Something timed: from when, against which target, and how it went.")
class Clock:
    name: ClockName = strawberry.field(description="What is timed.")
    seq: int = strawberry.field(description="The step it belongs to; 0 for a clock of the item.")
    started_at: datetime = strawberry.field(description="When it began to count.")
    target_seconds: float | None = strawberry.field(description="The target in seconds; empty without one.")
    due_at: datetime | None = strawberry.field(description="When the target is reached; moved by pauses.")
    paused_at: datetime | None = strawberry.field(description="Since when it stands still.")
    paused_seconds: float = strawberry.field(description="How long it stood still before.")
    warned: float = strawberry.field(description="The highest share of the target at which a warning was given.")
    breached_at: datetime | None = strawberry.field(description="When the target was missed.")
    ended_at: datetime | None = strawberry.field(description="When it stopped.")
    fulfilled: bool = strawberry.field(description="Whether what was timed was done.")
