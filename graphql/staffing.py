"""What managers say of teams and members, and members of their own absences: what each can do, how much, and when."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any

import strawberry

from voxloop import staffing
from voxloop.domain.people import QueueOrder
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether
from voxloop.graphql.context import Info
from voxloop.graphql.directory import read_directory
from voxloop.graphql.fields import mutation
from voxloop.graphql.people import Absence, Member, Team, absence
from voxloop.graphql.refusals import UserError, demand_uuid, user_errors
from voxloop.store.sessions import Row

_ERRORS = "Why nothing was changed; empty when all went well."
_STAYS = " Not given: it stays as it is."


@strawberry.type(description="What became of a mutation on a member.")
class MemberPayload:
    member: Member | None = strawberry.field(description="The member now; empty when the wish was refused.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a mutation on a team.")
class TeamPayload:
    team: Team | None = strawberry.field(description="The team now; empty when the wish was refused.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a mutation on an absence.")
class AbsencePayload:
    absence: Absence | None = strawberry.field(description="The absence, also one just removed.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.input(description="Change what a member can do, and how much.")
class UpdateMemberInput:
    member: str = strawberry.field(description="Key of the member.")
    skills: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="What she can do: keys, as processes ask for them." + _STAYS
    )
    products: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Keys of the lines and products she looks after; none: all." + _STAYS
    )
    regions: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="The regions she looks after; none: all." + _STAYS
    )
    capacity: int | None = strawberry.field(
        default=strawberry.UNSET, description="How much open work she can have; null: any amount." + _STAYS
    )
    calendar: str | None = strawberry.field(
        default=strawberry.UNSET, description="Key of the calendar she works by; null: that of the team." + _STAYS
    )
    active: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="false: she has left, gets nothing any more, and what she has goes to others." + _STAYS,
    )


@strawberry.input(description="Change who belongs to a team, and how it works.")
class UpdateTeamInput:
    team: str = strawberry.field(description="Key of the team.")
    lead: str | None = strawberry.field(
        default=strawberry.UNSET, description="Key of the active member who leads it; null: nobody." + _STAYS
    )
    calendar: str | None = strawberry.field(
        default=strawberry.UNSET, description="Key of the calendar it works by; null: round the clock." + _STAYS
    )
    time_zone: str | None = strawberry.field(
        default=strawberry.UNSET, description="IANA name; null: as the organisation." + _STAYS
    )
    queue: QueueOrder | None = strawberry.field(
        default=strawberry.UNSET, description="What comes first in its queue." + _STAYS
    )
    members: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Keys of all active members who belong to it." + _STAYS
    )


@strawberry.input(description="Enter when a member is away; handlers may do so for themselves.")
class AddAbsenceInput:
    member: str = strawberry.field(description="Key of the member.")
    since: datetime = strawberry.field(description="From this instant on.")
    until: datetime = strawberry.field(description="Up to this instant, not included.")
    substitute: str | None = strawberry.field(
        default=None, description="Key of the active member who gets what would be hers; else whom strategies find."
    )
    hand_over: bool | None = strawberry.field(
        default=False, description="true: what she has goes to others when it begins."
    )


@strawberry.input(description="Take an absence back.")
class RemoveAbsenceInput:
    id: strawberry.ID = strawberry.field(description="The absence's global id.")


_GIVEN = strawberry.argument(description="What is wanted.")
_NEVER_NULL = ("active", "queue")


@strawberry.type
class StaffingMutations:
    @mutation("Change what a member can do, and how much; managers and admins only.")
    async def update_member(self, info: Info, input: Annotated[UpdateMemberInput, _GIVEN]) -> MemberPayload:
        errors = await _refusals(info, lambda: _update(info, staffing.update_member, input.member, input))
        return MemberPayload(
            member=None if errors else info.context.directory.members[input.member], user_errors=errors
        )

    @mutation("Change who belongs to a team, and how it works; managers and admins only.")
    async def update_team(self, info: Info, input: Annotated[UpdateTeamInput, _GIVEN]) -> TeamPayload:
        errors = await _refusals(info, lambda: _update(info, staffing.update_team, input.team, input))
        return TeamPayload(team=None if errors else info.context.directory.teams[input.team], user_errors=errors)

    @mutation("Enter when a member is away: she gets no new work then, nor keeps what she has if she hands over.")
    async def add_absence(self, info: Info, input: Annotated[AddAbsenceInput, _GIVEN]) -> AbsencePayload:
        given = {**_given(input), "hand_over": bool(input.hand_over), "substitute": input.substitute or None}
        return await _absence(info, staffing.add_absence(info.context.parts, info.context.viewer, given))

    @mutation("Take an absence back. What was handed over stays where it is.")
    async def remove_absence(self, info: Info, input: Annotated[RemoveAbsenceInput, _GIVEN]) -> AbsencePayload:
        return await _absence(info, _remove(info, input.id))


async def _update(info: Info, update: Callable[..., Awaitable[None]], key: str, given: object) -> None:
    changes = _given(given)
    changes = {name: changes[name] for name in changes if name not in ("member", "team")}
    for name in ("skills", "products", "regions", "members"):
        if name in changes:
            changes[name] = list(dict.fromkeys(changes[name] or ()))
    for name in _NEVER_NULL:
        if name in changes and changes[name] is None:
            raise Refused(RefusalCode.REQUIRED, [name])
    await update(info.context.parts, info.context.viewer, key, changes)
    info.context.directory = await read_directory(info.context.parts.sessions)


def _given(given: Any) -> dict[str, Any]:
    """What an input holds, without what was not given."""
    values: Mapping[str, Any] = {field.name: getattr(given, field.name) for field in fields(given)}
    return {name: value for name, value in values.items() if value is not strawberry.UNSET}


async def _refusals(info: Info, work: Callable[[], Awaitable[None]]) -> list[UserError]:
    try:
        await work()
    except (Refused, RefusedTogether) as refused:
        return user_errors(info.context, refused)
    return []


async def _remove(info: Info, given: str) -> Row:
    id_ = demand_uuid("Absence", given)
    return await staffing.remove_absence(info.context.parts, info.context.viewer, id_)


async def _absence(info: Info, work: Awaitable[Row]) -> AbsencePayload:
    try:
        return AbsencePayload(absence=absence(await work), user_errors=[])
    except (Refused, RefusedTogether) as refused:
        return AbsencePayload(absence=None, user_errors=user_errors(info.context, refused))
