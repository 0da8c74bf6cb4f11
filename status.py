"""How an installation stands, in numbers: what ``voxloop status`` prints and ``voxloop up`` shows."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from rich.table import Table

from voxloop.domain.feedback import Stage
from voxloop.domain.linked import LinkedState
from voxloop.domain.texts import say
from voxloop.store import deadlines, feedback, linked_items, messages, outbox
from voxloop.store.sessions import Sessions
from voxloop.workflows.client import Loops

_log = logging.getLogger(__name__)
_COUNT_SECONDS = 5
_THROUGHPUT_SECONDS = 60


@dataclass(frozen=True)
class Status:
    """Counts. ``loops`` are Temporal's, by execution status (none while it is away); ``outbox``: commands that wait."""

    by_stage: dict[str, int]
    loops: dict[str, int]
    outbox: int
    overdue: int
    receipts: dict[str, int]
    linked_items: dict[str, int]

    def as_json(self) -> dict[str, object]:
        """``{"items": {"by_stage": {}}, ...}``: each other count stands under its own name."""
        counts = dict(vars(self))
        return {"items": {"by_stage": counts.pop("by_stage")}, **counts}


async def read_status(sessions: Sessions, loops: Loops) -> Status:
    """The numbers now."""
    counted = await _count_loops(loops)
    async with sessions.begin() as session:
        return Status(
            by_stage=await feedback.count_by_stage(session),
            loops=counted,
            outbox=await outbox.count(session),
            overdue=await feedback.count_overdue(session),
            receipts=await messages.count_receipts(session),
            linked_items=await linked_items.count_by_state(session),
        )


async def count_due(sessions: Sessions, scale: float) -> int:
    """How many items become overdue within an hour, where an hour passes ``scale`` times as fast."""
    async with sessions.begin() as session:
        return await deadlines.count_due(session, datetime.now(UTC) + timedelta(hours=1) / scale)


async def _count_loops(loops: Loops) -> dict[str, int]:
    try:
        return await asyncio.wait_for(loops.count(), _COUNT_SECONDS)
    except Exception as error:  # whatever is down: the other numbers are still wanted
        _log.warning("Temporal does not count its loops: %s", error)
        return {}


@dataclass
class Throughput:
    """Items received and closed per minute, over the last minute."""

    _seen: deque[tuple[float, int, int]] = field(default_factory=deque)

    def see(self, status: Status) -> tuple[int, int]:
        """The two numbers, now that ``status`` is how things stand."""
        now, received = time.monotonic(), sum(status.by_stage.values())
        closed = status.by_stage.get(Stage.CLOSED, 0)
        self._seen.append((now, received, closed))
        while now - self._seen[0][0] > _THROUGHPUT_SECONDS:
            self._seen.popleft()
        began, received_then, closed_then = self._seen[0]
        minutes = max(now - began, 1) / 60
        return round((received - received_then) / minutes), round(max(closed - closed_then, 0) / minutes)


@dataclass(frozen=True)
class Picture:
    """Everything that is shown, and in which language; what is None or empty is left out."""

    status: Status
    language: str
    due_soon: int | None = None
    throughput: tuple[int, int] | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)

    def lines(self) -> list[tuple[str, str]]:
        """Pairs of a label and its words."""
        status = self.status
        stages = {self._say(f"stage.{stage}"): status.by_stage.get(stage, 0) for stage in Stage}
        states = {self._say(f"linked_state.{state}"): status.linked_items.get(state, 0) for state in LinkedState}
        rows = {
            "stages": _words(stages),
            "overdue": str(status.overdue),
            **self._passing(),
            "loops": _words(dict(sorted(status.loops.items()))),
            "outbox": str(status.outbox),
            "receipts": _words(dict(sorted(status.receipts.items()))),
            "linked_items": _words(states),
        }
        return [(self._say(f"status.{key}"), words) for key, words in {**rows, **self.addresses}.items()]

    def _passing(self) -> dict[str, str]:
        """What only somebody who keeps looking can tell."""
        shown = {} if self.due_soon is None else {"due_soon": str(self.due_soon)}
        if self.throughput is not None:
            received, closed = self.throughput
            words = f"{received} {self._say('status.received')}, {closed} {self._say('status.closed')}"
            shown["throughput"] = words
        return shown

    def table(self) -> Table:
        """For a terminal that can be drawn on."""
        drawn = Table(title=self._say("status.title"), show_header=False, title_justify="left")
        for label, words in self.lines():
            drawn.add_row(label, words)
        return drawn

    def line(self) -> str:
        """For everything else: one line, without the addresses, which do not change."""
        return " | ".join(f"{label} {words}" for label, words in replace(self, addresses={}).lines())

    def _say(self, key: str) -> str:
        return say(self.language, key)


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "0"
