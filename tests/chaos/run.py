"""``make chaos``: breaks an installation of real processes on this machine in five ways and counts what is left.

``run.py [killed] [without-temporal] [stalled] [at-random] [escalated]``: only those. Exit code 1 when a count is wrong.
"""

import argparse
import asyncio
import sys
import time

from voxloop.tests.chaos.scenarios import SCENARIOS, Outcome


def main() -> int:
    """Run the scenarios and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="*", help=f"one or more of {', '.join(SCENARIOS)}; all when none is named")
    names = parser.parse_args().scenario or list(SCENARIOS)
    if unknown := set(names) - set(SCENARIOS):
        parser.error(f"no scenario {', '.join(sorted(unknown))}")
    outcomes = [_run(name) for name in names]
    wrong = sum(not check.holds for outcome in outcomes for check in outcome.checks)
    held = sum(check.holds for outcome in outcomes for check in outcome.checks)
    print(f"\n{held} passed, {wrong} failed")
    return 1 if wrong else 0


def _run(name: str) -> Outcome:
    began = time.monotonic()
    print(f"\n{name}: {SCENARIOS[name].__doc__}", flush=True)
    outcome = asyncio.run(SCENARIOS[name]())
    for check in outcome.checks:
        verdict = "ok " if check.holds else "BAD"
        wanted = "" if check.holds else f" instead of {check.wanted}: {check.example}"
        print(f"  {verdict} {check.found:>5}  {check.name}{wanted}")
    for remark, value in outcome.remarks.items():
        print(f"      {remark}: {value}")
    print(f"      took {time.monotonic() - began:.0f} s", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
