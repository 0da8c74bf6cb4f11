"""The worker: runs loops with their turns, deliveries and links, and carries the outbox."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError
from temporalio.worker import Worker

from voxloop import bulk, reception
from voxloop.activities import webhooks
from voxloop.activities.acts import Acts
from voxloop.activities.backtests import Backtests
from voxloop.activities.bulks import Bulks
from voxloop.activities.documents import Documents
from voxloop.activities.handovers import Handovers
from voxloop.activities.intake import Intake
from voxloop.activities.linked_items import LinkedItems
from voxloop.activities.merging import Others
from voxloop.activities.messages import Deliveries
from voxloop.activities.migration_runs import MigrationRuns
from voxloop.activities.moments import Moments
from voxloop.activities.reconciler import Reconciler
from voxloop.activities.scene import Means
from voxloop.activities.shadows import Shadows
from voxloop.activities.simulations import Simulations
from voxloop.activities.steps import Steps
from voxloop.activities.what_ifs import WhatIfs
from voxloop.background import running
from voxloop.domain.linked import ItemSystem as System
from voxloop.integrations.builtin import BuiltinChannel
from voxloop.integrations.ports import Channel, ItemSystem
from voxloop.integrations.register import Register
from voxloop.integrations.smtp import SmtpChannel
from voxloop.integrations.webhook import WebhookChannel
from voxloop.settings import Obstacle, Settings
from voxloop.signing import Links
from voxloop.store import documents, installation, linked_items
from voxloop.store.sessions import Row, Sessions, open_sessions
from voxloop.workflows.attributes import KEYS
from voxloop.workflows.client import Loops, connect
from voxloop.workflows.errands import ERRANDS
from voxloop.workflows.feedback import FeedbackLoop
from voxloop.workflows.linked_items import LinkedItem
from voxloop.workflows.policies import DELIVERY_QUEUE, DRAFTS_QUEUE, LOOPS_QUEUE, OPERATIONS_QUEUE, STUDIES_QUEUE
from voxloop.workflows.reconciler import Reconciler as ReconcilerWorkflow
from voxloop.workflows.reconciler import ensure_schedule
from voxloop.workflows.relay import Relay
from voxloop.workflows.sandbox import Sandbox
from voxloop.workflows.targets import Target

_log = logging.getLogger(__name__)
_CONNECTIONS = 20
_PAUSE_SECONDS = 1.0
_SPREAD_SECONDS = 30.0


@dataclass(frozen=True)
class Parts:
    """What a worker needs to exist: its means, the channels by delivery target, the systems by kind."""

    means: Means
    channels: dict[str, Channel]
    systems: dict[str, ItemSystem]


async def assemble(settings: Settings, sessions: Sessions) -> Parts:
    """The parts that an installation's settings and documents ask for."""
    settings.var.mkdir(parents=True, exist_ok=True)
    channels: dict[str, Channel] = {"builtin": BuiltinChannel(settings.var / "outbox.jsonl")}
    targets = {}
    if settings.smtp_url:
        channels["smtp"] = SmtpChannel(settings.smtp_url, settings.mail_from)
        targets["email"] = "smtp"
    if settings.webhook_url:
        channels[webhooks.TARGET] = WebhookChannel(settings.webhook_url, settings.webhook_secrets)
        targets[webhooks.TARGET] = webhooks.TARGET

    async def keep(values: Mapping[str, Any]) -> Row:
        async with sessions.begin() as session:
            return await linked_items.register_ensure(session, values)

    async with sessions.begin() as session:
        installation_key = await installation.key_of(session)
        links = Links(settings.address, await installation.secret_of(session))
        organisation = await documents.published(session, "organisation", "organisation")
    if organisation is None:
        raise LookupError("no organisation is published: run `voxloop starter`")
    means = Means(
        sessions=sessions,
        installation=installation_key,
        organisation=organisation["body"]["title"],
        links=links,
        targets=targets,
        scale=settings.scale,
        spread=(_SPREAD_SECONDS if settings.spread_seconds is None else settings.spread_seconds) / settings.scale,
    )
    return Parts(means, channels, {system: Register(system, keep) for system in System})


async def serve(settings: Settings) -> None:
    """Be a worker until SIGTERM or SIGINT; while Temporal is away, wait for it."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    client = await _connected(settings, runtime(settings), stopped)
    if client is None:
        return
    sessions = open_sessions(settings.database_url or "", _CONNECTIONS)
    try:
        async with (
            run_worker(client, await assemble(settings, sessions)),
            running(Relay(sessions, Loops(client)).run()),
        ):
            _log.info("working")
            await stopped.wait()
    finally:
        await sessions.dispose()


def runtime(settings: Settings) -> Runtime | None:
    """A runtime that shows the metrics of the SDK where the settings say; None: the ordinary one.

    Raises:
        Obstacle: the port cannot be had.
    """
    if settings.metrics_port is None:
        return None
    shown = PrometheusConfig(
        bind_address=f"{settings.host}:{settings.metrics_port}",
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
    )
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=shown))
    except (RuntimeError, ValueError) as error:
        port = {"port": settings.metrics_port, "host": settings.host, "variable": "VOXLOOP_METRICS_PORT"}
        raise Obstacle("port_in_use", **port) from error


async def _connected(settings: Settings, runtime: Runtime | None, stopped: asyncio.Event) -> Client | None:
    """A client of a Temporal that has our search attributes; None when told to stop before there is one."""
    while not stopped.is_set():
        try:
            address, namespace = settings.temporal_address or "", settings.temporal_namespace
            client = await connect(address, namespace, lazy=False, runtime=runtime)
            await ensure_search_attributes(client)
            await ensure_schedule(client)
            return client
        except (RuntimeError, RPCError) as error:
            _log.warning("Temporal at %s does not answer: %s", settings.temporal_address, error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), _PAUSE_SECONDS)
    return None


async def ensure_search_attributes(client: Client) -> None:
    """Register in the client's namespace the search attributes that it lacks."""
    operator, namespace = client.operator_service, client.namespace
    known = await operator.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    missing = {
        key.name: IndexedValueType.ValueType(key.indexed_value_type)
        for key in KEYS
        if key.name not in known.custom_attributes
    }
    if missing:
        await operator.add_search_attributes(AddSearchAttributesRequest(namespace=namespace, search_attributes=missing))


@contextlib.asynccontextmanager
async def run_worker(client: Client, parts: Parts, *, sandbox_passthrough: bool = True) -> AsyncIterator[None]:
    """All workers, polling until the context ends: loops with their turns, effects outside, and studies."""
    workers = (
        loops_worker(client, parts, sandbox_passthrough),
        effects_worker(client, parts),
        drafts_worker(client, parts),
        studies_worker(client, parts),
        operations_worker(client, parts),
    )
    async with parts.means.judge, contextlib.AsyncExitStack() as entered:
        for worker in workers:
            await entered.enter_async_context(worker)
        try:
            yield
        finally:
            # Together: each has its time to end what is in hand, and half a minute where Temporal does not answer.
            await asyncio.gather(*(worker.shutdown() for worker in workers))


def loops_worker(client: Client, parts: Parts, sandbox_passthrough: bool = True) -> Worker:
    """Workflows, and the turns that run beside them as local activities."""
    intake, acts = Intake(parts.means), Acts(parts.means)
    return Worker(
        client,
        task_queue=LOOPS_QUEUE,
        workflows=[FeedbackLoop, LinkedItem, Target, ReconcilerWorkflow, *ERRANDS],
        activities=[
            intake.acknowledge,
            intake.classify,
            intake.decide,
            Steps(parts.means).enter,
            acts.perform,
            acts.recall,
            Moments(parts.means).fire,
            LinkedItems(parts.means, parts.systems).note,
            Others(parts.means).note,
            Deliveries(parts.means, parts.channels).note_failure,
        ],
        workflow_runner=Sandbox(sandbox_passthrough),
        max_cached_workflows=1000,
        max_concurrent_workflow_tasks=16,
        graceful_shutdown_timeout=timedelta(seconds=5),
    )


def effects_worker(client: Client, parts: Parts) -> Worker:
    """What leaves the house, and what puts a version in force."""
    activities: list[Callable[..., Any]] = [
        LinkedItems(parts.means, parts.systems).ensure,
        Deliveries(parts.means, parts.channels).send_pending,
        Reconciler(parts.means, Loops(client)).reconcile,
        Documents(parts.means).publish,
        Handovers(parts.means, Loops(client)).go_on,
    ]
    return _activities_worker(client, DELIVERY_QUEUE, activities, at_once=20)


def drafts_worker(client: Client, parts: Parts) -> Worker:
    """What owners wait for."""
    activities = [Documents(parts.means).check, Simulations(parts.means).simulate]
    return _activities_worker(client, DRAFTS_QUEUE, activities, at_once=4)


def studies_worker(client: Client, parts: Parts) -> Worker:
    """What owners try out, few at a time so that items come first."""
    activities = [Backtests(parts.means).go_on, Shadows(parts.means).go_on, WhatIfs(parts.means).go_on]
    return _activities_worker(client, STUDIES_QUEUE, activities, at_once=4)


def operations_worker(client: Client, parts: Parts) -> Worker:
    """What is done to many items at once."""
    sessions, loops = parts.means.sessions, Loops(client)
    act = bulk.act_of(reception.Parts(sessions, loops, Relay(sessions, loops)))
    activities = [Bulks(sessions, act).go_on, MigrationRuns(parts.means, loops).go_on]
    return _activities_worker(client, OPERATIONS_QUEUE, activities, at_once=4)


def _activities_worker(client: Client, queue: str, activities: Sequence[Callable[..., Any]], at_once: int) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        activities=activities,
        max_concurrent_activities=at_once,
        graceful_shutdown_timeout=timedelta(seconds=5),
    )
