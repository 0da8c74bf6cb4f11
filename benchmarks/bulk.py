"""``make bulk``: one act on many running items, whose worker is killed in the middle, and each of them acted on once.

Prints items a second, and beside them what the loops give to as many callers that act on single items.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from time import perf_counter
from uuid import UUID

import uvloop
from sqlalchemy import func, select

from voxloop import bulk
from voxloop.acts import Asked, Wish, perform
from voxloop.analysis.search_keys import search_keys
from voxloop.benchmarks.ground import Ground, prepared
from voxloop.benchmarks.measure import machine
from voxloop.bulk import Many
from voxloop.domain.identity import new_id
from voxloop.domain.loop import Verb
from voxloop.domain.operations import MOST_ITEMS
from voxloop.domain.viewer import Role, Viewer
from voxloop.reception import Parts
from voxloop.store import acceptance, bulks
from voxloop.store.item_tables import event, feedback
from voxloop.store.listing import Wanted
from voxloop.workflows.client import Loops, connect
from voxloop.workflows.relay import Relay

_MANAGER = Viewer("bench", "bench", Role.MANAGER)
_TEXT = "扫地机充不进电，打不开"
_SINGLE, _AT_ONCE = 500, 10
_LOOK_SECONDS, _MOST_SECONDS = 0.5, 7_200


async def measure(ground: Ground, number: int) -> None:
    """Let so many items come in, act on some of them singly, then on all together."""
    loops = Loops(await connect(ground.temporal_address, lazy=False))
    parts = Parts(ground.sessions, loops, Relay(ground.sessions, loops))
    async with ground.worker():
        items = await _handed_in(ground, number)
        began = perf_counter()
        await _until(lambda: _count(ground, feedback.c.step.is_not(None)), number)
        print(f"{number} items stand at a step: {number / (perf_counter() - began):.0f}/s", flush=True)
        began, some = perf_counter(), items[:_SINGLE]
        await _acted(parts, some)
        print(f"acts on single items, {_AT_ONCE} at once: {len(some) / (perf_counter() - began):.0f}/s", flush=True)
    run = await bulk.start(parts, _MANAGER, Many(Wanted()), Asked(_tag("bulk"), "bulk"))
    began = perf_counter()
    async with ground.worker() as process:
        await _until(lambda: _done(ground, run["id"]), number // 2)
        first = perf_counter() - began
        os.kill(process, signal.SIGKILL)
    killed = await _done(ground, run["id"])
    began = perf_counter()
    async with ground.worker():
        await _until(lambda: _done(ground, run["id"]), number)
    rest = perf_counter() - began
    print(f"bulk: the first {number // 2} in {first:.0f} s: {number // 2 / first:.0f}/s", flush=True)
    left = number - killed
    print(f"after SIGKILL at {killed}, the start of a new worker included: {left / rest:.0f}/s", flush=True)
    tagged = await _count(ground, feedback.c.tags.contains(["bulk"]))
    events = await _events(ground)
    print(f"tagged {tagged} of {number}; events “tagged” {events - len(some)}: each once", flush=True)


async def _handed_in(ground: Ground, number: int) -> list[UUID]:
    items = [new_id() for _ in range(number)]
    for start in range(0, number, 500):
        async with ground.sessions.begin() as session:
            for item in items[start : start + 500]:
                await acceptance.accept(session, _item(item), "integration:bench")
    return items


def _item(id_: UUID) -> dict[str, object]:
    return {
        "id": id_,
        "source": "bench",
        "idempotency_key": str(id_),
        "argument_hash": "-",
        "text": f"{_TEXT} {id_}",
        "language": "zh-CN",
        "channel": "app",
        "scenario": "defect",
        "search_keys": search_keys(_TEXT),
        "received_at": datetime.now(UTC),
    }


async def _acted(parts: Parts, items: Iterable[UUID]) -> None:
    waiting = iter(items)

    async def work() -> None:
        for item in waiting:
            await perform(parts, _MANAGER, item, Asked(_tag("single"), "single"))

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


def _tag(tag: str) -> Wish:
    return Wish(Verb.ADD_TAG, {"tag": tag})


async def _count(ground: Ground, which: object) -> int:
    async with ground.sessions.connect() as session:
        return int((await session.execute(select(func.count()).where(which))).scalar_one())  # type: ignore[arg-type]


async def _events(ground: Ground) -> int:
    return await _count(ground, event.c.kind == "tagged")


async def _done(ground: Ground, id_: UUID) -> int:
    async with ground.sessions.connect() as session:
        row = await bulks.get(session, id_)
    assert row is not None
    return int(row["done"])


async def _until(count: Callable[[], Awaitable[int]], number: int) -> None:
    until = perf_counter() + _MOST_SECONDS
    while await count() < number:
        if perf_counter() > until:
            raise TimeoutError(f"not done within {_MOST_SECONDS} s")
        await asyncio.sleep(_LOOK_SECONDS)


async def _main(number: int) -> None:
    print(machine(), flush=True)
    async with prepared() as ground:
        await measure(ground, number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=MOST_ITEMS)
    uvloop.run(_main(parser.parse_args().items))
