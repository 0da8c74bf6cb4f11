"""Messages and their receipts, as the schema shows them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import strawberry

from voxloop.graphql.context import Info
from voxloop.graphql.enums import MessageDirection, ReceiptState, Visibility
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import made
from voxloop.graphql.people import Member
from voxloop.store.sessions import Row


@strawberry.type(description="Proof of what became of a message on its way out.")
class Receipt:
    key: str = strawberry.field(description="The key that the channel got with it.")
    via: str = strawberry.field(description="The way it goes: `email`, `sms`, `wecom` ...")
    state: ReceiptState = strawberry.field(description="What became of it.")
    settled_at: datetime | None = strawberry.field(description="When that was certain.")
    reason: str | None = strawberry.field(description="Why it was refused.")


@strawberry.type(description="Something said about an item: to the customer, by her, or among members.")
class Message:
    version: int = strawberry.field(description="The version of the item that it came with.")
    direction: MessageDirection = strawberry.field(description="Which way it goes.")
    visibility: Visibility = strawberry.field(description="Who may read it.")
    purpose: str = strawberry.field(description="`reply`, or the template that worded it.")
    author: str = strawberry.field(description="Who said it: `system`, `member:<key>`, `customer:<source>` ...")
    subject: str | None = strawberry.field(description="Its subject line.")
    text: str = strawberry.field(description="Its words.")
    at: datetime = strawberry.field(description="When it was said.")
    receipts: list[Receipt] = strawberry.field(description="What became of it on each way out.")
    member_key: strawberry.Private[str | None]
    mentioned: strawberry.Private[Sequence[str]]

    @resolver("The member it is for, when it is for one.")
    def recipient(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.member_key or "")

    @resolver("The members who are mentioned in it.")
    def mentions(self, info: Info) -> list[Member]:
        members = info.context.directory.members
        return [members[key] for key in self.mentioned if key in members]


def read_messages(rows: Sequence[Row]) -> list[Message]:
    """Messages from their rows: one for each receipt, or one without."""
    return [_message(list(group)) for _, group in groupby(rows, key=itemgetter("id"))]


def _message(rows: Sequence[Row]) -> Message:
    receipts = [made(Receipt, row) for row in rows if row["key"] is not None]
    first = rows[0]
    return made(Message, first, receipts=receipts, member_key=first["member"], mentioned=first["mentions"] or ())


def message(row: Row) -> Message:
    """A message that goes nowhere, from its row."""
    return made(Message, row, receipts=[], member_key=row["member"], mentioned=row["mentions"] or ())
