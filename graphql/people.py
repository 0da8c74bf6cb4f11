"""Teams and members, as the schema shows them."""

from collections.abc import Mapping

import strawberry

from voxloop.domain.viewer import Role
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Info
from voxloop.graphql.enums import Language
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import Node


@strawberry.type(description="A person of the organisation.")
class Member(Node):
    key: str = strawberry.field(description="Its key, the same for ever.")
    active: bool = strawberry.field(description="Whether the member works here; only active members get work.")
    language: Language = strawberry.field(description="The language the member reads.")
    roles: list[str] = strawberry.field(description="The functions that rules and escalations address.")
    teams: list[str] = strawberry.field(description="Keys of the member's teams.")
    names: strawberry.Private[Mapping[str, str]]
    own_email: strawberry.Private[str | None]
    own_phone: strawberry.Private[str | None]

    @resolver("The member's name.")
    def name(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.names, language)

    @resolver("E-mail address; hidden from intake tokens.")
    def email(self, info: Info) -> str | None:
        return None if info.context.viewer.role is Role.INTAKE else self.own_email

    @resolver("Telephone number; hidden from intake tokens.")
    def phone(self, info: Info) -> str | None:
        return None if info.context.viewer.role is Role.INTAKE else self.own_phone


@strawberry.type(description="A group of members that steps are given to.")
class Team(Node):
    key: str = strawberry.field(description="Its key, the same for ever.")
    lead: Member | None = strawberry.field(description="Who leads it.")
    members: list[Member] = strawberry.field(description="Who belongs to it.")
    titles: strawberry.Private[Mapping[str, str]]

    @resolver("Its name.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language)
