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
    owner_key: strawberry.Private[str | None]

    @resolver("The member who looks after her account.")
    def account_owner(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.owner_key or "")


def customer(row: Row) -> Customer:
    """A customer from its row."""
    return made(Customer, row, id=global_id("Customer", row["id"]), owner_key=row["account_owner"])
