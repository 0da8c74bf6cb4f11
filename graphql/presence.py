"""Who has an item open, so that two people do not answer the same customer at once."""

from datetime import datetime

import strawberry

from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver
from voxloop.graphql.people import Member
from voxloop.store.presence import LASTS
from voxloop.store.sessions import Row


@strawberry.type(description="A member who has an item open.")
class Presence:
    writing: bool = strawberry.field(description="Whether she is writing an answer or a note.")
    since: datetime = strawberry.field(description="Since when she has had it open.")
    row: strawberry.Private[Row]

    @resolver("Who.")
    def member(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.row["member"])

    @resolver("Until when that is so unless she says it again: nobody tells of its end.")
    def until(self) -> datetime:
        said_at: datetime = self.row["said_at"]
        return said_at + LASTS
