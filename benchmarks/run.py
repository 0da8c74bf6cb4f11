"""``make bench``: all benchmarks on a fresh installation, printed and written to ``RESULTS.md``.

``run.py [accept] [intake] [handled] [list_query] [backtests] [decisions]``: only those, and nothing is written.
"""

import argparse
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from voxloop.benchmarks import accept, backtests, decisions, handled, intake, list_query
from voxloop.benchmarks.ground import Ground, prepared
from voxloop.benchmarks.measure import Section, machine, table

_ON_GROUND: Mapping[str, Callable[[Ground], Awaitable[Section]]] = {
    "accept": accept.measure,
    "intake": intake.measure,
    "handled": handled.measure,
    "list_query": list_query.measure,
    "backtests": backtests.measure,
}
_ALONE: Mapping[str, Callable[[], Awaitable[Section]]] = {"decisions": decisions.measure}
_ALL = (*_ON_GROUND, *_ALONE)
_RESULTS = Path(__file__).with_name("RESULTS.md")
_HEAD = """# Results of `make bench`

{date} UTC. {machine}

Everything runs on this one machine over loopback: clients, servers, PostgreSQL and Temporal share its cores. So times
mean little; ratios are of ways measured in turns (A B B A ...) in one run, and told are medians of the rounds.
"""


def main() -> int:
    """Run what is named, else all."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmark", nargs="*", help=f"one or more of {', '.join(_ALL)}; all when none is named")
    names = parser.parse_args().benchmark
    if unknown := set(names) - set(_ALL):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    text = _HEAD.format(date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M"), machine=machine())
    print(text, flush=True)
    for name in names or _ALL:
        told = uvloop.run(_told(name))
        print(told, flush=True)
        text += f"\n{told}"
    if not names:
        _RESULTS.write_text(text, "utf-8")
    return 0


async def _told(name: str) -> str:
    section = await (_ALONE[name]() if name in _ALONE else _on_ground(name))
    more = f"\n{section.more}\n" if section.more else ""
    return f"## {section.title}\n{section.how}\n\n{table(section.comparisons)}\n{more}"


async def _on_ground(name: str) -> Section:
    async with prepared() as ground:
        return await _ON_GROUND[name](ground)


if __name__ == "__main__":
    sys.exit(main())
