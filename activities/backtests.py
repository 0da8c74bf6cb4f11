"""Backtests on the worker: a draft and the published rules decide about past items, and the differences are kept.

Nothing is sent, opened or written but the result.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from temporalio import activity

from voxloop.activities import studies
from voxloop.activities.beating import beating
from voxloop.activities.scene import Means
from voxloop.domain.errands import DONE, Rest
from voxloop.domain.problems import Problem
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import RuleSet
from voxloop.domain.studies import BacktestState
from voxloop.rules.comparison import Compared, Item
from voxloop.rules.judge import Judge, JudgeFailed, JudgeLost
from voxloop.store import backtests
from voxloop.store.sessions import Row

_STANDING, _TRIED = "standing", "tried"


@dataclass(frozen=True)
class _Page:
    """Items in a row, and those of them that can be decided again."""

    rows: Sequence[Row]
    decided: Sequence[Row]
    items: Sequence[Item]


@dataclass
class Backtests:
    """The activity behind a backtest's errand."""

    means: Means

    @activity.defn(name="backtest")
    async def go_on(self, key: str, now: datetime) -> Rest:
        """Work on it until it is done or cancelled; a repeated attempt goes on where the last one was."""
        study = await self._begun(UUID(key))
        if study is None:
            return DONE
        try:
            async with beating(), self.means.make_judge() as judge:
                state, failure = await self._decide(study, judge), None
        except (JudgeLost, JudgeFailed) as lost:
            studies.demand_final(lost)
            state, failure = BacktestState.FAILED, Problem("", "document.study_failed", {"reason": str(lost)})
        async with self.means.sessions.begin() as session:
            await backtests.end(session, study["id"], state, asdict(failure) if failure else None)
        return DONE

    async def _begun(self, id_: UUID) -> Row | None:
        """The backtest, with the number of items that it is about; None when it has ended."""
        async with self.means.sessions.begin() as session:
            study = await backtests.get(session, id_)
            if study is None or study["finished_at"] is not None:
                return None
            if study["total"] is None:
                await backtests.set_total(session, id_, await backtests.count(session, study))
            return study

    async def _decide(self, study: Row, judge: Judge) -> BacktestState:
        """Decide page by page, while the next one is read; how it ended."""
        sets = {name: await asyncio.to_thread(read_rule_set, study["bodies"][name]) for name in (_STANDING, _TRIED)}
        async with self.means.sessions.begin() as session:
            places = await studies.places(session)
        page = await self._read(study, sets)
        while page.rows:
            after = {**study, "after_at": page.rows[-1]["received_at"], "after_id": page.rows[-1]["id"]}
            following, compared = await asyncio.gather(
                self._read(after, sets), judge.compare(sets, _STANDING, _TRIED, page.items, places)
            )
            study = await self._write(study, page, compared)
            if study["state"] != BacktestState.RUNNING:
                return BacktestState.CANCELLED
            # Another attempt, of which nobody heard any more, may have come first.
            page = following if study["after_id"] == after["after_id"] else await self._read(study, sets)
        return BacktestState.DONE

    async def _read(self, study: Mapping[str, Any] | Row, sets: Mapping[str, RuleSet]) -> _Page:
        asked = frozenset[str]().union(*(rule_set.facts_asked for rule_set in sets.values()))
        async with self.means.sessions.begin() as session:
            rows = await backtests.page(session, study, studies.PAGE)
            decided = [row for row in rows if row["decided"]]
            return _Page(rows, decided, await studies.as_they_were(session, decided, asked))

    async def _write(self, study: Row, page: _Page, compared: Compared) -> Row:
        """The backtest as it stands then, with what the page gave."""
        found = {row["id"]: changes for row, changes in zip(page.decided, compared.changes, strict=True)}
        skipped = study["skipped"] + len(page.rows) - len(page.decided)
        async with self.means.sessions.begin() as session:
            sums = studies.added(study["sums"], compared)
            await backtests.write(session, study, page.rows, found, skipped=skipped, sums=sums)
            written = await backtests.get(session, study["id"])
        assert written is not None
        return written
