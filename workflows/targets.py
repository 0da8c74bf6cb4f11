"""One delivery target: its pending messages are sent in order, by one sender at a time.

Workflow id: ``target/<key>``. It lives while there is something to send and is woken by signal-with-start.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from voxloop.activities.messages import Deliveries
    from voxloop.workflows.policies import EFFECT, TARGET


@workflow.defn(name=TARGET)
class Target:
    """Starts, or goes on, with the signal ``woken``."""

    def __init__(self) -> None:
        self.woken = True

    @workflow.run
    async def run(self, key: str) -> None:
        while self.woken:
            self.woken = False
            more = await workflow.execute_activity_method(Deliveries.send_pending, key, **EFFECT)
            self.woken = self.woken or more
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(key)

    @workflow.signal(name="woken")
    def wake(self) -> None:
        """Something waits to be sent."""
        self.woken = True
