"""What customers were asked about the handling of their items, as the schema shows it."""

from datetime import datetime

import strawberry

from voxloop.domain.relations import SurveyKind


@strawberry.type(description="What the customer was asked after a closing, and what she said.")
class Survey:
    kind: SurveyKind = strawberry.field(description="What was asked.")
    round: int = strawberry.field(description="The round that had ended.")
    asked_at: datetime = strawberry.field(description="When she was asked.")
    answered_at: datetime | None = strawberry.field(description="When she answered.")
    score: int | None = strawberry.field(description="Her answer; its range is that of the kind.")
    comment: str | None = strawberry.field(description="What she said to it.")
