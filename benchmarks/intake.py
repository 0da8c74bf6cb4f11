"""Intake: from the first POST until the last item's loop has started, against starting workflows and nothing else.

No worker runs, so that both end with as many open workflows that have done nothing yet.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from time import perf_counter
from uuid import uuid4

from temporalio.client import Client

from voxloop.benchmarks.accept import by_graphql, by_post, submission
from voxloop.benchmarks.ground import Ground
from voxloop.benchmarks.load import send_all
from voxloop.benchmarks.measure import Comparison, Section, in_turns
from voxloop.store import outbox
from voxloop.workflows.client import Loops, connect
from voxloop.workflows.policies import LOOPS_QUEUE

_ITEMS, _AT_ONCE, _ROUNDS = 200, 16, 5
_LOOK_SECONDS = 0.02


async def measure(ground: Ground) -> Section:
    """Both doors against ``start_workflow``."""
    client = await connect(ground.temporal_address, lazy=False)

    async def intake(requests: Callable[[], Iterator[bytes]]) -> float:
        given = list(requests())
        began = perf_counter()
        await send_all(port, given, _AT_ONCE)
        await _until_all_started(ground)
        return _ITEMS / (perf_counter() - began)

    async with ground.server() as (_, port):
        rates = await in_turns(
            {
                "submitFeedback": lambda: intake(lambda: by_graphql(ground.token, _ITEMS)),
                "POST /feedback": lambda: intake(lambda: by_post(ground.token, _ITEMS)),
                "bare": lambda: _start_bare(client),
            },
            _ROUNDS,
        )
    await _demand_loops(Loops(client), 2 * _ITEMS * (_ROUNDS + 1))
    how = f"{_ITEMS} items a round, {_AT_ONCE} at once, {_ROUNDS} rounds; until every loop is open in Temporal."
    names = ("submitFeedback", "POST /feedback")
    compared = [Comparison(name, "bare start_workflow", "starts/s", rates[name], rates["bare"], 0.8) for name in names]
    return Section("Intake with the start of the loop", how, compared)


async def _until_all_started(ground: Ground) -> None:
    """A command leaves the outbox when Temporal has taken it."""
    while True:
        async with ground.sessions.connect() as session:
            if await outbox.count(session) == 0:
                return
        await asyncio.sleep(_LOOK_SECONDS)


async def _start_bare(client: Client) -> float:
    """The same payload to workflows that nobody runs; so many starts a second."""
    waiting = iter([submission() for _ in range(_ITEMS)])

    async def start() -> None:
        for given in waiting:
            await client.start_workflow(
                "Bare", given, id=f"bare/{uuid4()}", task_queue=LOOPS_QUEUE, run_timeout=timedelta(hours=1)
            )

    began = perf_counter()
    await asyncio.gather(*(start() for _ in range(_AT_ONCE)))
    return _ITEMS / (perf_counter() - began)


async def _demand_loops(loops: Loops, wanted: int) -> None:
    """Temporal itself has to say that the loops are there; what it lists comes a moment late."""
    for _ in range(100):
        found = (await loops.count()).get("running", 0)
        if found == wanted:
            return
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{found} loops are open instead of {wanted}")
