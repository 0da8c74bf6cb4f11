"""Taking running items to another version of their process, and back."""

from collections.abc import Awaitable
from typing import Annotated

import strawberry

from voxloop import migrating
from voxloop.domain.refusals import Refused, RefusedTogether
from voxloop.graphql.context import Info
from voxloop.graphql.fields import mutation
from voxloop.graphql.filters import FeedbackWhere
from voxloop.graphql.migration_queries import StepPairInput, read_move
from voxloop.graphql.migrations import Migration, migration
from voxloop.graphql.refusals import UserError, demand_key, demand_uuid, user_errors
from voxloop.store.sessions import Row

_KEY = "Idempotency key, up to 200 characters. Needed here or as the header `Idempotency-Key`."


@strawberry.type(description="What became of a mutation on a migration.")
class MigrationPayload:
    migration: Migration | None = strawberry.field(description="The migration as it stands now.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when all went well.")


@strawberry.input(description="Take running items to another version of their process.")
class StartMigrationInput:
    process: str = strawberry.field(description="Key of the process.")
    version: int | None = strawberry.field(default=None, description="To which version; else as published.")
    steps: list[StepPairInput] | None = strawberry.field(default=None, description="Steps that stand in for others.")
    where: FeedbackWhere | None = strawberry.field(default=None, description="Only such items.")
    limit: int | None = strawberry.field(
        default=None, description="Only so many, the first by number: 1 to 10,000, which is also the most without it."
    )
    key: str | None = strawberry.field(default=None, description=_KEY)


@strawberry.input(description="Have a migration stop behind the items in hand.")
class CancelMigrationInput:
    id: strawberry.ID = strawberry.field(description="Its global id.")


@strawberry.input(description="Take the items of a migration back to where they came from.")
class UndoMigrationInput:
    id: strawberry.ID = strawberry.field(description="Its global id.")
    key: str | None = strawberry.field(default=None, description=_KEY)


@strawberry.type
class MigrationMutations:
    @mutation("Begin a migration; `migration` tells how far it is. Look at `migrationPreview` first.")
    async def start_migration(
        self, info: Info, input: Annotated[StartMigrationInput, strawberry.argument(description="What is wanted.")]
    ) -> MigrationPayload:
        return await _answered(info, _start(info, input))

    @mutation("Have a migration stop; items that have been moved stay where they are.")
    async def cancel_migration(
        self, info: Info, input: Annotated[CancelMigrationInput, strawberry.argument(description="Which.")]
    ) -> MigrationPayload:
        return await _answered(info, _cancel(info, input))

    @mutation("Begin the way back of a migration that has ended: a migration too. Who has gone on stays, if she must.")
    async def undo_migration(
        self, info: Info, input: Annotated[UndoMigrationInput, strawberry.argument(description="Which.")]
    ) -> MigrationPayload:
        return await _answered(info, _undo(info, input))


async def _answered(info: Info, work: Awaitable[Row]) -> MigrationPayload:
    try:
        return MigrationPayload(migration=migration(await work), user_errors=[])
    except (Refused, RefusedTogether) as refused:
        return MigrationPayload(migration=None, user_errors=user_errors(info.context, refused))


async def _start(info: Info, given: StartMigrationInput) -> Row:
    context = info.context
    key = demand_key(context, given.key)
    move = read_move(given.process, given.version, given.steps, given.where)
    return await migrating.start(context.parts, context.viewer, move, key, given.limit)


async def _cancel(info: Info, given: CancelMigrationInput) -> Row:
    return await migrating.cancel(info.context.parts, info.context.viewer, demand_uuid("Migration", given.id))


async def _undo(info: Info, given: UndoMigrationInput) -> Row:
    key = demand_key(info.context, given.key)
    return await migrating.undo(info.context.parts, info.context.viewer, demand_uuid("Migration", given.id), key)
