"""A backtest as whoever waits for it sees it: how far it is, then what would differ."""

import asyncio
import sys
import time
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from voxloop.commands.progress import shown
from voxloop.domain.studies import BacktestState
from voxloop.domain.texts import label, say
from voxloop.settings import Obstacle
from voxloop.store import backtests
from voxloop.store.sessions import Row, Sessions

_LOOK_SECONDS = 0.3
_PATIENCE_SECONDS = 10.0
_SHOWN = 20


class Watching:
    """Shows how far a backtest is, and what it has found."""

    def __init__(self, language: str, sessions: Sessions, id_: UUID) -> None:
        self._language, self._sessions, self._id = language, sessions, id_
        self._say = partial(say, language)

    async def watch(self) -> int:
        """Wait until it has ended; an interrupt cancels it. Answers the exit code."""
        try:
            row = await self._ended()
        except asyncio.CancelledError:
            async with self._sessions.begin() as session:
                cancelled = await backtests.cancel(session, self._id)
            if cancelled is not None:
                print(self._say("rules.backtest_cancelled", id=self._id), file=sys.stderr)
            raise
        state = self._say(f"backtest_state.{row['state']}")
        counts = {name: row[name] for name in ("done", "changed", "skipped")}
        print(self._say("rules.backtest_ended", state=state, **counts))
        if row["failure"]:
            print(self._say(f"problem.{row['failure']['code']}", **row["failure"]["params"]), file=sys.stderr)
        for line in self._sums(row["sums"]):
            print(f"  {line}")
        await self._tell_differences()
        return 0 if row["state"] == BacktestState.DONE else 1

    async def _ended(self) -> Row:
        row, began = await self._row(), time.monotonic()
        while row["total"] is None and row["finished_at"] is None:
            if time.monotonic() - began > _PATIENCE_SECONDS:
                print(self._say("rules.backtest_waits"), file=sys.stderr)
                began = float("inf")
            await asyncio.sleep(_LOOK_SECONDS)
            row = await self._row()
        with shown(row["total"] or 0) as tell:
            while row["finished_at"] is None:
                counts = {name: row[name] for name in ("done", "total", "changed")}
                tell(row["done"], self._say("rules.backtest_progress", **counts))
                await asyncio.sleep(_LOOK_SECONDS)
                row = await self._row()
        return row

    async def _row(self) -> Row:
        async with self._sessions.begin() as session:
            row = await backtests.get(session, self._id)
        if row is None:
            raise Obstacle("no_such_backtest", id=self._id)
        return row

    def _sums(self, sums: Mapping[str, Mapping[str, int]]) -> list[str]:
        fields = [
            self._say("rules.backtest_field", field=label(self._language, "decision_field", field), count=count)
            for field, count in sums.get("fields", {}).items()
        ]
        before, after = sums.get("before", {}), sums.get("after", {})
        teams = [
            self._say("rules.backtest_team", team=team or "–", before=before.get(team, 0), after=after.get(team, 0))
            for team in sorted({*before, *after})
            if before.get(team, 0) != after.get(team, 0)
        ]
        return [*fields, *teams]

    async def _tell_differences(self) -> None:
        async with self._sessions.begin() as session:
            rows = await backtests.differences(session, self._id, -1, _SHOWN)
        for row in rows:
            for change in row["changes"]:
                field = change["field"]
                values = {side: self._value(field, change[side]) for side in ("before", "after")}
                named = label(self._language, "decision_field", field)
                print(
                    self._say(
                        "rules.backtest_change", code=row["code"], field=named, rule=change["rule"] or "–", **values
                    )
                )

    def _value(self, field: str, value: Any) -> str:
        if isinstance(value, bool):
            return self._say("rule.yes" if value else "rule.no")
        values = value if isinstance(value, list) else [value]
        return ", ".join(str(label(self._language, field, str(each))) for each in values if each is not None) or "–"
