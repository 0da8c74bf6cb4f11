"""The figures of what-ifs, as the schema shows them: clocks, hours of the week, queues and ways, before and after."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import strawberry

from voxloop.domain.feedback import Priority
from voxloop.domain.limits import ClockName
from voxloop.domain.tallies import HOURS, ClockSum, QueueSum, queues_of
from voxloop.graphql.people import Team


@strawberry.type(description="How clocks went, on one side of a comparison.")
class ClockFigures:
    targets: int = strawberry.field(description="How many had a target.")
    breaches: int = strawberry.field(description="How many of them missed it.")
    share: float | None = strawberry.field(description="Breaches by targets; empty without targets.")
    late_seconds: int = strawberry.field(description="By how much those that missed it were late, in all.")
    p50_seconds: int | None = strawberry.field(description="What half of them were late at most, within 1 %.")
    p90_seconds: int | None = strawberry.field(description="What nine in ten were late at most, within 1 %.")


@strawberry.type(description="Clocks of one name, step, team and priority, as they went and as they would have gone.")
class ClockComparison:
    clock: ClockName = strawberry.field(description="What is timed.")
    step: str | None = strawberry.field(description="Key of the step; empty for clocks of the item.")
    team: str | None = strawberry.field(description="Key of the team that had it.")
    priority: Priority = strawberry.field(description="The priority when it ended.")
    before: ClockFigures = strawberry.field(description="As it was.")
    after: ClockFigures = strawberry.field(description="As it would have been.")


@strawberry.type(description="An hour of the week in the organisation's time zone, before and after.")
class HourComparison:
    weekday: int = strawberry.field(description="1 is Monday, 7 Sunday.")
    hour: int = strawberry.field(description="0 to 23.")
    before: float = strawberry.field(description="As it was.")
    after: float = strawberry.field(description="As it would have been.")


@strawberry.type(
    description="What a team gets and has by the hour of the week. Hours in which nothing was are left out."
)
class TeamHours:
    key: str | None = strawberry.field(description="Key of the team; empty for steps of no team.")
    team: Team | None = strawberry.field(description="The team, if it still exists.")
    arrivals: list[HourComparison] = strawberry.field(description="How many steps it gets in that hour, of all weeks.")
    open: list[HourComparison] = strawberry.field(
        description="How many steps are open there on average in that hour, summed over all weeks."
    )


@strawberry.type(description="How a team's queue went, on one side of a comparison.")
class QueueFigures:
    steps: int = strawberry.field(description="How many steps were taken from it.")
    waited_seconds: int = strawberry.field(description="How long they waited for somebody, in all.")
    p50_wait_seconds: int | None = strawberry.field(description="What half of them waited at most, within 1 %.")
    p90_wait_seconds: int | None = strawberry.field(description="What nine in ten waited at most, within 1 %.")
    respond_breaches: int = strawberry.field(description="How many were taken too late.")
    finish_breaches: int = strawberry.field(description="How many were done too late.")


@strawberry.type(
    description="A team's queue with the people it had, and as a model plays it with those that are tried."
)
class QueueComparison:
    key: str = strawberry.field(description="Key of the team.")
    before: QueueFigures = strawberry.field(description="As it was.")
    after: QueueFigures = strawberry.field(description="As the model predicts.")
    open: list[HourComparison] = strawberry.field(
        description="How many steps are open there on average in that hour, summed over all weeks."
    )


@strawberry.type(description="How often something happened, before and after.")
class CountComparison:
    name: str = strawberry.field(description="What.")
    before: int = strawberry.field(description="As it was.")
    after: int = strawberry.field(description="As it would have been.")


@strawberry.type(description="The ways of items through the process that is tried, by their stored outcomes.")
class WayComparison:
    ends: list[CountComparison] = strawberry.field(description="How ways end: closed, waiting, unmatched, endless.")
    steps: list[CountComparison] = strawberry.field(description="How often each step is entered.")
    messages: list[CountComparison] = strawberry.field(description="What is sent on entering steps, and to whom.")
    linked_items: list[CountComparison] = strawberry.field(description="What is opened elsewhere: system/template.")
    lost_at: list[CountComparison] = strawberry.field(
        description="Steps at which no stored outcome says how an item would have gone on."
    )


def figures(of: ClockSum) -> ClockFigures:
    """The figures of a sum of clocks."""
    p50, p90 = (None if late is None else int(late.total_seconds()) for late in (of.p50, of.p90))
    share = of.breaches / of.targets if of.targets else None
    late = int(of.late.total_seconds())
    return ClockFigures(
        targets=of.targets, breaches=of.breaches, share=share, late_seconds=late, p50_seconds=p50, p90_seconds=p90
    )


def queue_figures(tally: Mapping[str, int], team: str) -> QueueFigures:
    """The figures of a team's queue; noughts where it was not played."""
    queue = queues_of(tally).get(team)
    if queue is None:
        queue = QueueSum(0, timedelta(), None, None, 0, 0)
    p50, p90 = (None if wait is None else int(wait.total_seconds()) for wait in (queue.p50, queue.p90))
    return QueueFigures(
        steps=queue.steps,
        waited_seconds=int(queue.waited.total_seconds()),
        p50_wait_seconds=p50,
        p90_wait_seconds=p90,
        respond_breaches=queue.respond_breaches,
        finish_breaches=queue.finish_breaches,
    )


def hours(sides: Iterable[Sequence[int]], unit: int = 1) -> list[HourComparison]:
    """Both sides' counts of each hour of the week, divided by ``unit``; hours without any are left out."""
    before, after = sides
    return [
        HourComparison(weekday=hour // 24 + 1, hour=hour % 24, before=before[hour] / unit, after=after[hour] / unit)
        for hour in range(HOURS)
        if before[hour] or after[hour]
    ]
