"""Who had a step and why, as the schema shows it: the strategy, and of each candidate what spoke for or against."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.assignment import Code
from voxloop.domain.texts import label, say, sentence
from voxloop.domain.viewer import Role
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Context, Info
from voxloop.graphql.enums import AssignedBy
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import made
from voxloop.graphql.people import Member, Team, member_name
from voxloop.store.sessions import Row

Words = Mapping[str, Any]


@strawberry.type(description="What was decided about one candidate for a step.")
class CandidateVerdict:
    code: Code = strawberry.field(description="What.")
    member_key: strawberry.Private[str]
    kept: strawberry.Private[Words]

    @resolver("The keys and numbers that it was decided by.")
    def params(self) -> JSON:
        return JSON({name: value for name, value in self.kept.items() if name not in ("member", "code")})

    @resolver("The candidate.")
    def member(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.member_key)

    @resolver("What was decided, as a sentence.")
    def sentence(self, info: Info, language: InLanguage = None) -> str:
        chosen = language or info.context.language
        return sentence(chosen, f"why.{self.code}", _params(info.context, self.kept, chosen))


@strawberry.type(description="Who had a step for a while, and why.")
class Assignment:
    began_at: datetime = strawberry.field(description="Since when.")
    ended_at: datetime | None = strawberry.field(description="Until when; empty while it lasts.")
    team_key: strawberry.Private[str | None]
    member_key: strawberry.Private[str | None]
    kept: strawberry.Private[Words]

    @resolver("The team that had it.")
    def team(self, info: Info) -> Team | None:
        return info.context.directory.teams.get(self.team_key or "")

    @resolver("The member who had it; empty while it lay in the team's queue.")
    def member(self, info: Info) -> Member | None:
        return info.context.directory.members.get(self.member_key or "")

    @resolver("By what it was decided in the end.")
    def strategy(self) -> AssignedBy | None:
        return _decided(self.kept)

    @resolver("Why, as it was kept; empty for intake tokens.")
    def reason(self, info: Info) -> JSON:
        return JSON({} if info.context.viewer.role is Role.INTAKE else self.kept)

    @resolver("Of each candidate what was decided, the one who got it first; not for intake tokens.")
    def why(self, info: Info) -> list[CandidateVerdict]:
        shown = () if info.context.viewer.role is Role.INTAKE else self.kept.get("why", ())
        return [CandidateVerdict(code=Code(each["code"]), member_key=each["member"], kept=each) for each in shown]

    @resolver("Why, as a sentence; empty for intake tokens.")
    def sentence(self, info: Info, language: InLanguage = None) -> str:
        if info.context.viewer.role is Role.INTAKE:
            return ""
        return _said(info.context, self.kept, self.member_key, language or info.context.language)


def assignment(row: Row) -> Assignment:
    """An assignment from its row."""
    return made(Assignment, row, team_key=row["team"], member_key=row["member"], kept=row["reason"])


def instant_in_words(at: str | None) -> str | None:
    """An instant of what is kept, as sentences say it."""
    return None if at is None else f"{datetime.fromisoformat(at).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def in_short(context: Context, assigned: Words, language: str) -> str:
    """Why somebody got a step, as its event tells it."""
    strategy = assigned.get("strategy")
    words = sentence(language, f"assigned.{strategy}", _params(context, assigned, language))
    if assigned.get("instead_of"):
        words += sentence(language, "assigned.instead_of", _params(context, assigned, language))
    return words


def _said(context: Context, kept: Words, member: str | None, language: str) -> str:
    decided = _decided(kept)
    if decided is None:
        return ""
    if member is None and decided in _BY_CHOICE:
        words = say(language, "assigned.nobody")
    else:
        taken: Words = next((each for each in kept.get("why", ()) if each["code"] == Code.TAKEN), {})
        words = in_short(context, {**taken, "strategy": decided, "by": kept.get("by")}, language)
    if kept.get("person") and kept["strategy"] != decided:
        was = {"person": member_name(context, kept["person"], language)}
        was["strategy"] = label(language, "strategy", kept["strategy"])
        words += sentence(language, "assigned.fallback", was)
    return words


_BY_CHOICE = (AssignedBy.ROUND_ROBIN, AssignedBy.LEAST_LOADED, AssignedBy.SKILL)


def _decided(kept: Words) -> AssignedBy | None:
    decided = kept.get("decided") or kept.get("strategy")
    return AssignedBy(decided) if decided in list(AssignedBy) else None


def _params(context: Context, kept: Words, language: str) -> dict[str, Any]:
    """The values of a sentence, as people write them."""
    until, by, capacity = kept.get("until"), kept.get("by"), kept.get("capacity")
    comma = say(language, "event_part.comma")
    return {
        "load": kept.get("load"),
        "capacity": say(language, "assigned.any") if capacity is None else capacity,
        "turn": kept.get("turn"),
        "until": instant_in_words(until),
        "substitute": member_name(context, kept.get("substitute"), language),
        "instead_of": comma.join(member_name(context, key, language) or key for key in kept.get("instead_of", ())),
        "by": member_name(context, by.rpartition(":")[2], language) if by else None,
        **{name: comma.join(kept.get(name, ())) for name in ("skills", "products", "regions")},
    }
