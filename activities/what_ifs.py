"""What-ifs on the worker: stored items under other processes, calendars, targets and people; no item is touched."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from temporalio import activity

from voxloop.activities import studies
from voxloop.activities.beating import beating
from voxloop.activities.queueing import Staffing
from voxloop.activities.replaying import Replaying, Stored, replaying_of
from voxloop.activities.scene import Means
from voxloop.activities.trying import Found, Trying
from voxloop.domain.calendars import NeverOpen
from voxloop.domain.errands import DONE, Rest
from voxloop.domain.operations import RunState
from voxloop.domain.problems import InvalidDocument, Problem
from voxloop.domain.process_reader import read_process
from voxloop.domain.tallies import Tally
from voxloop.domain.trials import read_trial
from voxloop.store import references, what_ifs
from voxloop.store.sessions import Row, Session


@dataclass(frozen=True)
class _Page:
    """Items in a row, and those of them that a process was chosen for."""

    rows: Sequence[Row]
    items: Sequence[Stored]


@dataclass
class WhatIfs:
    """The activity behind a what-if's errand."""

    means: Means

    @activity.defn(name="what_if")
    async def go_on(self, key: str, now: datetime) -> Rest:
        """Work on it until it is done or cancelled; a repeated attempt goes on where the last one was."""
        async with self.means.sessions.begin() as session:
            study = await what_ifs.begun(session, UUID(key))
            if study is None:
                return DONE
        failure: Problem | None = None
        played: Mapping[str, Tally] = {}
        try:
            async with beating():
                replaying, trying = await self._prepared(study)
                staffing = Staffing(replaying, trying)
                state = await self._replay(study, replaying, trying, staffing)
                if state is RunState.DONE:
                    played = await asyncio.to_thread(staffing.play)
        except (NeverOpen, InvalidDocument, LookupError) as wrong:
            state, failure = RunState.FAILED, Problem("", "document.study_failed", {"reason": str(wrong)})
        async with self.means.sessions.begin() as session:
            await self._end(session, study["id"], state, failure, played)
        return DONE

    async def _prepared(self, study: Row) -> tuple[Replaying, Trying]:
        async with self.means.sessions.begin() as session:
            replaying, home = await replaying_of(session, self.means, study, read_trial(study["request"]))
            published = [read_process(body) for body in await references.processes(session)]
        return replaying, Trying(replaying, published, home)

    async def _replay(self, study: Row, replaying: Replaying, trying: Trying, staffing: Staffing) -> RunState:
        async def read(study: studies.Study) -> _Page:
            async with self.means.sessions.begin() as session:
                rows = await what_ifs.page(session, study, studies.PAGE)
                return _Page(rows, await replaying.read(session, rows))

        async def work(page: _Page) -> Found:
            return await asyncio.to_thread(trying.compare, page.items, staffing.take)

        if replaying.trial.staffing and study["after_id"] is not None:
            await self._catch_up(study, read, work)
        return await studies.go_over(study, read, work, self._write)

    async def _catch_up(
        self,
        study: Row,
        read: Callable[[studies.Study], Awaitable[_Page]],
        work: Callable[[_Page], Awaitable[Found]],
    ) -> None:
        """Have the queues know what an earlier attempt has gone over."""
        place: dict[str, Any] = {**study, "after_at": None, "after_id": None}
        end = study["after_at"], study["after_id"]
        while place["after_id"] is None or (place["after_at"], place["after_id"]) < end:
            page = await read(place)
            if not page.rows:
                return
            await work(page)
            place |= {"after_at": page.rows[-1]["received_at"], "after_id": page.rows[-1]["id"]}

    async def _write(self, study: Row, page: _Page, found: Found) -> Row:
        """The what-if as it stands then, with what the page gave."""
        skipped = study["skipped"] + len(page.rows) - len(page.items)
        sums = studies.summed(study["sums"], found.tallies)
        async with self.means.sessions.begin() as session:
            await what_ifs.write(session, study, page.rows, found.changes, skipped=skipped, sums=sums)
            written = await what_ifs.get(session, study["id"])
        assert written is not None
        return written

    async def _end(
        self, session: Session, id_: UUID, state: RunState, failure: Problem | None, played: Mapping[str, Tally]
    ) -> None:
        current = await what_ifs.get(session, id_)
        assert current is not None
        sums = studies.summed(current["sums"], played) if played else current["sums"]
        await what_ifs.end(session, id_, state, asdict(failure) if failure else None, sums=sums)
