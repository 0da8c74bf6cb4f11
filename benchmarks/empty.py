"""A workflow that returns at once, and a worker of it like ours: ``empty.py ADDRESS``."""

import asyncio
import sys

from temporalio import workflow
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from voxloop.workflows.client import connect
    from voxloop.workflows.sandbox import Sandbox

EMPTY = "Empty"
QUEUE = "bench-empty"


@workflow.defn(name=EMPTY)
class Empty:
    """Nothing but its start and its end."""

    @workflow.run
    async def run(self, state: dict[str, str]) -> None:
        """Return."""


async def work(address: str) -> None:
    """Run it until the process is ended."""
    client = await connect(address, lazy=False)
    worker = Worker(
        client,
        task_queue=QUEUE,
        workflows=[Empty],
        workflow_runner=Sandbox(),
        max_cached_workflows=1000,
        max_concurrent_workflow_tasks=16,
    )
    await worker.run()


if __name__ == "__main__":
    from voxloop.benchmarks import empty  # the sandbox looks workflows up by the name of their module

    asyncio.run(empty.work(sys.argv[1]))
