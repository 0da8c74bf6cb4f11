"""Trying a draft on past items."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated

import strawberry

from voxloop import studying
from voxloop.domain.identity import number_of
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether
from voxloop.graphql.backtests import Backtest
from voxloop.graphql.context import Info
from voxloop.graphql.document_page import backtest_page
from voxloop.graphql.fields import mutation
from voxloop.graphql.filters import FeedbackWhere, read_where
from voxloop.graphql.lookahead import selection
from voxloop.graphql.refusals import UserError, demand_uuid, user_errors
from voxloop.store.sessions import Row


@strawberry.type(description="What became of a mutation on a backtest.")
class BacktestPayload:
    backtest: Backtest | None = strawberry.field(description="The backtest as it stands now.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when all went well.")


@strawberry.input(description="Decide past items by a draft of a rule set and by what is published.")
class StartBacktestInput:
    draft: strawberry.ID = strawberry.field(description="Global id of the draft, or of any version.")
    since: datetime | None = strawberry.field(
        default=None, description="Items received from then on; else 30 days before `until`."
    )
    until: datetime | None = strawberry.field(default=None, description="Items received until then; else until now.")
    where: FeedbackWhere | None = strawberry.field(default=None, description="Only such items.")


@strawberry.input(description="Have a backtest stop.")
class CancelBacktestInput:
    id: strawberry.ID = strawberry.field(description="Its global id.")


@strawberry.type
class BacktestMutations:
    @mutation("Begin a backtest; `backtest` tells how far it is. It sends nothing and changes no item.")
    async def start_backtest(
        self, info: Info, input: Annotated[StartBacktestInput, strawberry.argument(description="What is wanted.")]
    ) -> BacktestPayload:
        return await _answered(info, _start(info, input))

    @mutation("Have a backtest stop; what it has found so far stays.")
    async def cancel_backtest(
        self, info: Info, input: Annotated[CancelBacktestInput, strawberry.argument(description="Which.")]
    ) -> BacktestPayload:
        return await _answered(info, _cancel(info, input))


async def _answered(info: Info, work: Awaitable[Row]) -> BacktestPayload:
    try:
        row = await work
    except (Refused, RefusedTogether) as refused:
        return BacktestPayload(backtest=None, user_errors=user_errors(info.context, refused))
    async with info.context.parts.sessions.connect() as session:
        [shown] = await backtest_page(session, info.context.viewer, [row], selection(info).at("backtest"))
    return BacktestPayload(backtest=shown, user_errors=[])


async def _start(info: Info, given: StartBacktestInput) -> Row:
    draft, where = number_of("Document", given.draft), read_where(given.where)
    if draft is None:
        raise Refused(RefusalCode.NOT_FOUND, ["draft"])
    window = given.since, given.until
    return await studying.backtest(info.context.parts, info.context.viewer, draft, window, where)


async def _cancel(info: Info, given: CancelBacktestInput) -> Row:
    id_ = demand_uuid("Backtest", given.id)
    return await studying.cancel_backtest(info.context.parts, info.context.viewer, id_)
