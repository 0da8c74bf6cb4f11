"""Items that nobody touches, from their start until they are closed, against workflows that return at once.

Each has one worker process with the same sandbox and the same slots. Ours takes six turns, a transaction each:
acknowledged, classified, decided by the starter's rules, thanked, chosen, closed, with two messages on their way out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from temporalio.client import Client, WorkflowHandle

from voxloop.analysis.search_keys import search_keys
from voxloop.benchmarks.accept import submission
from voxloop.benchmarks.empty import EMPTY, QUEUE
from voxloop.benchmarks.ground import Ground, running
from voxloop.benchmarks.measure import Comparison, Section, in_turns
from voxloop.domain.feedback import Stage
from voxloop.domain.identity import new_id
from voxloop.store import acceptance, feedback, outbox
from voxloop.store.sessions import Session
from voxloop.workflows.client import Loops, connect

_ITEMS, _AT_ONCE, _ROUNDS = 60, 16, 3
_LOOK_SECONDS = 0.02
_MOST_COMMANDS = 1000
_MOST_SECONDS = 120


async def measure(ground: Ground) -> Section:
    """Closed items against ended workflows, a second."""
    client = await connect(ground.temporal_address, lazy=False)
    script = str(Path(__file__).with_name("empty.py"))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(ground.worker())
        await stack.enter_async_context(running(script, ground.temporal_address))
        variants = {"ours": lambda: _close_items(ground, client), "empty": lambda: _run_empty(client)}
        rates = await in_turns(variants, _ROUNDS)
    how = f"{_ITEMS} items a round, started {_AT_ONCE} at once, {_ROUNDS} rounds; both with their starts."
    compared = [Comparison("items closed", "empty workflow", "items/s", rates["ours"], rates["empty"], 0.7)]
    return Section("Handled without a person, until closed", how, compared)


async def _close_items(ground: Ground, client: Client) -> float:
    items = await _accepted(ground)
    loops = Loops(client)
    began = perf_counter()
    await _at_once([lambda item=item: loops.start_loop(item) for item in items])  # type: ignore[misc]
    await _until(lambda: _none_open(ground))
    return _ITEMS / (perf_counter() - began)


async def _accepted(ground: Ground) -> list[str]:
    """Items that stand accepted, their loops not yet started."""
    items = []
    async with ground.sessions.begin() as session:
        for _ in range(_ITEMS):
            given = submission()
            text, now = str(given["text"]), datetime.now(UTC)
            item = {name: given[name] for name in ("channel", "rating", "nps", "batch", "region")}
            item |= {"id": new_id(), "source": "bench", "idempotency_key": given["key"], "argument_hash": "-"}
            item |= {
                "text": text,
                "language": "zh-CN",
                "search_keys": search_keys(text),
                "received_at": now,
            }
            await acceptance.accept(session, item, "integration:bench")
            items.append(str(item["id"]))
        await _forget_starts(session)
    return items


async def _forget_starts(session: Session) -> None:
    """Take these items' start commands from the outbox; what else the loops before have put there is carried later."""
    rows = await outbox.claim(session, _MOST_COMMANDS)
    starts = [row["id"] for row in rows if row["command"] == "start_loop"]
    await outbox.done(session, starts)
    await outbox.postpone(session, [row["id"] for row in rows if row["id"] not in starts])


async def _none_open(ground: Ground) -> bool:
    async with ground.sessions.connect() as session:
        stages = await feedback.count_by_stage(session)
    return set(stages) == {Stage.CLOSED}


async def _run_empty(client: Client) -> float:
    handles: list[WorkflowHandle[Any, Any]] = []

    async def start() -> None:
        item = str(new_id())
        handles.append(await client.start_workflow(EMPTY, {"item": item}, id=f"empty/{item}", task_queue=QUEUE))

    began = perf_counter()
    await _at_once([start] * _ITEMS)
    async with asyncio.timeout(_MOST_SECONDS):
        await asyncio.gather(*(handle.result() for handle in handles))
    return _ITEMS / (perf_counter() - began)


async def _at_once(starts: Sequence[Callable[[], Awaitable[object]]]) -> None:
    waiting = iter(starts)

    async def work() -> None:
        for start in waiting:
            await start()

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


async def _until(done: Callable[[], Awaitable[bool]]) -> None:
    until = perf_counter() + _MOST_SECONDS
    while not await done():
        if perf_counter() > until:
            raise TimeoutError(f"not done within {_MOST_SECONDS} s")
        await asyncio.sleep(_LOOK_SECONDS)
