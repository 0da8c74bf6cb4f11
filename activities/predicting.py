"""How many clocks a decision would have let be missed: of items of which another one is made, and of no others."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from voxloop.activities.replaying import Replaying, Stored
from voxloop.activities.scene import Means
from voxloop.domain.feedback import FeedbackType, Priority
from voxloop.domain.replays import decided_otherwise
from voxloop.domain.studies import Field
from voxloop.domain.trials import Side
from voxloop.store import references
from voxloop.store.sessions import Row

_AIMING = (Field.TYPE, Field.PRIORITY, Field.PROCESS)
Changes = Mapping[UUID, Sequence[Mapping[str, Any]]]


class Predicting:
    """Counts missed clocks by their names, ``late_before`` and ``late_after``, where a decision aims them otherwise.

    What happened stays: pauses, acts, later changes. A step that another process has not is not missed there.
    """

    def __init__(self, means: Means, replaying: Replaying) -> None:
        self._means, self._replaying = means, replaying

    async def count(self, rows: Sequence[Row], changes: Changes) -> dict[str, Counter[str]]:
        """The counts of these items (rows of ``feedback``), ``changes`` being in what their decisions differ."""
        aimed = {id_: _values(changed) for id_, changed in changes.items()}
        wanted = [{**row, "time_zone": None, "level": row["customer_level"]} for row in rows if aimed.get(row["id"])]
        counts = {f"late_{side}": Counter[str]() for side in Side}
        if not wanted:
            return counts
        async with self._means.sessions.begin() as session:
            items = await self._replaying.read(session, wanted)
            versions = await references.process_versions(session)
            for version in versions.values():
                await self._means.process(session, version)
        return await asyncio.to_thread(self._counted, items, aimed, versions)

    def _counted(
        self, items: Sequence[Stored], aimed: Mapping[UUID, Mapping[Field, Any]], versions: Mapping[str, int]
    ) -> dict[str, Counter[str]]:
        counts: dict[str, Counter[str]] = {}
        for side in Side:
            counted = counts[f"late_{side}"] = Counter()
            for stored in items:
                values = {field: change[side] for field, change in aimed[stored.row["id"]].items()}
                counted.update(self._late(stored, values, versions))
        return counts

    def _late(self, stored: Stored, values: Mapping[Field, Any], versions: Mapping[str, int]) -> list[str]:
        """The names of the clocks that are missed when that was decided."""
        first = stored.history[0]
        history = decided_otherwise(
            stored.history,
            FeedbackType(values.get(Field.TYPE) or first.type),
            Priority(values.get(Field.PRIORITY) or first.priority),
            versions.get(values.get(Field.PROCESS, ""), first.process),
        )
        processes = {standing.process: self._replaying.process(standing.process) for standing in history}
        judged = [
            (clock.name.value, self._replaying.judge(stored, clock, history, processes)) for clock in stored.clocks
        ]
        return [name for name, found in judged if found.said.breached_at is not None]


def _values(changes: Sequence[Mapping[str, Any]]) -> dict[Field, Any]:
    """Of what aims clocks, how each differs."""
    return {Field(change["field"]): change for change in changes if change["field"] in _AIMING}
