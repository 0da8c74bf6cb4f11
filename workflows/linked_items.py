"""One linked item: opened in its system at most once, then followed there until it is settled.

Workflow id: ``link/<key>``. Not a child of any loop: loops share it, and it outlives them. A hint from outside only
makes it look again; what it finds, its activity writes and tells the loops.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from voxloop.activities.linked_items import LinkedItems
    from voxloop.workflows.policies import EFFECT, LINKED_ITEM


@workflow.defn(name=LINKED_ITEM)
class LinkedItem:
    """Starts, or goes on, with the signal ``hinted``."""

    def __init__(self) -> None:
        self.hinted = True

    @workflow.run
    async def run(self, key: str) -> None:
        settled = False
        while self.hinted or not settled:
            await workflow.wait_condition(lambda: self.hinted)
            self.hinted = False
            settled = await workflow.execute_activity_method(LinkedItems.ensure, key, **EFFECT)

    @workflow.signal(name="hinted")
    def hint(self) -> None:
        """Something changed in the peer, perhaps."""
        self.hinted = True
