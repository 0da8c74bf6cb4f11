"""``make fairness``: 10,000 items over 20 people with different capacity, by the real activities on a real PostgreSQL.

Items flow in eight at once and are completed as fast as people have room for them. In the middle one of the busiest is
away for a while, hands over what she has, and comes back. Prints each person's share beside the share of her capacity,
how evenly people were filled, and whether each choice is explained; exits with 1 when a stated bound is missed.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from voxloop.embedded import postgres_wheel
from voxloop.settings import read_settings
from voxloop.store import schema
from voxloop.store.sessions import open_sessions
from voxloop.tests.fairness.office import Office
from voxloop.tests.stock import stock
from voxloop.worker import assemble

ITEMS, PEOPLE, A_ROUND, SHARE = 10_000, 20, 100, 0.25
AWAY = "person_20"
# Of everybody: her share of the items for her share of the capacity; and in any round, what she has for her capacity
# beside the mean of all, where one item more or less of the smallest capacity makes the difference.
MOST_OFF, MOST_UNEVEN = 0.15, 0.20


async def play(office: Office, items: int) -> tuple[list[float], dict[str, int]]:
    """Let so many items flow through; answers how unevenly people were filled by each round, and what absence moved."""
    process = await office.found()
    uneven, moved = [], {}
    rounds = items // A_ROUND
    for number in range(rounds):
        if number == rounds // 2:
            moved["had"] = office.loads()[AWAY]
            await office.leave(AWAY, timedelta(minutes=10 * (rounds // 5)))
            moved["kept"] = office.loads()[AWAY]
            left, moved["given_while_away"] = office.now, 0
        await office.enter(await office.accept(process, A_ROUND))
        if number in range(rounds // 2, rounds // 2 + rounds // 5):
            moved["given_while_away"] = (await office.given(left)).get(AWAY, 0)
        elif number > 10 and number not in range(rounds // 2, rounds // 2 + rounds // 5 + 5):
            uneven.append(_unevenness(list(office.filled().values())))
        await office.work(SHARE)
    moved["given_afterwards"] = (await office.given(left)).get(AWAY, 0)
    return uneven, moved


def _unevenness(filled: Sequence[float]) -> float:
    mean = sum(filled) / len(filled)
    return max(abs(each - mean) for each in filled)


async def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="vox"))
    server = postgres_wheel()(folder)
    sessions = open_sessions(server.get_uri())
    try:
        await schema.migrate(sessions)
        async with sessions.begin() as session:
            await stock(session)
        parts = await assemble(read_settings({"VOXLOOP_VAR": str(folder / "var")}), sessions)
        capacities = {f"person_{number:02}": 5 + 2 * number for number in range(1, PEOPLE + 1)}
        return await _measure(Office(parts.means, capacities))
    finally:
        await sessions.dispose()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(office: Office) -> int:
    began = time.monotonic()
    uneven, moved = await play(office, ITEMS)
    took = time.monotonic() - began
    given, room = await office.given(), sum(office.capacities.values())
    there = {key: given.get(key, 0) for key in office.capacities if key != AWAY}
    rest = room - office.capacities[AWAY]
    off = {key: there[key] / sum(there.values()) * rest / office.capacities[key] - 1 for key in there}
    for key, capacity in office.capacities.items():
        share = f"{off[key]:+.1%} off" if key in off else "was away for a fifth of the time"
        print(f"{key}: capacity {capacity:3}, given {given.get(key, 0):5}, {share}")
    print(f"{ITEMS} items in {took:.0f} s; to nobody: {given.get(None, 0)}")
    print(f"share of items off share of capacity: at most {max(map(abs, off.values())):.1%} (bound {MOST_OFF:.0%})")
    print(f"open work for capacity off the mean: at most {max(uneven):.3f} (bound {MOST_UNEVEN})")
    print(f"absence: {moved}")
    unexplained = await office.unexplained()
    print(f"choices without a word about each: {unexplained}")
    fair = max(map(abs, off.values())) <= MOST_OFF and max(uneven) <= MOST_UNEVEN
    gone = moved["kept"] == moved["given_while_away"] == 0 < moved["given_afterwards"]
    return 0 if fair and gone and not unexplained else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
