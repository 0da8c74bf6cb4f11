"""Run in a child process: one published version decides items, all of them different. Prints one JSON line.

Usage: million.py ITEMS
"""

import json
import os
import sys
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from voxloop.benchmarks.rule_sets import items, rule_set
from voxloop.rules.engine import Engine
from voxloop.rules.evaluator import fired

_RULES = 100
_PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    wanted = int(sys.argv[1])
    rules = rule_set(_RULES)
    engine = Engine(rules)
    wrong, resident = 0, {}
    for number, facts in enumerate(islice(_different(), wanted), 1):
        decided = engine.fired(facts)
        if number % 100 == 0:
            wrong += decided != fired(rules, facts)
        if number * 10 in (wanted, wanted * 10):
            resident[f"{number:,}"] = _resident()
    print(json.dumps({"decisions": wanted, "wrong": wrong, "resident": resident}))


def _different() -> Iterator[dict[str, object]]:
    for number, facts in enumerate(cycle(items(1_000))):
        yield facts | {"text": f"{facts['text']} {number}", "batch": f"B{number}", "rating": number / 7}


def _resident() -> float:
    """Memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e6


if __name__ == "__main__":
    main()
