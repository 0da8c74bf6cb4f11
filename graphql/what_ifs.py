"""What-ifs, as the schema shows them: what stored items' clocks would have said, and the load of teams."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from voxloop.domain.feedback import Priority
from voxloop.domain.limits import ClockName
from voxloop.domain.operations import RunState
from voxloop.domain.rights import EDIT_DOCUMENTS, may
from voxloop.domain.tallies import ClockSum, clock_sums, hours_of, names_of, open_hours, queues_of, teams_of
from voxloop.domain.trials import Side
from voxloop.domain.viewer import Viewer
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.connections import Ask, Connection, paged
from voxloop.graphql.context import Info
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import global_id, made, wanted_uuid
from voxloop.graphql.problems import said
from voxloop.graphql.runs import Run
from voxloop.graphql.studies import kept_page
from voxloop.graphql.what_if_figures import (
    ClockComparison,
    CountComparison,
    HourComparison,
    QueueComparison,
    TeamHours,
    WayComparison,
    figures,
    hours,
    queue_figures,
)
from voxloop.store import what_ifs
from voxloop.store.sessions import Row, Session

_HOUR_SECONDS = 3600


@strawberry.type(description="What a clock says on one side of a comparison.")
class ClockVerdict:
    due_at: datetime | None = strawberry.field(description="When it is due; empty without a target.")
    breached_at: datetime | None = strawberry.field(description="When it missed its target, if it did.")


@strawberry.type(description="A clock that would have missed its target where it did not, or the other way.")
class ClockChange:
    clock: ClockName = strawberry.field(description="What is timed.")
    step: str | None = strawberry.field(description="Key of the step; empty for a clock of the item.")
    before: ClockVerdict = strawberry.field(description="What it said.")
    after: ClockVerdict = strawberry.field(description="What it would have said.")


@strawberry.type(description="An item of which a clock's verdict differs.")
class WhatIfDifference:
    code: str = strawberry.field(description="The item's code: FB-000123.")
    changes: list[ClockChange] = strawberry.field(description="The clocks, in order of their start.")
    feedback: Feedback | None = strawberry.field(description="The item as it stands now.")


@strawberry.type(description="Past items replayed under another process, other calendars, targets or people.")
class WhatIf(Run):
    state: RunState = strawberry.field(description="How far it has come.")
    total: int | None = strawberry.field(description="How many items it is about; empty until they are counted.")
    done: int = strawberry.field(description="How many of them are done with.")
    changed: int = strawberry.field(description="How many items have a clock whose verdict differs, so far.")
    skipped: int = strawberry.field(description="How many were left out, because no process was chosen for them.")
    since: datetime = strawberry.field(description="Of items received from then on.")
    until: datetime = strawberry.field(description="Of items received until then.")
    digest: str = strawberry.field(description="SHA-256 over all differences in order; empty without any.")

    @resolver(
        "Clocks that had a target on a side, by name, step, team and priority; those that still run as of `createdAt`."
    )
    def clocks(self) -> list[ClockComparison]:
        before, after = (clock_sums(self._sums(side)) for side in Side)
        return [
            ClockComparison(
                clock=ClockName(group.clock),
                step=group.step or None,
                team=group.team or None,
                priority=Priority(group.priority),
                before=figures(before.get(group, ClockSum())),
                after=figures(after.get(group, ClockSum())),
            )
            for group in sorted({*before, *after})
        ]

    @resolver("How many due instants lie elsewhere, breached or not.")
    def moved(self) -> int:
        return self._sums(Side.AFTER).get("moved|", 0)

    @resolver("Stored stays at steps that the process which is tried has not: their clocks aim at nothing.")
    def unmatched(self) -> list[CountComparison]:
        return self._counts("unmatched")

    @resolver("Missed targets by the hour of the week in which they were missed. Hours without any are left out.")
    def breaches(self) -> list[HourComparison]:
        return hours(hours_of(self._sums(side), "breach") for side in Side)

    @resolver("What teams get and have by the hour of the week.")
    def loads(self, info: Info) -> list[TeamHours]:
        before, after = (self._sums(side) for side in Side)
        return [
            TeamHours(
                key=key or None,
                team=info.context.directory.teams.get(key),
                arrivals=hours(hours_of(tally, "load", key, "arrived") for tally in (before, after)),
                open=hours((open_hours(tally, "load", key) for tally in (before, after)), _HOUR_SECONDS),
            )
            for key in teams_of(before, after)
        ]

    @resolver("The queues of teams whose staffing is tried.")
    def queues(self) -> list[QueueComparison]:
        before, after = (self._sums(side) for side in Side)
        return [
            QueueComparison(
                key=key,
                before=queue_figures(before, key),
                after=queue_figures(after, key),
                open=hours((open_hours(tally, "queue", key) for tally in (before, after)), _HOUR_SECONDS),
            )
            for key in sorted({*queues_of(before), *queues_of(after)})
        ]

    @resolver("How items would go through the process that is tried; empty where none is.")
    def ways(self) -> WayComparison | None:
        if not self.row["request"].get("process"):
            return None
        names = {
            "ends": "ended",
            "steps": "entered",
            "messages": "message",
            "linked_items": "linked",
            "lost_at": "lost",
        }
        return WayComparison(**{field: self._counts(kind) for field, kind in names.items()})

    @paged("The items of which a clock's verdict differs, in the order of their reception.")
    async def differences(self, info: Info, ask: Ask) -> Connection[WhatIfDifference]:
        return await kept_page(info, self.row, what_ifs.differences, ask, _difference)

    @resolver("Why it could not go on, if it could not.")
    def failure(self, info: Info, language: InLanguage = None) -> str | None:
        failed = self.row["failure"]
        return said(failed["code"], failed["params"], language or info.context.language) if failed else None

    def _sums(self, side: Side) -> Mapping[str, int]:
        sums: Mapping[str, int] = self.row["sums"].get(side, {})
        return sums

    def _counts(self, kind: str) -> list[CountComparison]:
        before, after = (names_of(self._sums(side), kind) for side in Side)
        names = sorted({*before, *after})
        return [CountComparison(name=name, before=before.get(name, 0), after=after.get(name, 0)) for name in names]


@strawberry.type
class WhatIfQueries:
    @resolver("A what-if: how far it is, and what came of it. Only for who may edit documents.")
    async def what_if(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]
    ) -> WhatIf | None:
        wanted = wanted_uuid("WhatIf", id, "id")
        async with info.context.parts.sessions.connect() as session:
            return (await find_what_ifs(session, info.context.viewer, [wanted])).get(wanted)

    @resolver("The last 20 what-ifs, the newest first. Only for who may edit documents.")
    async def what_ifs(self, info: Info) -> list[WhatIf]:
        if not may(info.context.viewer, EDIT_DOCUMENTS):
            return []
        async with info.context.parts.sessions.connect() as session:
            return [shown(row) for row in await what_ifs.newest(session, 20)]


async def find_what_ifs(session: Session, viewer: Viewer, ids: Iterable[UUID]) -> Mapping[UUID, WhatIf]:
    """These what-ifs by their ids, for who may edit documents."""
    rows = await what_ifs.of_ids(session, ids) if may(viewer, EDIT_DOCUMENTS) else ()
    return {row["id"]: shown(row) for row in rows}


def shown(row: Row) -> WhatIf:
    """A what-if from its row."""
    return made(WhatIf, row, id=global_id("WhatIf", row["id"]), row=row)


def _difference(row: Row, item: Feedback | None) -> WhatIfDifference:
    def verdict(side: Mapping[str, str | None]) -> ClockVerdict:
        due, breached = (datetime.fromisoformat(at) if at else None for at in (side["due"], side["breached"]))
        return ClockVerdict(due_at=due, breached_at=breached)

    changes = [
        ClockChange(
            clock=ClockName(change["clock"]),
            step=change["step"],
            before=verdict(change["before"]),
            after=verdict(change["after"]),
        )
        for change in row["changes"]
    ]
    return WhatIfDifference(code=row["code"], changes=changes, feedback=item)
