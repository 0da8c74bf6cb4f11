"""Deciding an item by rule sets of growing size: what the engine takes, against others and against a limit.

The limit is the rule set as one compiled Python function. Others are zen-engine and business-rules. All must fire the
same rules for every item before anything is measured. It all happens in this process; nothing else is needed.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from subprocess import PIPE
from time import perf_counter

from voxloop.benchmarks.as_business_rules import BusinessRules
from voxloop.benchmarks.as_function import as_function
from voxloop.benchmarks.as_zen import AllInOne, OneByOne
from voxloop.benchmarks.measure import Comparison, Section, Variant, in_turns, table
from voxloop.benchmarks.rule_sets import items, rule_set
from voxloop.domain.rules import RuleSet
from voxloop.rules.engine import Engine
from voxloop.rules.evaluator import fired

Item = dict[str, object]
Decide = Callable[[Item], list[str]]
Times = Mapping[str, Sequence[float]]

_OURS, _FUNCTION = "ours", "Python function"
_ZEN, _ZEN_IN_ONE = "zen-engine, rule by rule", "zen-engine, all in one"
_WAYS: Mapping[str, Callable[[RuleSet], Decide]] = {
    _FUNCTION: as_function,
    _OURS: lambda rules: Engine(rules).fired,
    _ZEN_IN_ONE: lambda rules: AllInOne(rules).fired,
    _ZEN: lambda rules: OneByOne(rules).fired,
    "business-rules": lambda rules: BusinessRules(rules).fired,
}
# Items for each number of rules, so that no way takes long for one round.
_SIZES = {20: 200, 100: 200, 500: 50, 2_000: 20}
_ROUNDS, _SECONDS = 7, 0.05


async def measure() -> Section:
    """Sets of all sizes, without patterns and with."""
    plain = {size: await _times(size, patterns=False) for size in _SIZES}
    mixed = {size: await _times(size, patterns=True) for size in _SIZES}
    compared = [
        *(_compared(100, plain, "") + _compared(500, plain, "")),
        *(_compared(100, mixed, ", patterns") + _compared(500, mixed, ", patterns")),
    ]
    how = (
        "Items of 20 facts, one a Chinese text of 60 characters; rules of 2 to 4 conditions, of which 3 in 100 are"
        f" patterns where it says so. {_ROUNDS} rounds; all fire the same rules."
    )
    memory = ", ".join([f"{await _memory(size)} MB with {size:,} rules" for size in _SIZES])
    room = median(plain[100][_ZEN_IN_ONE]) / median(plain[100][_FUNCTION])
    more = [
        _grown(plain, "µs an item"),
        _grown(mixed, "with patterns"),
        f"At 100 rules without patterns, {_ZEN_IN_ONE}, takes {room:.1f} times as long as the Python function.",
        f"A published version takes {memory}.",
    ]
    return Section("Deciding", how, compared, "\n\n".join(more))


async def _times(size: int, patterns: bool) -> Times:
    rules, asked = rule_set(size, patterns), items(_SIZES[size])
    ways = {name: way(rules) for name, way in _WAYS.items()}
    _check_same(rules, asked, ways)
    return await in_turns({name: _timed(decide, asked) for name, decide in ways.items()}, _ROUNDS)


def _check_same(rules: RuleSet, asked: Sequence[Item], ways: Mapping[str, Decide]) -> None:
    for facts in asked:
        expected = fired(rules, facts)
        for name, decide in ways.items():
            if decide(facts) != expected:
                raise RuntimeError(f"{name} decides otherwise: {decide(facts)} instead of {expected} for {facts}")


def _timed(decide: Decide, asked: Sequence[Item]) -> Variant:
    async def microseconds() -> float:
        began, rounds = perf_counter(), 0
        while not rounds or perf_counter() - began < _SECONDS:
            for facts in asked:
                decide(facts)
            rounds += 1
        return (perf_counter() - began) * 1e6 / (rounds * len(asked))

    return microseconds


def _compared(size: int, times: Mapping[int, Times], mix: str) -> list[Comparison]:
    given = times[size]
    rates = {name: [1e6 / time for time in given[name]] for name in (_OURS, _ZEN, _ZEN_IN_ONE)}
    aim = 8 if size == 100 else 7
    compared = [
        Comparison(f"{size} rules{mix}", zen, "items/s", rates[_OURS], rates[zen], aim) for zen in (_ZEN, _ZEN_IN_ONE)
    ]
    if size == 100:
        against = given[_OURS], given[_FUNCTION]
        compared.insert(0, Comparison(f"{size} rules{mix}", _FUNCTION, "µs/item", *against, 5, less_is_better=True))
    return compared


def _grown(times: Mapping[int, Times], corner: str) -> str:
    head = [f"| {corner} | {' | '.join(f'{size:,} rules' for size in times)} |", f"|---|{'--:|' * len(times)}"]
    rows = [f"| {name} | {' | '.join(f'{median(given[name]):,.3g}' for given in times.values())} |" for name in _WAYS]
    return "\n".join(head + rows)


async def _memory(size: int) -> str:
    script = str(Path(__file__).with_name("loaded.py"))
    child = await asyncio.create_subprocess_exec(sys.executable, "-P", script, str(size), stdout=PIPE)
    said, _ = await child.communicate()
    return said.decode().strip()


if __name__ == "__main__":
    section = asyncio.run(measure())
    print(section.how, table(section.comparisons), section.more, sep="\n\n")
