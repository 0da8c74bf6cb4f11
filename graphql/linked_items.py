"""Linked items, as the schema shows them."""

from datetime import datetime

import strawberry

from voxloop.domain.linked import ItemSystem, LinkedState
from voxloop.graphql.nodes import Node, global_id, made
from voxloop.store.sessions import Row


@strawberry.type(description="Something that another department's system works on because of feedback.")
class LinkedItem(Node):
    key: str = strawberry.field(description="Its key, the same here and in the other system.")
    system: ItemSystem = strawberry.field(description="The kind of system it is in.")
    template: str = strawberry.field(description="The template that worded it.")
    title: str = strawberry.field(description="What it is about, in one line.")
    body: str = strawberry.field(description="What it is about.")
    state: LinkedState = strawberry.field(description="How it stands there.")
    external_id: str | None = strawberry.field(description="Its number there; empty until it is opened.")
    opened_at: datetime = strawberry.field(description="When it was decided to open it.")
    changed_at: datetime = strawberry.field(description="When its state last changed.")


def linked_item(row: Row) -> LinkedItem:
    """A linked item from its row."""
    return made(LinkedItem, row, id=global_id("LinkedItem", row["key"]))
