"""What happens at the steps of a process, for whoever draws it or looks where items wait."""

from typing import Annotated

import strawberry

from voxloop.domain import statistics
from voxloop.graphql.context import Info
from voxloop.graphql.errors import bad_input, in_time, readable
from voxloop.graphql.fields import resolver
from voxloop.store import traffic

USUAL_DAYS, MOST_DAYS = 30, 366


@strawberry.type(description="What happens at a step of a process, under any version; a branch counts as a step.")
class StepTraffic:
    step: str = strawberry.field(description="Key of the step.")
    standing: int = strawberry.field(description="How many items stand there now.")
    left: int = strawberry.field(description="How many times it was left with an outcome in those days.")
    median_seconds: float | None = strawberry.field(
        description="After how many seconds half of those had been left, pauses and closed hours among them."
    )


@strawberry.type
class TrafficQueries:
    @resolver("What happens at the steps of a process, by step; only items that you can see count.")
    async def process_traffic(
        self,
        info: Info,
        process: Annotated[str, strawberry.argument(description="Key of the process.")],
        days: Annotated[int, strawberry.argument(description="In how many last days: 1 to 366.")] = USUAL_DAYS,
    ) -> list[StepTraffic] | None:
        found = await traffic_of(info, readable("process", process), days)
        return [
            StepTraffic(
                step=step,
                standing=each.standing,
                left=each.left,
                median_seconds=each.median.total_seconds() if each.median is not None else None,
            )
            for step, each in found.items()
        ]


async def traffic_of(info: Info, process: str, days: int) -> dict[str, statistics.StepTraffic]:
    """By step what the viewer may know of it.

    Raises:
        GraphQLError: there are too many days, or it takes too long.
    """
    if not 1 <= days <= MOST_DAYS:
        raise bad_input("days", "range", least=1, most=MOST_DAYS)
    with in_time():
        async with info.context.parts.sessions.begin() as session:
            return await traffic.of_process(session, info.context.viewer, process, days)
