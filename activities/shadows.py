"""Shadows on the worker: a draft decides once more what the active rules have just decided, apart from every loop."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import activity

from voxloop.activities import studies
from voxloop.activities.beating import beating
from voxloop.activities.scene import Means
from voxloop.domain.documents import State
from voxloop.domain.errands import DONE, Rest
from voxloop.domain.problems import Problem
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import RuleSet
from voxloop.domain.studies import ShadowState
from voxloop.rules.judge import Judge, JudgeFailed, JudgeLost
from voxloop.store import drafts, shadows
from voxloop.store.sessions import Row

_TRIED = "tried"
_PAUSE = timedelta(seconds=1)


@dataclass
class Shadows:
    """The activity behind a shadow's errand."""

    means: Means

    @activity.defn(name="shadow")
    async def go_on(self, key: str, now: datetime) -> Rest:
        """Compare what has been decided since; done when nothing more is written."""
        study = await self._study(UUID(key))
        if study is None:
            return DONE
        if not await self._has_more(study):  # of many that were decided together, the first wake-up saw them all
            return await self._rest(study["id"], now)
        rule_set = await asyncio.to_thread(read_rule_set, study["body"])
        try:
            async with beating(), self.means.make_judge() as judge:
                while await self._page(study, judge, rule_set):
                    study = await self._study(study["id"]) or study
        except (JudgeLost, JudgeFailed) as lost:
            studies.demand_final(lost)
            await self._fail(study, Problem("", "document.study_failed", {"reason": str(lost)}))
        return await self._rest(study["id"], now)

    async def _study(self, id_: UUID) -> Row | None:
        async with self.means.sessions.begin() as session:
            study = await shadows.get(session, id_)
        return study if study is not None and study["state"] == ShadowState.RUNNING else None

    async def _has_more(self, study: Row) -> bool:
        async with self.means.sessions.begin() as session:
            return bool(await shadows.page(session, study, 1))

    async def _page(self, study: Row, judge: Judge, rule_set: RuleSet) -> bool:
        """Whether a page was compared: not when there is none, nor for a shadow that has ended."""
        async with self.means.sessions.begin() as session:
            rows = await shadows.page(session, study, studies.PAGE)
            if not rows:
                return False
            items = await studies.as_they_were(session, rows, rule_set.facts_asked)
            places = await studies.places(session)
        compared = await judge.compare({_TRIED: rule_set}, None, _TRIED, items, places)
        async with self.means.sessions.begin() as session:
            sums = studies.added(study["sums"], compared)
            return await shadows.write(session, study, rows, compared.changes, sums)

    async def _rest(self, id_: UUID, now: datetime) -> Rest:
        study = await self._study(id_)
        if study is None:
            return DONE
        async with self.means.sessions.begin() as session:
            behind = await shadows.is_behind(session, study)
        return Rest(False, now + _PAUSE) if behind else DONE

    async def _fail(self, study: Row, failure: Problem) -> None:
        """A draft that cannot decide is no shadow any more; its author reads why."""
        async with self.means.sessions.begin() as session:
            await drafts.get(session, study["draft"], lock=True)  # before its shadow, as everybody does
            now = await shadows.get(session, study["id"])
            if now is None or now["state"] != ShadowState.RUNNING:
                return
            await shadows.end(session, study["draft"], ShadowState.FAILED, asdict(failure))
            await drafts.move(session, study["draft"], State.SHADOW, State.DRAFT, problems=[asdict(failure)])
