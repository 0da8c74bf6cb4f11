"""Teams and members, as the schema shows them. How they work is for colleagues: intake tokens do not see it."""

from collections.abc import Mapping
from datetime import datetime

import strawberry

from voxloop.domain.people import QueueOrder
from voxloop.domain.viewer import Role
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Context, Info
from voxloop.graphql.enums import Language
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import Node, global_id, made
from voxloop.store.sessions import Row


@strawberry.type(description="A person of the organisation.")
class Member(Node):
    key: str = strawberry.field(description="Its key, the same for ever.")
    active: bool = strawberry.field(description="Whether the member works here; only active members get work.")
    language: Language = strawberry.field(description="The language the member reads.")
    roles: list[str] = strawberry.field(description="The functions that rules and escalations address.")
    teams: list[str] = strawberry.field(description="Keys of the member's teams.")
    names: strawberry.Private[Mapping[str, str]]
    row: strawberry.Private[Row]

    @resolver("The member's name.")
    def name(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.names, language)

    @resolver("E-mail address; hidden from intake tokens.")
    def email(self, info: Info) -> str | None:
        return self.row["email"] if colleague(info) else None

    @resolver("Telephone number; hidden from intake tokens.")
    def phone(self, info: Info) -> str | None:
        return self.row["phone"] if colleague(info) else None

    @resolver("What the member can do, as processes ask for it; hidden from intake tokens.")
    def skills(self, info: Info) -> list[str]:
        return self.row["skills"] if colleague(info) else []

    @resolver("Keys of the product lines and products that she looks after; empty: all. Hidden from intake tokens.")
    def products(self, info: Info) -> list[str]:
        return self.row["products"] if colleague(info) else []

    @resolver("The regions that she looks after; empty: all. Hidden from intake tokens.")
    def regions(self, info: Info) -> list[str]:
        return self.row["regions"] if colleague(info) else []

    @resolver("How much open work she can have; empty: any amount. Hidden from intake tokens.")
    def capacity(self, info: Info) -> int | None:
        return self.row["capacity"] if colleague(info) else None

    @resolver("Key of the calendar she works by; empty: that of the team.")
    def calendar(self) -> str | None:
        key: str | None = self.row["calendar"]
        return key

    @resolver("How many steps she has now; hidden from intake tokens.")
    async def load(self, info: Info) -> int | None:
        return await info.context.workload.load(self.key) if colleague(info) else None

    @resolver("When she is away, from now on; hidden from intake tokens.")
    async def absences(self, info: Info) -> list["Absence"]:
        return [absence(row) for row in await info.context.workload.absences(self.key)] if colleague(info) else []


@strawberry.type(description="A time in which a member gets no new work.")
class Absence(Node):
    since: datetime = strawberry.field(description="From this instant on.")
    until: datetime = strawberry.field(description="Up to this instant, not included.")
    hand_over: bool = strawberry.field(description="Whether what she has goes to others when it begins.")
    row: strawberry.Private[Row]

    @resolver("Who is away.")
    def member(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.row["member"])

    @resolver("Who gets what would be hers; empty: whom the strategy finds.")
    def substitute(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.row["substitute"] or "")


def absence(row: Row) -> Absence:
    """An absence from its row."""
    return made(Absence, row, id=global_id("Absence", row["id"]), row=row)


@strawberry.type(description="What waits for the members of a team and nobody has yet.")
class TeamQueue:
    order: QueueOrder = strawberry.field(description="What comes first in it.")
    team_key: strawberry.Private[str]

    @resolver("How many items wait in it; hidden from intake tokens.")
    async def waiting(self, info: Info) -> int | None:
        return await info.context.workload.waiting(self.team_key) if colleague(info) else None


@strawberry.type(description="A group of members that steps are given to.")
class Team(Node):
    key: str = strawberry.field(description="Its key, the same for ever.")
    lead: Member | None = strawberry.field(description="Who leads it.")
    members: list[Member] = strawberry.field(description="Who belongs to it.")
    calendar: str | None = strawberry.field(description="Key of the calendar it works by; empty: round the clock.")
    time_zone: str | None = strawberry.field(description="Where it is: an IANA name; empty: as the organisation.")
    titles: strawberry.Private[Mapping[str, str]]
    row: strawberry.Private[Row]

    @resolver("Its name.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language)

    @resolver("Its queue.")
    def queue(self) -> TeamQueue:
        return TeamQueue(order=QueueOrder(self.row["queue"]), team_key=self.key)


def member_name(context: Context, key: str | None, language: str) -> str | None:
    """The name of a member, or the key where there is none."""
    member = context.directory.members.get(key or "")
    return context.title(member.names, language) if member else key


def colleague(info: Info) -> bool:
    """Whether who asks works here, and is no way in for customers."""
    return info.context.viewer.role is not Role.INTAKE
