"""Decisions and their explanations, as the schema shows them."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.feedback import FeedbackType, Priority
from voxloop.store.sessions import Row


@strawberry.type(description="An action of a rule that lost against an earlier rule.")
class Overruled:
    rule: str = strawberry.field(description="The rule that lost.")
    action: str = strawberry.field(description="What it would have done.")
    value: str = strawberry.field(description="The value it would have set.")
    by: str = strawberry.field(description="The rule that had set it already.")


@strawberry.type(description="The rule that came closest to firing.")
class NearestRule:
    rule: str = strawberry.field(description="Its key.")
    failed: JSON = strawberry.field(description="The first of its conditions that did not hold.")


@strawberry.type(description="What the rules decided about an item, and why.")
class Decision:
    rule_set: str = strawberry.field(description="The rule set's key.")
    version: int = strawberry.field(description="The rule set's version.")
    at: datetime = strawberry.field(description="When it was decided.")
    type: FeedbackType | None = strawberry.field(description="The type that they set.")
    priority: Priority | None = strawberry.field(description="The priority that they set.")
    tags: list[str] = strawberry.field(description="The tags that they added.")
    facts: JSON = strawberry.field(description="The facts as they were.")
    fired: list[str] = strawberry.field(description="The rules that fired, in order.")
    overruled: list[Overruled] = strawberry.field(description="What lost against an earlier rule.")
    nearest: NearestRule | None = strawberry.field(description="The rule that came closest to firing.")
    engine: str = strawberry.field(description="Which engine decided: `durable-rules` or `reference`.")


def decision(row: Row) -> Decision:
    """A decision from its row."""
    body: dict[str, Any] = row["body"]
    why = body["explanation"]
    return Decision(
        rule_set=row["rule_set_key"],
        version=row["rule_set_version"],
        at=row["at"],
        type=body["type"],
        priority=body["priority"],
        tags=body["tags"],
        facts=why["facts"],
        fired=why["fired"],
        overruled=[Overruled(**lost) for lost in why["overruled"]],
        nearest=NearestRule(**why["nearest"]) if why["nearest"] else None,
        engine=why["engine"],
    )
