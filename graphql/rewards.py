"""What a customer was given for an item, as the schema shows it."""

from datetime import datetime

import strawberry

from voxloop.domain.viewer import Role
from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver


@strawberry.type(description="Points that the customer was given for an item.")
class Reward:
    points: int = strawberry.field(description="How many.")
    at: datetime = strawberry.field(description="When.")
    own_rule: strawberry.Private[str]

    @resolver("The rule that gave them; not for intake tokens.")
    def rule(self, info: Info) -> str | None:
        return None if info.context.viewer.role is Role.INTAKE else self.own_rule
