"""Backtests, as the schema shows them."""

from datetime import datetime

import strawberry

from voxloop.domain.limits import ClockName
from voxloop.domain.operations import RunState
from voxloop.domain.trials import Side
from voxloop.graphql.connections import Ask, Connection, paged
from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver
from voxloop.graphql.studies import Difference, Study, difference_page
from voxloop.store import backtests


@strawberry.type(description="How many clocks of one name would have been missed.")
class ClockCount:
    clock: ClockName = strawberry.field(description="What is timed.")
    before: int = strawberry.field(description="By the published rules.")
    after: int = strawberry.field(description="By the draft.")


@strawberry.type(description="Past items, decided once more: by the rules that are published and by a draft.")
class Backtest(Study):
    state: RunState = strawberry.field(description="How far it has come.")
    total: int | None = strawberry.field(description="How many items it is about; empty until they are counted.")
    done: int = strawberry.field(description="How many of them are done with.")
    skipped: int = strawberry.field(description="How many of those were never decided, so that nothing is compared.")
    since: datetime = strawberry.field(description="Of items received from then on.")
    until: datetime = strawberry.field(description="Of items received until then.")
    digest: str = strawberry.field(
        description="SHA-256 over all differences in order: the same for the same rules and items; empty without any."
    )

    @resolver("Clocks that would have been missed among items of another type, priority or process, by what is timed.")
    def breaches(self) -> list[ClockCount]:
        before, after = (self.row["sums"].get(f"late_{side}", {}) for side in Side)
        return [
            ClockCount(clock=ClockName(name), before=before.get(name, 0), after=after.get(name, 0))
            for name in sorted({*before, *after})
        ]

    @paged("The items about which the draft would decide otherwise, in the order of their reception.")
    async def differences(self, info: Info, ask: Ask) -> Connection[Difference]:
        return await difference_page(info, self, backtests.differences, ask)
