"""How workflows are isolated: by Temporal's sandbox, which keeps its restrictions and re-imports nothing.

The SDK asks a workflow before each payload, three times over, for which context it is to be converted, and each answer
compiles and enters the sandbox anew: a sixth of what an item costs a worker. Our converter knows no contexts and stores
nothing outside, so ours are answered here.
"""

from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

_NOWHERE = StorageDriverStoreContext(target=None)


class Sandbox(SandboxedWorkflowRunner):
    """Temporal's sandbox for payloads that are converted the same everywhere."""

    def __init__(self, passthrough: bool = True) -> None:
        restrictions = SandboxRestrictions.default
        super().__init__(restrictions=restrictions.with_passthrough_all_modules() if passthrough else restrictions)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """An instance that is not entered to be asked for contexts."""
        instance = super().create_instance(det)
        instance.get_serialization_context = lambda command_info: None  # type: ignore[method-assign]
        instance.get_external_store_context = lambda command_info: _NOWHERE  # type: ignore[method-assign]
        return instance
