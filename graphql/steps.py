"""Step runs, as the schema shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.forms import FieldKind
from voxloop.domain.limits import ClockName
from voxloop.domain.process import StepKind
from voxloop.domain.texts import Titles, outcome_title
from voxloop.domain.viewer import Role
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.assignments import Assignment, assignment
from voxloop.graphql.context import Info
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import made
from voxloop.graphql.people import Member, Team
from voxloop.store.sessions import Row


@strawberry.type(description="One of the values that a field offers.")
class FieldOption:
    key: str = strawberry.field(description="What is filled in.")
    titles: strawberry.Private[Mapping[str, str]]

    @resolver("Its name.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language)


@strawberry.type(description="One thing to fill in on completing a step.")
class FormField:
    key: str = strawberry.field(description="Its key in `fields`.")
    kind: FieldKind = strawberry.field(description="What it takes.")
    required: bool = strawberry.field(description="Whether every outcome needs it.")
    required_for: list[str] = strawberry.field(description="The outcomes that need it besides.")
    options: list[FieldOption] = strawberry.field(description="The values that it offers.")
    min: float | None = strawberry.field(description="The least number, fewest characters or options.")
    max: float | None = strawberry.field(description="The greatest number, most characters or options.")
    titles: strawberry.Private[Mapping[str, str]]

    @resolver("Its name; its key where it has none.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language) if self.titles else self.key


@strawberry.type(description="One of the outcomes that a step can have.")
class StepOutcome:
    key: str = strawberry.field(description="What is given on completion.")
    titles: strawberry.Private[Titles]

    @resolver("What people call it; its key where it has no name.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return outcome_title(self.titles, self.key, language or info.context.language)


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
    wait_until: datetime | None = strawberry.field(description="Until when an automatic step waits.")
    assignments: list[Assignment] = strawberry.field(description="Who had it, in order.")
    due_at: datetime | None = strawberry.field(description="When its limit is reached; moved by pauses.")
    branches: list["StepRun"] = strawberry.field(
        description="Of a parallel step: what is done side by side until it joins, each with its own team, owner and "
        "limit. One without outcome that has ended was withdrawn."
    )
    titles: strawberry.Private[Mapping[str, str]]
    outcome_titles: strawberry.Private[Titles]
    asked: strawberry.Private[Any]
    filled: strawberry.Private[JSON | None]
    team_key: strawberry.Private[str | None]

    @resolver("What is to be filled in on completion, in order.")
    def form(self) -> list[FormField]:
        return [_field(row) for row in self.asked]

    @resolver("What was filled in when it was completed; not for intake tokens.")
    def fields(self, info: Info) -> JSON | None:
        return None if info.context.viewer.role is Role.INTAKE else self.filled

    @resolver("Its name.")
    def title(self, info: Info, language: InLanguage = None) -> str:
        return info.context.title(self.titles, language)

    @resolver("What people call its outcome.")
    def outcome_title(self, info: Info, language: InLanguage = None) -> str | None:
        return self.outcome and outcome_title(self.outcome_titles, self.outcome, language or info.context.language)

    @resolver("The outcomes that it can have, with their names.")
    def outcome_choices(self) -> list[StepOutcome]:
        return [StepOutcome(key=outcome, titles=self.outcome_titles) for outcome in self.outcomes]

    @resolver("The team it is given to.")
    def team(self, info: Info) -> Team | None:
        return info.context.directory.teams.get(self.team_key or "")

    @resolver("Who has it, or had it last; empty while it lies in the team's queue.")
    def owner(self, info: Info) -> Member | None:
        last = self.assignments[-1].member_key if self.assignments else None
        return info.context.directory.members.get(last or "")


def step_runs(runs: Sequence[Row], assignments: Iterable[Row], clocks: Iterable[Row]) -> list[StepRun]:
    """An item's steps from its rows, in order, each with its branches."""
    had: dict[int, list[Assignment]] = {}
    for row in assignments:
        had.setdefault(row["seq"], []).append(assignment(row))
    due = {row["seq"]: row["due_at"] for row in clocks if row["name"] == ClockName.FINISH}
    steps: dict[int, StepRun] = {}
    for run in runs:
        seq, below = run["seq"], {"branches": [], "assignments": had.get(run["seq"], [])}
        own = {"titles": run["title"], "asked": run["form"], "filled": run["filled"], "team_key": run["team"]}
        steps[seq] = made(StepRun, run, due_at=due.get(seq), **below, **own)
    for run in runs:
        if run["parent"] is not None:
            steps[run["parent"]].branches.append(steps[run["seq"]])
    return [steps[run["seq"]] for run in runs if run["parent"] is None]


def _field(row: Row) -> FormField:
    options = [FieldOption(key=option["key"], titles=option["title"]) for option in row["options"]]
    return made(FormField, row, kind=FieldKind(row["kind"]), options=options, titles=row["title"])
