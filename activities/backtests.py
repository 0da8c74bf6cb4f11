"""Backtests on the worker: a draft and the published rules decide about past items, and the differences are kept.

Nothing is sent, opened or written but the result.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from temporalio import activity

from voxloop.activities import studies
from voxloop.activities.beating import beating
from voxloop.activities.predicting import Changes, Predicting
from voxloop.activities.replaying import replaying_of
from voxloop.activities.scene import Means
from voxloop.domain.errands import DONE, Rest
from voxloop.domain.operations import RunState
from voxloop.domain.problems import Problem
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import RuleSet
from voxloop.domain.trials import Trial
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


@dataclass(frozen=True)
class _Found:
    """What two sets of rules decide, in what that differs by item, and how many clocks either lets be missed."""

    compared: Compared
    changes: Changes
    late: Mapping[str, Counter[str]]


@dataclass
class Backtests:
    """The activity behind a backtest's errand."""

    means: Means

    @activity.defn(name="backtest")
    async def go_on(self, key: str, now: datetime) -> Rest:
        """Work on it until it is done or cancelled; a repeated attempt goes on where the last one was."""
        async with self.means.sessions.begin() as session:
            study = await backtests.begun(session, UUID(key))
        if study is None:
            return DONE
        try:
            async with beating(), self.means.make_judge() as judge:
                state, failure = await self._decide(study, judge), None
        except (JudgeLost, JudgeFailed) as lost:
            studies.demand_final(lost)
            state, failure = RunState.FAILED, Problem("", "document.study_failed", {"reason": str(lost)})
        async with self.means.sessions.begin() as session:
            await backtests.end(session, study["id"], state, asdict(failure) if failure else None)
        return DONE

    async def _decide(self, study: Row, judge: Judge) -> RunState:
        """Decide page by page; how it ended."""
        sets = {name: await asyncio.to_thread(read_rule_set, study["bodies"][name]) for name in (_STANDING, _TRIED)}
        async with self.means.sessions.begin() as session:
            places = await studies.places(session)
            replaying, _ = await replaying_of(session, self.means, study, Trial())
        predicting = Predicting(self.means, replaying)

        async def work(page: _Page) -> _Found:
            compared = await judge.compare(sets, _STANDING, _TRIED, page.items, places)
            changes = {row["id"]: changes for row, changes in zip(page.decided, compared.changes, strict=True)}
            return _Found(compared, changes, await predicting.count(page.decided, changes))

        return await studies.go_over(study, lambda study: self._read(study, sets), work, self._write)

    async def _read(self, study: studies.Study, sets: Mapping[str, RuleSet]) -> _Page:
        asked = frozenset[str]().union(*(rule_set.facts_asked for rule_set in sets.values()))
        async with self.means.sessions.begin() as session:
            rows = await backtests.page(session, study, studies.PAGE)
            decided = [row for row in rows if row["decided"]]
            return _Page(rows, decided, await studies.as_they_were(session, decided, asked))

    async def _write(self, study: Row, page: _Page, found: _Found) -> Row:
        """The backtest as it stands then, with what the page gave."""
        skipped = study["skipped"] + len(page.rows) - len(page.decided)
        async with self.means.sessions.begin() as session:
            sums = studies.added(study["sums"], found.compared) | studies.summed(study["sums"], found.late)
            await backtests.write(session, study, page.rows, found.changes, skipped=skipped, sums=sums)
            written = await backtests.get(session, study["id"])
        assert written is not None
        return written
