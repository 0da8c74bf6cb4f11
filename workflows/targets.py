"""One delivery target: its pending messages are sent in order, by one sender at a time.

Workflow id: ``target/<key>``. It lives while there is something to send and is woken by signal-with-start.
"""

import contextlib
from datetime import datetime

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
            sending = [key, workflow.now()]
            rest = await workflow.execute_activity_method(Deliveries.send_pending, args=sending, **EFFECT)
            if isinstance(rest, datetime):
                await self._until(rest)
            self.woken = self.woken or bool(rest)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(key)

    async def _until(self, ends: datetime) -> None:
        """Wait for the end of the quiet hours, or for something that perhaps need not."""
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self.woken,
                timeout=(ends - workflow.now()).total_seconds(),
                timeout_summary=f"quiet hours until {ends:%Y-%m-%d %H:%M}Z",
            )

    @workflow.signal(name="woken")
    def wake(self) -> None:
        """Something waits to be sent."""
        self.woken = True
