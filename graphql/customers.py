"""Customers, as the schema shows them."""

from datetime import datetime

import strawberry

from voxloop.domain.feedback import CustomerLevel
from voxloop.graphql.context import Info
from voxloop.graphql.enums import Language
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import Node, global_id, made
from voxloop.graphql.people import Member
from voxloop.store.sessions import Row


@strawberry.type(description="Who gave feedback.")
class Customer(Node):
    ref: str = strawberry.field(description="Her reference in the system that brought the feedback.")
    name: str | None = strawberry.field(description="Her name.")
    email: str | None = strawberry.field(description="E-mail address.")
    phone: str | None = strawberry.field(description="Telephone number.")
    language: Language = strawberry.field(description="The language she is answered in.")
    level: CustomerLevel = strawberry.field(description="How much attention she is promised.")
    region: str | None = strawberry.field(description="Where she is.")
    created_at: datetime = strawberry.field(description="When she was first heard of.")
    row: strawberry.Private[Row]

    @resolver("The member who looks after her account.")
    def account_owner(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.row["account_owner"] or "")

    @resolver("The kind of customer she is, in the organisation's words; managers see it.")
    def segment(self, info: Info) -> str | None:
        return self.row["segment"] if info.context.viewer.sees_all else None

    @resolver("What she is worth a year, in the organisation's currency; managers see it.")
    def value(self, info: Info) -> float | None:
        return self.row["value"] if info.context.viewer.sees_all else None

    @resolver("How content she is, 0 to 100; managers see it.")
    def health(self, info: Info) -> int | None:
        return self.row["health"] if info.context.viewer.sees_all else None


def customer(row: Row) -> Customer:
    """A customer from its row."""
    return made(Customer, row, id=global_id("Customer", row["id"]), row=row)
