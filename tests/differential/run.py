"""``make differential``: engine and reference decide the same, over thousands of random rule sets and a million items.

The sets are tried in child processes, a new one for each hundred, since what the engine leaks of a deleted set adds
up, and each with a time limit, so that a hang is seen. Exit code 1 when anything differs, hangs, crashes or grows.
"""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

_CHILDREN, _SETS, _ITEMS = 20, 100, 100
_MILLION = 1_000_000
_SECONDS = 600
_GROWTH = 2.0
_RANDOM_SETS = Path(__file__).parents[1] / "rules" / "random_sets.py"
_ONE_VERSION = Path(__file__).with_name("million.py")


def main() -> int:
    """Run both parts and print what was seen."""
    began = time.monotonic()
    agreed, flat = _agreed(), _flat()
    print(f"took {time.monotonic() - began:.0f} s")
    return 0 if agreed and flat else 1


def _agreed() -> bool:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        children = list(pool.map(_random_sets, range(1, _CHILDREN + 1)))
    decisions, fired = (sum(child.get(name, 0) for child in children) for name in ("decisions", "rules_fired"))
    different = [one for child in children for one in child.get("different", ())]
    ended = [child["ended"] for child in children if "ended" in child]
    print(f"{_CHILDREN * _SETS:,} random sets: {decisions:,} decisions, {fired:,} rules fired")
    print(
        f"different: {len(different)}, hung or crashed: {len(ended)}", *different[:3], *ended[:3], sep="\n", flush=True
    )
    return not different and not ended


def _random_sets(seed: int) -> dict[str, Any]:
    return _child(_RANDOM_SETS, str(seed), str(_SETS), str(_ITEMS))


def _flat() -> bool:
    seen = _child(_ONE_VERSION, str(_MILLION))
    if "ended" in seen:
        print(seen["ended"])
        return False
    memory = ", ".join(f"{megabytes:.1f} MB after {count}" for count, megabytes in seen["resident"].items())
    print(f"one version: {seen['decisions']:,} items, all different, every hundredth decided by both")
    print(f"different: {seen['wrong']}; {memory}")
    early, late = seen["resident"].values()
    return bool(seen["wrong"] == 0 and late - early < _GROWTH)


def _child(script: Path, *arguments: str) -> dict[str, Any]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(script), *arguments]
    try:
        child = subprocess.run(command, env=environment, stdout=subprocess.PIPE, timeout=_SECONDS, check=True)
    except subprocess.SubprocessError as error:
        return {"ended": str(error)}
    seen: dict[str, Any] = json.loads(child.stdout)
    return seen


if __name__ == "__main__":
    sys.exit(main())
