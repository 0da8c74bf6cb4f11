"""Ten thousand loops with one deadline, against as many workflows that are nothing but a timer.

All items were received at the same instant, so the first answer to each is due at the same second. Counted is whether
any acted early, whether each breach is stored at its exact instant, how the acts are spread, and how soon all are done.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import func, select, text
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from voxloop.analysis.search_keys import search_keys
from voxloop.benchmarks.ground import Ground, running
from voxloop.benchmarks.measure import Comparison, Section
from voxloop.benchmarks.timers import QUEUE, TIMER
from voxloop.domain.identity import new_id
from voxloop.store import acceptance, documents
from voxloop.store.item_tables import event, feedback
from voxloop.store.sessions import Session
from voxloop.store.work_tables import clock
from voxloop.workflows.client import connect

_LOOPS = 10_000
_STARTS_AT_ONCE = 16
_SET_UP = timedelta(minutes=12)
_TIMERS_SET_UP = timedelta(minutes=5)
_LOOK_SECONDS = 1.0
_MOST_SECONDS = 1800
_TEXT = "请问空气炸锅怎么连接手机？"
_MIB = 2**20
# How many are to act in the fullest tenth of the time over which the plans spread them, and how long that is.
_PLANNED = text("""
    WITH planned AS (
        SELECT item, max((moment ->> 'delay')::float) AS delay
        FROM event, jsonb_array_elements(plan -> 'moments') AS moment
        WHERE moment ->> 'name' = 'first_response.breach' GROUP BY item
    ), counted AS (
        SELECT count(*) AS acts FROM planned
        GROUP BY width_bucket(delay, 0, (SELECT max(delay) * 1.0001 FROM planned), 10)
    )
    SELECT max(acts), (SELECT max(delay) FROM planned) FROM counted
""")


@dataclass(frozen=True)
class _Sizes:
    """Bytes: the worker's and Temporal's resident memory, and what each database takes."""

    worker: int
    temporal: int
    history: int
    rows: int


async def measure(ground: Ground) -> Section:
    """Loops done a second after their deadline, against timers."""
    async with ground.worker() as worker:
        empty = await _sizes(ground, worker)
        due = await _stocked(ground)
        await _until(lambda: _counted(ground, _waiting(), _LOOPS))
        if datetime.now(UTC) >= due:
            raise TimeoutError(f"{_LOOPS} loops did not wait by {due:%H:%M:%S}: more than {_SET_UP} are needed")
        full = await _sizes(ground, worker)
        await _until(lambda: _counted(ground, _breached(), _LOOPS))
        told = await _told(ground, due, empty, full)
        drained = await _drained(ground, due)
    timers = await _timers(ground)
    compared = [Comparison("loops warned, breached, told", "timer workflow", "workflows/s", [drained], [timers], 0.1)]
    how = f"{_LOOPS:,} loops that wait for one instant, one worker process; and as many timers on a worker like it."
    return Section("A herd with one deadline", how, compared, told)


async def _stocked(ground: Ground) -> datetime:
    """Accept the items and answer when the first answer to each is due."""
    async with ground.sessions.begin() as session:
        standing = await documents.published(session, "process", "question")
        assert standing is not None
        limit = {"normal": f"{int(_SET_UP.total_seconds() // 60)}m"}
        first, *others = standing["body"]["steps"]
        first = {**first, "assign": "manual", "respond": {}, "limit": {}, "escalate": []}
        body = {**standing["body"], "clocks": {"first_response": limit}, "steps": [first, *others]}
        await documents.publish(session, "process", "question", body, "bench")
    received = datetime.now(UTC).replace(microsecond=0)
    for _ in range(0, _LOOPS, 500):
        async with ground.sessions.begin() as session:
            for _ in range(500):
                await _accept(session, received)
    return received + _SET_UP


async def _accept(session: Session, received: datetime) -> None:
    id_ = new_id()
    item = {"id": id_, "source": "bench", "idempotency_key": str(id_), "argument_hash": "-", "channel": "app"}
    item |= {"text": _TEXT, "language": "zh-CN", "search_keys": search_keys(_TEXT), "received_at": received}
    await acceptance.accept(session, item, "integration:bench")


def _waiting() -> Any:
    return select(func.count()).where(feedback.c.step.is_not(None))


def _breached() -> Any:
    return select(func.count()).where(event.c.kind == "breached")


async def _counted(ground: Ground, counting: Any, wanted: int) -> bool:
    async with ground.sessions.connect() as session:
        return int((await session.execute(counting)).scalar_one()) >= wanted


async def _until(done: Callable[[], Awaitable[bool]]) -> None:
    until = perf_counter() + _MOST_SECONDS
    while not await done():
        if perf_counter() > until:
            raise TimeoutError(f"not done within {_MOST_SECONDS} s")
        await asyncio.sleep(_LOOK_SECONDS)


async def _drained(ground: Ground, due: datetime) -> float:
    """Loops a second, from the deadline until the last was written."""
    async with ground.sessions.connect() as session:
        last = (await session.execute(select(func.max(event.c.recorded_at)).where(event.c.kind == "breached"))).scalar()
    assert last is not None
    return _LOOPS / float((last - due).total_seconds())


async def _told(ground: Ground, due: datetime, empty: _Sizes, full: _Sizes) -> str:
    async with ground.sessions.connect() as session:
        exact = select(func.count()).where(clock.c.breached_at == due)
        late = func.extract("epoch", event.c.at - due)
        spread = select(func.count(), func.min(late), func.max(late)).where(event.c.kind == "breached")
        quantiles = select(*(func.percentile_cont(share).within_group(late) for share in (0.5, 0.9, 0.99)))
        right = (await session.execute(exact)).scalar_one()
        number, first, last = (await session.execute(spread)).one()
        half, most, nearly = (await session.execute(quantiles.where(event.c.kind == "breached"))).one()
        fullest, latest = (await session.execute(_PLANNED)).one()
    waiting = {name: getattr(full, name) - getattr(empty, name) for name in ("worker", "temporal", "history", "rows")}
    a_loop = ", ".join(f"{name} {size / _LOOPS / 1024:.1f} KiB" for name, size in waiting.items())
    return (
        f"{number:,} breaches, {right:,} of them stored at the exact second, {'none' if first >= 0 else 'SOME'} early. "
        f"By a hash each was to act within {latest:.1f} s; of ten equal parts of that time the fullest has "
        f"{fullest / number:.1%} of them. "
        f"They were acted on {first:.1f} to {last:.1f} s after their deadline: half by {half:.1f} s, 90 % by "
        f"{most:.1f} s, 99 % by {nearly:.1f} s. "
        f"A waiting loop takes: {a_loop} (the worker keeps 1,000 of them in memory; its resident memory grew by "
        f"{waiting['worker'] / _MIB:.0f} MiB)."
    )


async def _sizes(ground: Ground, worker: int) -> _Sizes:
    async with ground.sessions.connect() as session:
        rows = (await session.execute(text("SELECT pg_database_size(current_database())"))).scalar_one()
    files = [file.stat().st_size for file in ground.settings.var.rglob("temporal*") if file.is_file()]
    return _Sizes(_resident(worker), _resident(ground.temporal_pid), sum(files), int(rows))


def _resident(pid: int) -> int:
    """Resident memory of a process in bytes (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


async def _timers(ground: Ground) -> float:
    """Timer workflows ended a second, from their deadline until the last."""
    client = await connect(ground.temporal_address, lazy=False)
    due = datetime.now(UTC).replace(microsecond=0) + _TIMERS_SET_UP
    async with AsyncExitStack() as stack:
        script = str(Path(__file__).with_name("timers.py"))
        await stack.enter_async_context(running(script, ground.temporal_address))
        handles = iter([f"timer/{number}" for number in range(_LOOPS)])

        async def start() -> None:
            for id_ in handles:
                await client.start_workflow(TIMER, due, id=id_, task_queue=QUEUE)

        await asyncio.gather(*(start() for _ in range(_STARTS_AT_ONCE)))
        await _until(lambda: _all_wait(client))
        if datetime.now(UTC) >= due:
            raise TimeoutError(f"more than {_TIMERS_SET_UP} are needed to start the timers")
        await _until(lambda: _ended(client))
    return _LOOPS / (datetime.now(UTC) - due).total_seconds()


async def _all_wait(client: Client) -> bool:
    """Whether nothing is left for the worker to begin."""
    queue = TaskQueue(name=QUEUE)
    asked = DescribeTaskQueueRequest(namespace=client.namespace, task_queue=queue, report_stats=True)
    asked.task_queue_type = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    return (await client.workflow_service.describe_task_queue(asked)).stats.approximate_backlog_count == 0


async def _ended(client: Client) -> bool:
    counted = await client.count_workflows(f"WorkflowType = '{TIMER}' AND ExecutionStatus = 'Completed'")
    return counted.count >= _LOOPS
