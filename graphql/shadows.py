"""Drafts that decide beside the active rules, as the schema shows them."""

import strawberry

from voxloop.domain.studies import ShadowState
from voxloop.graphql.connections import Ask, Connection, paged
from voxloop.graphql.context import Info
from voxloop.graphql.studies import Difference, Study, difference_page
from voxloop.store import shadows


@strawberry.type(description="What a draft that decides beside the active rules would have decided otherwise.")
class ShadowReport(Study):
    state: ShadowState = strawberry.field(description="Whether it goes on, or what became of the draft.")
    compared: int = strawberry.field(description="How many decisions were compared so far.")

    @paged("The decisions that differ, in the order in which they were made.")
    async def differences(self, info: Info, ask: Ask) -> Connection[Difference]:
        return await difference_page(info, self, shadows.differences, ask)
