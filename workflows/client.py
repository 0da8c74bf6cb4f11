"""The only door to Temporal from outside: acts on loops, starts and signals, counts for operators.

It names workflows and updates by their registered names, so that whoever imports it loads no activity.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from temporalio.client import (
    Client,
    RPCError,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, ApplicationError, WorkflowAlreadyStartedError
from temporalio.runtime import Runtime
from temporalio.service import GrpcCompression, RPCStatusCode

from voxloop import telemetry, tracing
from voxloop.domain.errands import ErrandKind
from voxloop.domain.loop import Act, Answer, Plan
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.workflows.failures import CONVERTER
from voxloop.workflows.policies import ANSWER_WITHIN, CALL, FEEDBACK_LOOP, LINKED_ITEM, LOOPS_QUEUE, TARGET

if TYPE_CHECKING:
    from temporalio.contrib.opentelemetry import TracingInterceptor

_ANSWERS_WITHIN = timedelta(seconds=2)


async def connect(
    address: str, namespace: str = "default", *, lazy: bool = True, runtime: Runtime | None = None
) -> Client:
    """A client that takes the running trace along; ``lazy``: it connects when it is first used, so that the API starts
    while Temporal is down."""
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=CONVERTER,
        interceptors=interceptors(),
        lazy=lazy,
        runtime=runtime,
        grpc_compression=GrpcCompression.NONE,  # what is sent is codes and ids: packing them costs more than it saves
    )


def interceptors() -> "list[TracingInterceptor]":
    """What carries traces through workflows and activities, in headers that no replay looks at; none: no traces."""
    tracer = tracing.tracer()
    if tracer is None:
        return []
    from temporalio.contrib.opentelemetry import TracingInterceptor

    return [TracingInterceptor(tracer)]


@dataclass(frozen=True)
class Loops:
    """Loops of feedback and the other workflows, as the outside may touch them."""

    client: Client
    answer_within: timedelta = ANSWER_WITHIN

    async def act(self, item: UUID, act: Act, known: int = 0) -> Answer:
        """Carry out an act and wait until it is written; ``known``: a version of the item that stands in the rows.

        A loop that refuses by an older one has not heard of the last acts, after which all died: it is told of them.

        Raises:
            Refused: in the loop's words, or ``NOT_CONFIRMED`` after ``answer_within``: whether it happened is open, so
                repeat it with the same key.
        """
        with telemetry.ACT_SECONDS.time():
            try:
                return await self._act(item, act)
            except Refused as refused:
                if int(refused.params.get("version", known)) >= known:
                    raise
                await self._catch_up(item, known)
                return await self._act(item, act)

    async def _act(self, item: UUID, act: Act) -> Answer:
        try:
            return await self._update(item, act)
        except WorkflowUpdateFailedError as failed:
            raise _refused(failed) from failed
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise Refused(RefusalCode.NOT_CONFIRMED) from error
            return await self._start_and_act(item, act)
        except (
            WorkflowUpdateRPCTimeoutOrCancelledError,
            TimeoutError,
            RuntimeError,
        ) as late:  # the last: no connection
            raise Refused(RefusalCode.NOT_CONFIRMED) from late

    async def _catch_up(self, item: UUID, version: int) -> None:
        await self.look_again(str(item), version)
        await self.look_again(str(item), version)  # asked once more, it answers once it has looked

    async def _start_and_act(self, item: UUID, act: Act) -> Answer:
        """Nothing runs under that id: either the loop has yet to start, or it has finished."""
        try:
            await self.start_loop(str(item))
            return await self._update(item, act)
        except WorkflowAlreadyStartedError as finished:
            raise Refused(RefusalCode.ALREADY_FINISHED) from finished
        except WorkflowUpdateFailedError as failed:
            raise _refused(failed) from failed
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError, RuntimeError) as error:
            raise Refused(RefusalCode.NOT_CONFIRMED) from error

    async def _update(self, item: UUID, act: Act) -> Answer:
        handle = self.client.get_workflow_handle(f"feedback/{item}")
        answer: Answer = await handle.execute_update(
            act.verb,
            act,
            id=act.turn,
            result_type=Answer,
            rpc_timeout=self.answer_within,
        )
        return answer

    async def start_loop(self, item: str, code: str | None = None) -> None:
        """Start an item's loop; one that runs already is left alone.

        Raises:
            WorkflowAlreadyStartedError: it ran, and has finished.
        """
        await self.client.start_workflow(
            FEEDBACK_LOOP,
            {"item": item},
            id=f"feedback/{item}",
            task_queue=LOOPS_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=code,
            rpc_timeout=CALL,
        )

    async def start_link(self, key: str) -> None:
        """Let a linked item's workflow look at its system, now."""
        await self._start_with_signal(LINKED_ITEM, key, f"link/{key}", "hinted")

    async def wake_target(self, key: str) -> None:
        """Let a delivery target send what waits."""
        await self._start_with_signal(TARGET, key, f"target/{key}", "woken")

    async def run_errand(self, workflow: str) -> None:
        """Have an errand (``check/17``) look at its row now."""
        kind, _, key = workflow.partition("/")
        await self._start_with_signal(ErrandKind(kind).title().replace("_", ""), key, workflow, "woken")

    async def _start_with_signal(self, workflow: str, argument: str, id_: str, signal: str) -> None:
        await self.client.start_workflow(
            workflow, argument, id=id_, task_queue=LOOPS_QUEUE, start_signal=signal, rpc_timeout=CALL
        )

    async def signal(self, workflow: str, name: str, argument: Any) -> None:
        """Signal a workflow; one that has finished needs to know no more."""
        try:
            await self.client.get_workflow_handle(workflow).signal(name, argument, rpc_timeout=CALL)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def open_items(self) -> AsyncIterator[str]:
        """Ids of the items whose loop is open."""
        running = f"WorkflowType = '{FEEDBACK_LOOP}' AND ExecutionStatus = 'Running'"
        async for execution in self.client.list_workflows(running):
            with contextlib.suppress(ValueError):  # one that somebody started by hand is no item's
                yield str(UUID(execution.id.partition("/")[2]))

    async def restart_loop(self, item: str, plan: object, answers: Mapping[str, int]) -> None:
        """Start a loop that should be open, from what its rows hold; an operator may have ended it."""
        state = {"item": item} if plan is None else {"item": item, "plan": plan, "answers": answers}
        await self.client.start_workflow(
            FEEDBACK_LOOP,
            state,
            id=f"feedback/{item}",
            task_queue=LOOPS_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            rpc_timeout=CALL,
        )

    async def look_again(self, item: str, version: int) -> bool:
        """Let a loop adopt what its rows hold up to ``version``. False: it knows, or it does not answer now."""
        loop = self.client.get_workflow_handle(f"feedback/{item}")
        with contextlib.suppress(RPCError, WorkflowQueryFailedError):
            plan = await loop.query("plan", result_type=Plan, rpc_timeout=CALL)
            if plan.version < version:
                await loop.signal("look_again", version, rpc_timeout=CALL)
                return True
        return False

    async def end_loop(self, item: str, reason: str) -> None:
        """Terminate a loop whose item does not exist."""
        await self.client.get_workflow_handle(f"feedback/{item}").terminate(reason, rpc_timeout=CALL)

    async def answers(self) -> bool:
        """Whether Temporal can be reached now."""
        try:
            return await self.client.service_client.check_health(timeout=_ANSWERS_WITHIN)
        except (RPCError, RuntimeError):  # RuntimeError: there is no connection
            return False

    async def count(self) -> dict[str, int]:
        """How many loops Temporal has, by execution status, in lower case."""
        counted = await self.client.count_workflows(
            f"WorkflowType = '{FEEDBACK_LOOP}' GROUP BY ExecutionStatus", rpc_timeout=timedelta(seconds=3)
        )
        return {str(group.group_values[0]).lower(): group.count for group in counted.groups}


def _refused(failed: WorkflowUpdateFailedError) -> Refused:
    cause: BaseException | None = failed.cause
    if isinstance(cause, ActivityError):  # its turn refused, by what only rows tell
        cause = cause.cause
    if isinstance(cause, ApplicationError) and cause.type and cause.type in RefusalCode.__members__:
        params = cause.details[0] if cause.details else {}
        return Refused(RefusalCode(cause.type), (), **params)
    return Refused(RefusalCode.INTERNAL)
