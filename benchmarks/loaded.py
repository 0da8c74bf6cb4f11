"""What a published version takes: ``loaded.py RULES`` loads sets of that size, decides by each, and prints MB a set."""

import os
import sys
from pathlib import Path
from statistics import median

from voxloop.benchmarks.rule_sets import items, rule_set
from voxloop.rules.engine import Engine

_LOADED = 5


def main() -> None:
    """Print the median of what each set added."""
    rules, asked = rule_set(int(sys.argv[1])), items(200)
    kept, added, before = [], [], _resident()
    for _ in range(_LOADED):
        engine = Engine(rules)
        for facts in asked:
            engine.fired(facts)
        kept.append(engine)
        added.append(_resident() - before)
        before = _resident()
    print(f"{median(added):.1f}")


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
