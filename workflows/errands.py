"""Errands: a row that somebody asked for is carried to its end, by one activity that is called again and again.

Workflow ids: ``check/<document>``, ``publication/<document>``, ``backtest/<id>``, ``shadow/<id>``,
``simulation/<id>``, ``handover/<member>``, ``bulk/<id>``, ``migration/<id>``, ``what_if/<id>``. What is wanted and how
far it has come stands in the row; histories hold its id. A signal makes an errand look at once.
"""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from voxloop.activities.backtests import Backtests
    from voxloop.activities.bulks import Bulks
    from voxloop.activities.documents import Documents
    from voxloop.activities.handovers import Handovers
    from voxloop.activities.migration_runs import MigrationRuns
    from voxloop.activities.shadows import Shadows
    from voxloop.activities.simulations import Simulations
    from voxloop.activities.what_ifs import WhatIfs
    from voxloop.domain.errands import Rest
    from voxloop.workflows.policies import DRAFT, HANDOVER, OPERATION, PUBLICATION, STUDY


class Errand:
    """Starts, or goes on, with the signal ``woken``."""

    def __init__(self) -> None:
        self.woken = False

    @workflow.signal(name="woken")
    def wake(self) -> None:
        """The row has changed, perhaps."""
        self.woken = True

    async def carry(self, activity: Callable[..., Any], key: str, policy: Mapping[str, Any]) -> None:
        """Call the activity with the present instant until it is done and nobody has woken the errand since."""
        while True:
            self.woken = False
            rest: Rest = await workflow.execute_activity_method(activity, args=[key, workflow.now()], **policy)
            if rest.until is not None:
                with contextlib.suppress(TimeoutError):
                    left = max((rest.until - workflow.now()).total_seconds(), 0.001)
                    await workflow.wait_condition(lambda: self.woken, timeout=left)
            elif rest.done and not self.woken:
                return
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(key)


@workflow.defn
class Check(Errand):
    """Checks a draft."""

    @workflow.run
    async def run(self, key: str) -> None:
        await self.carry(Documents.check, key, DRAFT)


@workflow.defn
class Publication(Errand):
    """Publishes a draft when its time has come."""

    @workflow.run
    async def run(self, key: str) -> None:
        await self.carry(Documents.publish, key, PUBLICATION)


@workflow.defn
class Backtest(Errand):
    """Decides past items by a draft, page by page."""

    @workflow.run
    async def run(self, key: str) -> None:
        await self.carry(Backtests.go_on, key, STUDY)


@workflow.defn
class Shadow(Errand):
    """Decides by a draft what the active set has just decided."""

    @workflow.run
    async def run(self, key: str) -> None:
        await self.carry(Shadows.go_on, key, STUDY)


@workflow.defn
class Simulation(Errand):
    """Decides what somebody made up."""

    @workflow.run
    async def run(self, key: str) -> None:
        await self.carry(Simulations.simulate, key, DRAFT)


@workflow.defn
class Handover(Errand):
    """Gives to others what a member has who is away."""

    @workflow.run
    async def run(self, key: str) -> None:
        await self.carry(Handovers.go_on, key, HANDOVER)


@workflow.defn
class Bulk(Errand):
    """Acts on many items, one by one."""

    @workflow.run
    async def run(self, key: str) -> None:
        await self.carry(Bulks.go_on, key, OPERATION)


@workflow.defn
class Migration(Errand):
    """Moves running items to another version of their process, a few at once."""

    @workflow.run
    async def run(self, key: str) -> None:
        await self.carry(MigrationRuns.go_on, key, OPERATION)


@workflow.defn
class WhatIf(Errand):
    """Replays past items under something else, page by page."""

    @workflow.run
    async def run(self, key: str) -> None:
        await self.carry(WhatIfs.go_on, key, STUDY)


ERRANDS = (Check, Publication, Backtest, Shadow, Simulation, Handover, Bulk, Migration, WhatIf)
