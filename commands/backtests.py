"""A backtest as whoever waits for it sees it: how far it is, then what would differ."""

import sys
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from voxloop.commands.watching import Waiting
from voxloop.domain.operations import RunState
from voxloop.domain.texts import label, say
from voxloop.store import backtests
from voxloop.store.sessions import Sessions
from voxloop.store.slices import Slice

_SHOWN = 20


class Watching:
    """Shows how far a backtest is, and what it has found."""

    def __init__(self, language: str, sessions: Sessions, id_: UUID) -> None:
        self._language, self._sessions, self._id = language, sessions, id_
        self._say = partial(say, language)

    async def watch(self) -> int:
        """Wait until it has ended; an interrupt cancels it. Answers the exit code."""
        waiting = Waiting(self._language, self._sessions, "rules.backtest", backtests.get, backtests.cancel)
        row = await waiting.ended(self._id)
        state = self._say(f"run_state.{row['state']}")
        counts = {name: row[name] for name in ("done", "changed", "skipped")}
        print(self._say("rules.backtest_ended", state=state, **counts))
        if row["failure"]:
            print(self._say(f"problem.{row['failure']['code']}", **row["failure"]["params"]), file=sys.stderr)
        for line in self._sums(row["sums"]):
            print(f"  {line}")
        await self._tell_differences()
        return 0 if row["state"] == RunState.DONE else 1

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
        late_before, late_after = sums.get("late_before", {}), sums.get("late_after", {})
        clocks = [
            self._say(
                "rules.backtest_clock",
                clock=label(self._language, "clock", name),
                before=late_before.get(name, 0),
                after=late_after.get(name, 0),
            )
            for name in sorted({*late_before, *late_after})
        ]
        return [*fields, *teams, *clocks]

    async def _tell_differences(self) -> None:
        async with self._sessions.begin() as session:
            rows = await backtests.differences(session, self._id, Slice(_SHOWN))
        for row in rows[:_SHOWN]:
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
