"""A workflow that waits until an instant and returns, and a worker of it like ours: ``timers.py ADDRESS``."""

import asyncio
import sys
from datetime import datetime

from temporalio import workflow
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from voxloop.workflows.client import connect
    from voxloop.workflows.sandbox import Sandbox

TIMER = "Timer"
QUEUE = "bench-timers"


@workflow.defn(name=TIMER)
class Timer:
    """Nothing but its start, its timer and its end."""

    @workflow.run
    async def run(self, until: datetime) -> None:
        """Wait until then; not at all if that has passed."""
        await workflow.sleep(max(0.0, (until - workflow.now()).total_seconds()))


async def work(address: str) -> None:
    """Run it until the process is ended."""
    client = await connect(address, lazy=False)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[Timer],
        workflow_runner=Sandbox(),
        max_cached_workflows=1000,
        max_concurrent_workflow_tasks=16,
    )
    await worker.run()


if __name__ == "__main__":
    from voxloop.benchmarks import timers  # the sandbox looks workflows up by the name of their module

    asyncio.run(timers.work(sys.argv[1]))
