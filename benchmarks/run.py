"""``make bench``: all benchmarks on a fresh installation, printed and written to ``RESULTS.md``.

``run.py [accept] [intake] [handled] [list_query] [backtests] [what_if] [decisions] [herd]``: only those, and
written only with ``--write``. What takes long (``make herd``) is measured only when it is named.
"""

import argparse
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from voxloop.benchmarks import accept, backtests, decisions, handled, herd, intake, list_query, what_if
from voxloop.benchmarks.ground import Ground, prepared
from voxloop.benchmarks.measure import Section, machine, table

_ON_GROUND: Mapping[str, Callable[[Ground], Awaitable[Section]]] = {
    "accept": accept.measure,
    "intake": intake.measure,
    "handled": handled.measure,
    "list_query": list_query.measure,
    "backtests": backtests.measure,
    "what_if": what_if.measure,
}
_ALONE: Mapping[str, Callable[[], Awaitable[Section]]] = {"decisions": decisions.measure}
_LONG: Mapping[str, Callable[[Ground], Awaitable[Section]]] = {"herd": herd.measure}
_ALL = (*_ON_GROUND, *_ALONE)
_SECTION = "\n\n## "
_RESULTS = Path(__file__).with_name("RESULTS.md")
_HEAD = """# Results of `make bench`

{machine}

Everything runs on this one machine over loopback: clients, servers, PostgreSQL and Temporal share its cores. So times
mean little; ratios are of ways measured in turns (A B B A ...) in one run, and told are medians of the rounds.
"""


def main() -> int:
    """Run what is named, else all but what takes long."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    parser = argparse.ArgumentParser(description=__doc__)
    known = (*_ALL, *_LONG)
    parser.add_argument(
        "benchmark", nargs="*", help=f"one or more of {', '.join(known)}; {', '.join(_ALL)} without any"
    )
    parser.add_argument("--write", action="store_true", help="put what is named into RESULTS.md")
    given = parser.parse_args()
    if unknown := set(given.benchmark) - set(known):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    head = _HEAD.format(machine=machine())
    print(head, flush=True)
    for name in given.benchmark or _ALL:
        told = uvloop.run(_told(name))
        print(told, flush=True)
        if given.write or not given.benchmark:
            _keep(head, told)
    return 0


def _keep(head: str, told: str) -> None:
    """Put a section into the results, in the place of the one of that title, if there is one."""
    old = _RESULTS.read_text("utf-8") if _RESULTS.exists() else head
    sections = {section.partition("\n")[0]: section for section in old.split(_SECTION)[1:]}
    sections[told.removeprefix("## ").partition("\n")[0]] = told.removeprefix("## ")
    parts = (part.rstrip("\n") for part in (head, *sections.values()))
    _RESULTS.write_text(_SECTION.join(parts) + "\n", "utf-8")


async def _told(name: str) -> str:
    section = await (_ALONE[name]() if name in _ALONE else _on_ground(name))
    more = f"\n{section.more}\n" if section.more else ""
    measured = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    return f"## {section.title}\n{section.how} ({measured} UTC)\n\n{table(section.comparisons)}\n{more}"


async def _on_ground(name: str) -> Section:
    async with prepared() as ground:
        return await {**_ON_GROUND, **_LONG}[name](ground)


if __name__ == "__main__":
    sys.exit(main())
