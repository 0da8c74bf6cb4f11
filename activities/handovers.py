"""What a member has goes to others when she becomes absent and said so, or leaves: each item's loop is asked.

What has moved meanwhile is looked at again; what cannot be given on stays hers, for somebody to see to.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from temporalio import activity

from voxloop.activities.beating import beating
from voxloop.activities.scene import Means
from voxloop.domain.assignment import Ground
from voxloop.domain.errands import DONE, GO_ON, Rest
from voxloop.domain.loop import Act, Answer, Verb
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.store import absences
from voxloop.store.sessions import Row

_PAUSE = timedelta(seconds=5)


class ActingLoops(Protocol):
    """What is asked of loops."""

    async def act(self, item: UUID, act: Act, known: int) -> Answer: ...


@dataclass
class Handovers:
    """The activity behind the errand of a member who is away."""

    means: Means
    loops: ActingLoops

    @activity.defn(name="hand_over")
    async def go_on(self, key: str, now: datetime) -> Rest:
        """Give on what the member has, once the time for it has come."""
        async with self.means.sessions.begin() as session:
            begins = await absences.handovers(session, key, now)
            left = await absences.left_behind(session, key) if any(instant <= now for instant in begins) else ()
        async with beating():
            refused = [await self._give_on(key, row) for row in left]
        if RefusalCode.NOT_CONFIRMED in refused:
            return Rest(False, now + _PAUSE)
        if RefusalCode.CHANGED_MEANWHILE in refused:
            return GO_ON
        later = next((instant for instant in begins if instant > now), None)
        return DONE if later is None else Rest(False, later)

    async def _give_on(self, key: str, row: Row) -> RefusalCode | None:
        """Why the step stays hers for now."""
        act = Act(
            verb=Verb.REASSIGN,
            actor="system",
            key=f"{Ground.HANDED_OVER}/{row['seq']}/{row['version']}",
            expect=row["version"],
            step=row["step"],
            member=key,
            reason=Ground.HANDED_OVER,
        )
        try:
            await self.loops.act(row["id"], act, row["version"])
        except Refused as refused:
            return refused.code
        return None
