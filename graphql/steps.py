"""Step runs and assignments, as the schema shows them."""

from collections.abc import Mapping
from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.process import StepKind
from voxloop.domain.viewer import Role
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver
from voxloop.graphql.people import Member, Team


@strawberry.type(description="Who had a step for a while, and why.")
class Assignment:
    began_at: datetime = strawberry.field(description="Since when.")
    ended_at: datetime | None = strawberry.field(description="Until when; empty while it lasts.")
    reason: JSON = strawberry.field(description="Why: the strategy, and what spoke for the choice.")
    team_key: strawberry.Private[str | None]
    member_key: strawberry.Private[str | None]

    @resolver("The team that had it.")
    def team(self, info: Info) -> Team | None:
        return info.context.directory.teams.get(self.team_key or "")

    @resolver("The member who had it; empty while it lay in the team's queue.")
    def member(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.member_key or "")


@strawberry.type(description="One stay of an item at a step of its process.")
class StepRun:
    seq: int = strawberry.field(description="Counts the item's steps from 1.")
    step: str = strawberry.field(description="The step's key in the process.")
    kind: StepKind = strawberry.field(description="Whom it waits for.")
    round: int = strawberry.field(description="The round it belongs to; a reopened item begins a new one.")
    entered_at: datetime = strawberry.field(description="When the item came to it.")
    accepted_at: datetime | None = strawberry.field(description="When a member accepted it.")
    waiting_since: datetime | None = strawberry.field(description="Since when its member waits for the customer.")
    ended_at: datetime | None = strawberry.field(description="When the item left it.")
    outcome: str | None = strawberry.field(description="With which outcome.")
    outcomes: list[str] = strawberry.field(description="The outcomes that it can have.")
    required: list[str] = strawberry.field(description="The fields that must be filled in on completion.")
    assignments: list[Assignment] = strawberry.field(description="Who had it, in order.")
    titles: strawberry.Private[Mapping[str, str]]
    filled: strawberry.Private[JSON | None]
    team_key: strawberry.Private[str | None]

    @resolver("What was filled in when it was completed; not for intake tokens.")
    def fields(self, info: Info) -> JSON | None:
        return None if info.context.viewer.role is Role.INTAKE else self.filled

    @resolver("Its name.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language)

    @resolver("The team it is given to.")
    def team(self, info: Info) -> Team | None:
        return info.context.directory.teams.get(self.team_key or "")
