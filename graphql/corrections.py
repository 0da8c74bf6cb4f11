"""What people put right, and how right that makes each rule, as the schema shows it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import strawberry

from voxloop.domain.decision import Correctable
from voxloop.graphql.context import Info
from voxloop.graphql.errors import forbidden, in_time, readable
from voxloop.graphql.fields import resolver
from voxloop.store import corrections

_WINDOW = timedelta(days=90)


@strawberry.type(description="What a person put right of what had been decided by itself.")
class Correction:
    field: Correctable = strawberry.field(description="What of the item.")
    automatic: str | None = strawberry.field(description="What had been decided: a type, a priority, a team's key.")
    corrected: str | None = strawberry.field(description="What the person made of it.")
    rule: str | None = strawberry.field(
        description="The rule that had decided; empty where the analysis or the process had."
    )
    actor: str = strawberry.field(description="Who put it right: `member:<key>` or `integration:<name>`.")
    at: datetime = strawberry.field(description="When.")


@strawberry.type(description="How often people let a rule's decisions about one field stand.")
class RuleAccuracy:
    version: int = strawberry.field(description="The version of the rule set.")
    rule: str | None = strawberry.field(
        description="The rule; empty for the analysis, which decided the types that no rule set."
    )
    field: Correctable = strawberry.field(description="The field that it decided.")
    decided: int = strawberry.field(description="How many decisions were its.")
    corrected: int = strawberry.field(description="With how many of them people ended elsewhere.")
    right: float = strawberry.field(description="The share of the others: 0 to 1.")


@strawberry.type
class CorrectionQueries:
    @resolver("How right each rule of a rule set is, by what people put right; managers and admins only.")
    async def rule_accuracy(
        self,
        info: Info,
        rule_set: Annotated[str, strawberry.argument(description="The rule set's key.")],
        version: Annotated[int | None, strawberry.argument(description="Only this version of it.")] = None,
        since: Annotated[
            datetime | None, strawberry.argument(description="Of decisions since then; else of the last 90 days.")
        ] = None,
    ) -> list[RuleAccuracy]:
        if not info.context.viewer.sees_all:
            raise forbidden()
        key, begin = readable("ruleSet", rule_set), since or datetime.now(UTC) - _WINDOW
        with in_time():
            async with info.context.parts.sessions.begin() as session:
                found = await corrections.accuracy(session, key, version, begin)
        return [RuleAccuracy(**vars(each), right=each.right) for each in found]
