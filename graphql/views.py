"""Saved views as the schema shows them. Their filters are kept as the schema writes them, and read by it again."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLError, Undefined
from graphql.utilities import coerce_input_value
from strawberry.scalars import JSON
from strawberry.types.arguments import convert_argument
from strawberry.utils.str_converters import to_camel_case

from voxloop.domain.texts import say
from voxloop.domain.views import Sharing
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.connections import Ask, Connection, paged
from voxloop.graphql.context import Info
from voxloop.graphql.enums import Direction
from voxloop.graphql.errors import bad_input
from voxloop.graphql.feedback import Feedback
from voxloop.graphql.fields import resolver
from voxloop.graphql.filters import FeedbackOrder, FeedbackWhere, read_where
from voxloop.graphql.lists import feedback_list
from voxloop.graphql.lookahead import Selection, selection
from voxloop.graphql.nodes import Node, global_id, made
from voxloop.graphql.people import Member
from voxloop.store import listing, views
from voxloop.store.listing import Order, Wanted, Where
from voxloop.store.sessions import Row, Session


@strawberry.type(description="A named list of items. Whoever reads it finds those that she may see.")
class View(Node):
    title: str = strawberry.field(description="Its name, as somebody wrote it.")
    sharing: Sharing = strawberry.field(description="For whom it is.")
    where: JSON = strawberry.field(description="Which items: a `FeedbackWhere` as it was given.")
    field: Order = strawberry.field(description="By what its items are listed.")
    direction: Direction = strawberry.field(description="Which end comes first.")
    revision: int = strawberry.field(description="Counts its changes; whoever changes it says which one she saw.")
    count: int | None = strawberry.field(
        description="How many items you find in it; null where its filter cannot be read any more."
    )
    row: strawberry.Private[Row]

    @resolver("The member who made it.")
    def owner(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.row["owner"].removeprefix("member:"))

    @resolver("Why nothing can be found in it any more; null when all is well.")
    def problem(self, info: Info, language: InLanguage = None) -> str | None:
        readable = _kept(info, self.row) is not None
        return None if readable else say(language or info.context.language, "view.unreadable")

    @paged("Its items.")
    async def feedbacks(self, info: Info, ask: Ask) -> Connection[Feedback]:
        where = _kept(info, self.row)
        if where is None:
            raise bad_input("where", "view_unreadable")
        order = FeedbackOrder(field=self.field, direction=self.direction)
        return await feedback_list(info, ask, Wanted(where), order)


@strawberry.type
class ViewQueries:
    @resolver("Your views and those shared with you, in the order in which they were made.")
    async def views(self, info: Info) -> list[View]:
        async with info.context.parts.sessions.connect() as session:
            rows = await views.seen(session, info.context.viewer)
            return await view_page(info, session, rows, selection(info))


async def view_page(info: Info, session: Session, rows: Sequence[Row], chosen: Selection) -> list[View]:
    """Views from their rows; counted one after the other, on one connection, where that is ``chosen``."""
    counted = "count" in chosen
    return [_view(row, await _count(info, session, row) if counted else None) for row in rows]


async def _count(info: Info, session: Session, row: Row) -> int | None:
    where = _kept(info, row)
    return None if where is None else await listing.count(session, info.context.viewer, Wanted(where))


def _view(row: Row, count: int | None) -> View:
    return made(
        View,
        row,
        id=global_id("View", row["id"]),
        sharing=Sharing(row["sharing"]),
        field=Order(row["field"]),
        direction=Direction.DESC if row["descending"] else Direction.ASC,
        count=count,
        row=row,
    )


def _kept(info: Info, row: Row) -> Where | None:
    """The filter that was kept; None when the schema knows no such filter any more."""
    schema: Any = info.schema
    values = coerce_input_value(row["where"], schema._schema.type_map["FeedbackWhere"])
    if values is Undefined:
        return None
    try:
        given: Any = convert_argument(values, FeedbackWhere, schema.schema_converter.scalar_registry, schema.config)
        return read_where(given)
    except GraphQLError:
        return None


def written(given: Any) -> Any:
    """A filter as the schema writes it, without what was not given."""
    if isinstance(given, Enum):
        return given.name
    if isinstance(given, datetime):
        return given.isoformat()
    if isinstance(given, list):
        return [written(each) for each in given]
    if not hasattr(given, "__dataclass_fields__"):
        return given
    values = {field: getattr(given, field.name) for field in fields(given)}
    return {_name(field): written(value) for field, value in values.items() if value is not None}


def _name(field: Any) -> str:
    return field.graphql_name or to_camel_case(field.python_name)
