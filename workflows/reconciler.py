"""The reconciler's workflow and its hourly schedule."""

import contextlib
from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)

with workflow.unsafe.imports_passed_through():
    from voxloop.activities.reconciler import Reconciler as Reconcilers
    from voxloop.activities.reconciler import Repairs
    from voxloop.workflows.policies import EFFECT, LOOPS_QUEUE, RECONCILER


@workflow.defn(name=RECONCILER)
class Reconciler:
    """Runs one comparison."""

    @workflow.run
    async def run(self) -> Repairs:
        return await workflow.execute_activity_method(Reconcilers.reconcile, **EFFECT)


async def ensure_schedule(client: Client) -> None:
    """Have the comparison run every hour; one that is scheduled already stays."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(RECONCILER, id="reconciler", task_queue=LOOPS_QUEUE),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(hours=1))], jitter=timedelta(minutes=5)),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    with contextlib.suppress(ScheduleAlreadyRunningError):
        await client.create_schedule("reconciler", schedule)
