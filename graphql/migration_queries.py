"""Looking at migrations: what one would come to, how far one is, and those that there were."""

from typing import Annotated

import strawberry

from voxloop import migrating
from voxloop.domain.rights import EDIT_DOCUMENTS, demand_right
from voxloop.graphql.connections import Ask, Connection, Keys, Rows, instant, paged, uuid
from voxloop.graphql.context import Info
from voxloop.graphql.errors import bad_input, readable
from voxloop.graphql.fields import resolver
from voxloop.graphql.filters import FeedbackWhere, read_where
from voxloop.graphql.lookahead import selection
from voxloop.graphql.migrations import Migration, MigrationPreview, migration, migration_preview
from voxloop.graphql.nodes import wanted_uuid
from voxloop.migrating import Move
from voxloop.store import migration_runs

_BY_BEGINNING = Keys("MIGRATION", {"created_at": instant, "id": uuid})
_MOST_STEPS = 100


@strawberry.input(description="A step that stands in for another, and is entered anew.")
class StepPairInput:
    from_: str = strawberry.field(name="from", description="Key of the step in the version that is left.")
    to: str = strawberry.field(description="Key of the step in the version that is gone to.")


Process = Annotated[str, strawberry.argument(description="Key of the process.")]


def read_move(
    process: str, version: int | None, steps: list[StepPairInput] | None, where: FeedbackWhere | None
) -> Move:
    """What is to be moved where.

    Raises:
        RequestRefused: a step is named twice, or there are too many.
    """
    pairs = {readable("steps", pair.from_): readable("steps", pair.to) for pair in steps or ()}
    if len(pairs) != len(steps or ()):
        raise bad_input("steps", "twice")
    if len(pairs) > _MOST_STEPS:
        raise bad_input("steps", "too_many_values", most=_MOST_STEPS)
    return Move(readable("process", process), version, pairs, read_where(where))


@strawberry.type
class MigrationQueries:
    @resolver("What would become of running items under another version of their process. Nothing is changed.")
    async def migration_preview(
        self,
        info: Info,
        process: Process,
        version: Annotated[int | None, strawberry.argument(description="Which version; else as published.")] = None,
        steps: Annotated[
            list[StepPairInput] | None, strawberry.argument(description="Steps that stand in for others.")
        ] = None,
        where: Annotated[FeedbackWhere | None, strawberry.argument(description="Only such items.")] = None,
    ) -> MigrationPreview:
        move = read_move(process, version, steps, where)
        return migration_preview(await migrating.preview(info.context.parts, info.context.viewer, move))

    @resolver("One migration.")
    async def migration(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")]
    ) -> Migration | None:
        demand_right(info.context.viewer, EDIT_DOCUMENTS)
        async with info.context.parts.sessions.connect() as session:
            row = await migration_runs.get(session, wanted_uuid("Migration", id, "id"))
        return migration(row) if row else None

    @paged("The migrations of a process, the newest first.")
    async def migrations(self, info: Info, ask: Ask, process: Process) -> Connection[Migration]:
        demand_right(info.context.viewer, EDIT_DOCUMENTS)
        slice_, chosen, key = _BY_BEGINNING.slice(ask, descending=True), selection(info), readable("process", process)
        async with info.context.parts.sessions.connect() as session:
            page = Rows.of(await migration_runs.of_process(session, key, slice_), slice_)
            total = await migration_runs.count_of_process(session, key) if "totalCount" in chosen else None
        return page.connection(_BY_BEGINNING, [migration(row) for row in page.rows], total, chosen)
