"""What ties an item to other items and to people, as the schema shows it."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

import strawberry

from voxloop.domain.feedback import FeedbackType, Outcome, Priority, Stage
from voxloop.domain.relations import LinkKind
from voxloop.domain.viewer import Role, Viewer
from voxloop.graphql.enums import LinkDirection
from voxloop.graphql.nodes import global_id, made
from voxloop.store.sessions import Row
from voxloop.store.visibility import sees


@strawberry.type(description="Another item, as a line in a list shows it; `node` has the rest of it.")
class RelatedFeedback:
    id: strawberry.ID = strawberry.field(description="Global id of the item, by which `node` finds it.")
    code: str = strawberry.field(description="Its code for people: FB-000123.")
    text: str = strawberry.field(description="What its customer wrote.")
    type: FeedbackType | None = strawberry.field(description="What the writer mainly does; empty until classified.")
    priority: Priority = strawberry.field(description="How soon the organisation wants to act.")
    stage: Stage = strawberry.field(description="Where it stands.")
    outcome: Outcome | None = strawberry.field(description="How it ended; only when closed.")
    received_at: datetime = strawberry.field(description="When it was received.")


@strawberry.type(description="A link between two items. Duplicates are merged instead.")
class FeedbackLink:
    kind: LinkKind = strawberry.field(description="What the one is to the other.")
    direction: LinkDirection = strawberry.field(description="Which of the two it is said of.")
    item: RelatedFeedback = strawberry.field(description="The other item.")
    actor: str = strawberry.field(description="Who linked them: `member:<key>` or `integration:<name>`.")
    at: datetime = strawberry.field(description="When.")


def related(rows: Iterable[Row], viewer: Viewer) -> list[RelatedFeedback]:
    """Other items from their lines; nothing of those that the viewer does not see."""
    return [_line(row) for row in rows if _shown(row, viewer)]


def links(rows: Iterable[Row], viewer: Viewer) -> list[FeedbackLink]:
    """Links from their rows; nothing of those to items that the viewer does not see."""
    return [made(FeedbackLink, row, item=_line(row)) for row in rows if _shown(row, viewer)]


def _shown(row: Row, viewer: Viewer) -> bool:
    return viewer.role is not Role.INTAKE and sees(viewer, row)


def _line(row: Row) -> RelatedFeedback:
    values = {name: value for name, value in row.items() if name not in ("id", "item")}
    return made(RelatedFeedback, cast(Row, values), id=global_id("Feedback", row["id"]))
