"""How Temporal stands, as far as this product needs it: for ``voxloop doctor``."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    GetSystemInfoRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from voxloop.workflows.attributes import KEYS
from voxloop.workflows.policies import CALL, DELIVERY_QUEUE, DRAFTS_QUEUE, LOOPS_QUEUE, OPERATIONS_QUEUE, STUDIES_QUEUE

_QUEUES = {
    LOOPS_QUEUE: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    DELIVERY_QUEUE: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    DRAFTS_QUEUE: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    STUDIES_QUEUE: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    OPERATIONS_QUEUE: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}
# RFC 9113, 3.4: either side begins with a frame of settings; this one is empty.
_SETTINGS = b"\0\0\0\4\0\0\0\0\0"
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _SETTINGS


@dataclass
class Condition:
    """What was found.

    ``missing``: search attributes that are not registered. ``pollers``: workers by queue. ``ahead``: seconds by which
    Temporal's clock is ahead of ours, at least; whether it is behind cannot be seen.
    """

    version: str
    namespace: bool = False
    missing: list[str] = field(default_factory=list)
    schedule: bool = False
    pollers: dict[str, int] = field(default_factory=dict)
    ahead: float = 0.0


async def hear(address: str) -> None:
    """Go on once somebody answers there as servers of HTTP/2 do, as Temporal is one.

    This wait can be given up. One of Temporal's client cannot: it goes on in threads of its own, and a process that
    ends meanwhile hangs or aborts (PyGILState_Release).

    Raises:
        OSError: nobody is there.
        EOFError: whoever is there says something else.
    """
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        writer.write(_PREFACE)
        if (await reader.readexactly(len(_SETTINGS)))[3] != _SETTINGS[3]:
            raise EOFError(address)
    finally:
        writer.close()


async def look(client: Client) -> Condition:
    """Look at a Temporal that answers.

    Raises:
        RPCError: it does not.
    """
    service, namespace = client.workflow_service, client.namespace
    info = await service.get_system_info(GetSystemInfoRequest(), timeout=CALL)
    found = Condition(info.server_version)
    with contextlib.suppress(RPCError):
        await service.describe_namespace(DescribeNamespaceRequest(namespace=namespace), timeout=CALL)
        found.namespace = True
    if not found.namespace:
        return found
    wanted = ListSearchAttributesRequest(namespace=namespace)
    known = (await client.operator_service.list_search_attributes(wanted, timeout=CALL)).custom_attributes
    found.missing = [key.name for key in KEYS if key.name not in known]
    found.schedule = await _has_schedule(client)
    for queue, kind in _QUEUES.items():
        request = DescribeTaskQueueRequest(namespace=namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind)
        pollers = (await service.describe_task_queue(request, timeout=CALL)).pollers
        found.pollers[queue] = len({poller.identity for poller in pollers})
        for poller in pollers:
            seen = poller.last_access_time.ToDatetime(UTC)
            found.ahead = max(found.ahead, (seen - datetime.now(UTC)).total_seconds())
    return found


async def _has_schedule(client: Client) -> bool:
    try:
        await client.get_schedule_handle("reconciler").describe(rpc_timeout=CALL)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
