"""Everything at once: worker, server, PostgreSQL and Temporal killed and stopped, alone and together, at random."""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from voxloop.tests.chaos.processes import Installation

TARGETS = ("worker", "server", "postgres", "temporal")
_CALM_SECONDS = (4, 10)
_STOP_SECONDS = (3, 15)


async def storm(house: Installation, seconds: float, seed: int) -> Counter[str]:
    """Strike again and again for so long; answers how often each target was struck how, and how many at once."""
    dice = random.Random(seed)
    struck: Counter[str] = Counter()
    ends = time.monotonic() + seconds
    for targets in _strikes(dice):
        await asyncio.sleep(dice.uniform(*_CALM_SECONDS))
        if time.monotonic() > ends:
            return struck
        struck[f"{len(targets)} at once"] += 1
        await asyncio.gather(*(_strike(house, target, dice, struck) for target in targets))
    raise AssertionError("the strikes never end")


def _strikes(dice: random.Random) -> Iterator[Sequence[str]]:
    """Every set of targets in random order, each alone twice; then again."""
    alone = [(target,) for target in TARGETS]
    sets = [*alone, *(each for size in range(1, 5) for each in itertools.combinations(TARGETS, size))]
    while True:
        yield from dice.sample(sets, len(sets))


async def _strike(house: Installation, target: str, dice: random.Random, struck: Counter[str]) -> None:
    if dice.random() < 0.5:
        struck[f"kill -9 of {target}"] += 1
        house.kill_target(target)
        return
    struck[f"SIGSTOP of {target}"] += 1
    with house.stopped(target):
        await asyncio.sleep(dice.uniform(*_STOP_SECONDS))
