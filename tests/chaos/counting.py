"""Counts what is there against what should be: rows by SQL, loops by Temporal, effects in the built-in target's file.

A count that may still be on its way is asked again until it holds or the patience ends; one that shows something twice
or lost can never come right again.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy import text
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError

from voxloop.domain.loop import Plan
from voxloop.store.sessions import Row, Sessions
from voxloop.tests.chaos.load import Ledger
from voxloop.tests.integrations.mail_server import Mailbox

_LATE = timedelta(seconds=15)
_AT_ONCE = 16
_ASKED_TIMES = 3
_PAUSE_SECONDS = 2
_GONE_WRONG = ("failed", "terminated", "canceled", "timed_out")


@dataclass(frozen=True)
class Check:
    """One line of the table: how many there are of what there should be ``wanted`` of, and an example of the others."""

    name: str
    found: int
    wanted: int = 0
    example: str = ""

    @property
    def holds(self) -> bool:
        return self.found == self.wanted


_NONE = {
    "commands waiting for more than 15 s": "SELECT workflow FROM outbox WHERE created_at < now() - interval '15 s'",
    "receipts unsettled for more than 15 s": """
        SELECT key FROM receipt WHERE settled_at IS NULL AND created_at < now() - interval '15 s'""",
    "receipts perhaps sent twice, or refused": """
        SELECT key FROM receipt WHERE state IN ('perhaps_twice', 'refused') AND target <> 'smtp'""",
    "linked items not opened": """
        SELECT key FROM linked_item WHERE state = 'opening' AND changed_at < now() - interval '15 s'""",
    "linked items that differ from the register, or are not there": """
        SELECT l.key FROM linked_item l LEFT JOIN register_item r USING (key, system, state)
        WHERE r.version IS DISTINCT FROM l.peer_version AND l.changed_at < now() - interval '15 s'""",
    "loops not told of their linked item's state": """
        SELECT l.key FROM linked_item l JOIN feedback_link f ON f.linked_item = l.key
        WHERE f.peer_version <> l.peer_version AND (f.state, l.state) <> ('opening', 'open')
        AND l.changed_at < now() - interval '15 s'""",
    "register items that nobody wanted": """
        SELECT key FROM register_item WHERE key NOT IN (SELECT key FROM linked_item)""",
    "outward messages without exactly one receipt": """
        SELECT m.id::text FROM message m LEFT JOIN receipt r ON r.message = m.id
        WHERE m.direction = 'out' GROUP BY m.id HAVING count(r.key) <> 1""",
    "items with a gap in their events": """
        SELECT f.code FROM feedback f JOIN event e ON e.item = f.id GROUP BY f.id
        HAVING min(e.version) <> 1 OR max(e.version) <> f.version OR count(*) <> f.version""",
    "items not taken in": "SELECT code FROM feedback WHERE version < 4 AND received_at < now() - interval '15 s'",
}


@dataclass
class Count:
    """What is counted: an installation after ``ledger`` was written, and the ``mailbox`` that its mail went to."""

    sessions: Sessions
    temporal: Client
    file: Path
    ledger: Ledger
    mailbox: Mailbox | None = None

    async def all(self, patience_seconds: float) -> tuple[list[Check], float]:
        """Every check as it stands in the end, and after how many seconds all of them held.

        Each open loop is asked only when all else holds, for that is work which keeps a busy worker from its own.
        """
        began = time.monotonic()
        while True:
            checks = [*await self._rows(), *await self._effects(), *await self._mail()]
            checks += [*await self._acts(), *await self._loops()]
            given_up = time.monotonic() - began > patience_seconds
            if given_up or _hold(checks):
                checks += await self._plans()
            if given_up or _hold(checks):
                return checks, time.monotonic() - began
            await asyncio.sleep(_PAUSE_SECONDS)

    async def until_all_run(self, patience_seconds: float) -> tuple[int, float]:
        """How many items their loops have taken in, and after how many seconds it was all of them."""
        began = time.monotonic()
        while True:
            [row] = await self._select(
                "SELECT count(*) FILTER (WHERE version >= 4) AS run, count(*) AS all FROM feedback"
            )
            waited = time.monotonic() - began
            if row["run"] == row["all"] or waited > patience_seconds:
                return row["run"], waited
            await asyncio.sleep(0.5)

    async def _rows(self) -> list[Check]:
        codes = {row["code"] for row in await self._select("SELECT code FROM feedback")}
        checks = [
            _none("accepted items without a row", self.ledger.items - codes),
            _none("rows that no client was told of", codes - self.ledger.items),
        ]
        return [
            *checks,
            *[
                _none(name, [next(iter(row.values())) for row in await self._select(sql)])
                for name, sql in _NONE.items()
            ],
        ]

    async def _effects(self) -> list[Check]:
        lines, torn = _read_lines(self.file)
        settled = {row["key"] for row in await self._select("SELECT key FROM receipt WHERE state = 'simulated'")}
        return [
            _none("lines of outbox.jsonl that cannot be read", torn),
            _none("messages sent twice", [key for key, count in lines.items() if count > 1]),
            _none("receipts of messages that were never sent", settled - set(lines)),
            _none("messages sent without a receipt", await self._without_receipt(set(lines) - settled)),
        ]

    async def _mail(self) -> list[Check]:
        """SMTP cannot be asked what arrived: after a lost answer a mail goes out twice, and its receipt says so."""
        states, arrived = await self._mail_receipts(), self._arrived()
        sent = {key for key, state in states.items() if state in ("accepted", "perhaps_twice")}
        certain = {key for key, state in states.items() if state == "accepted"}
        return [
            _none("mails that never arrived", set(states) - set(arrived)),
            _none("receipts of mails that never arrived", sent - set(arrived)),
            _none("mails without a receipt", set(arrived) - set(states)),
            _none("mails that came twice with a receipt that is sure", {key for key in certain if arrived[key] > 1}),
        ]

    async def mail_remarks(self) -> dict[str, object]:
        """How many mails came, and what their receipts say."""
        arrived = self._arrived()
        states = Counter((await self._mail_receipts()).values())
        return {"mails that came": arrived.total(), "different ones": len(arrived), "their receipts": dict(states)}

    async def _mail_receipts(self) -> dict[str, str]:
        rows = await self._select("SELECT key, state FROM receipt WHERE target = 'smtp'")
        return {row["key"]: row["state"] for row in rows}

    def _arrived(self) -> Counter[str]:
        mails = self.mailbox.arrived if self.mailbox else []
        return Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in mails)

    async def _without_receipt(self, keys: set[str]) -> set[str]:
        known = await self._select("SELECT key FROM receipt WHERE key = ANY(:keys)", keys=sorted(keys))
        return keys - {row["key"] for row in known}

    async def _acts(self) -> list[Check]:
        """What people were told has happened stands in the events as often as they were told."""
        rows = await self._select("""
            SELECT code, kind, count(*) AS times FROM event JOIN feedback ON feedback.id = event.item
            WHERE kind IN ('accepted', 'completed', 'replied', 'customer_replied', 'reopened', 'confirmed', 'rejected')
            GROUP BY code, kind""")
        done = Counter({(row["code"], row["kind"]): row["times"] for row in rows})
        moved = await self._select("SELECT key, version - 1 AS times FROM register_item WHERE version > 1")
        advanced = Counter({row["key"]: row["times"] for row in moved})
        return [
            _none("acts answered but not done", list(self.ledger.acts - done)),
            _none("acts done more often than answered", list(done - self.ledger.acts)),
            _none("linked items moved otherwise than answered", _differing(advanced, self.ledger.advances)),
            _none("acts that never got an answer", list(self.ledger.unanswered.elements())),
        ]

    async def _loops(self) -> list[Check]:
        rows = {f"feedback/{row['id']}": row for row in await self._select("SELECT * FROM feedback")}
        runs: Counter[str] = Counter()
        statuses: Counter[str] = Counter()
        async for run in self.temporal.list_workflows("WorkflowType = 'FeedbackLoop'"):
            if run.status is not WorkflowExecutionStatus.CONTINUED_AS_NEW and run.status is not None:
                runs[run.id] += 1
                statuses[run.status.name.lower()] += 1
        return [
            Check("items with a loop", len(runs.keys() & rows.keys()), len(rows)),
            _none("loops without an item", runs.keys() - rows.keys()),
            _none("items with more than one loop", [id_ for id_, count in runs.items() if count > 1]),
            Check("loops running", statuses["running"], sum(row["finished_at"] is None for row in rows.values())),
            _none("loops failed, terminated, cancelled", [name for name in _GONE_WRONG for _ in range(statuses[name])]),
        ]

    async def _plans(self) -> list[Check]:
        """Each open loop by its own account: at the version of its row, waiting for something, nothing overdue."""
        open_ = await self._select("SELECT id FROM feedback WHERE finished_at IS NULL")
        limit = asyncio.Semaphore(_AT_ONCE)

        async def ask(loop: str) -> tuple[str, str] | None:
            async with limit:
                for _ in range(_ASKED_TIMES - 1):  # a turn may be under way between the two answers
                    if await self._complaint(loop) is None:
                        return None
                    await asyncio.sleep(1)
                return await self._complaint(loop)

        asked = await asyncio.gather(*(ask(f"feedback/{row['id']}") for row in open_))
        complaints = [found for found in asked if found is not None]

        def those(kind: str) -> list[str]:
            return [loop for loop, complaint in complaints if complaint == kind]

        names = ("loops that do not answer", "loops at another version than their row", "loops that wait for nothing",
                 "loops with a moment missed by more than 15 s")  # fmt: skip
        return [_none(name, those(name)) for name in names]

    async def _complaint(self, loop: str) -> tuple[str, str] | None:
        try:
            plan = await self.temporal.get_workflow_handle(loop).query(
                "plan", result_type=Plan, rpc_timeout=timedelta(seconds=10)
            )
        except (RPCError, WorkflowQueryFailedError):
            return loop, "loops that do not answer"
        sql = "SELECT version, finished_at FROM feedback WHERE id = CAST(:id AS uuid)"
        [row] = await self._select(sql, id=loop.partition("/")[2])
        if plan.version != row["version"] and not plan.finished:
            return loop, "loops at another version than their row"
        if plan.goto is not None or (plan.step is None and plan.attributes.stage != "closed"):
            return loop, "loops that wait for nothing"
        if any(moment.at < datetime.now(UTC) - _LATE for moment in plan.moments):
            return loop, "loops with a moment missed by more than 15 s"
        return None

    async def _select(self, sql: str, **values: object) -> Sequence[Row]:
        async with self.sessions.begin() as session:
            return (await session.execute(text(sql), values)).mappings().all()


def _hold(checks: Sequence[Check]) -> bool:
    return all(check.holds for check in checks)


def _none(name: str, found: "Sequence[object] | set[str]") -> Check:
    return Check(name, len(found), 0, ", ".join(str(each) for each in list(found)[:3]))


def _differing(one: Counter[str], other: Counter[str]) -> list[str]:
    return [key for key in one | other if one[key] != other[key]]


def _read_lines(file: Path) -> tuple[Counter[str], list[str]]:
    """How often each key stands in the file, and the lines that are none."""
    keys: Counter[str] = Counter()
    torn = []
    for line in file.read_bytes().splitlines() if file.exists() else ():
        try:
            keys[orjson.loads(line)["key"]] += 1
        except ValueError:
            torn.append(repr(line[:60]))
    return keys, torn
