"""Trying another process, calendar, target or staffing on past items."""

from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Annotated, Any

import strawberry

from voxloop import trying_out
from voxloop.domain.documents import Kind
from voxloop.domain.durations import read_length
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority
from voxloop.domain.identity import number_of
from voxloop.domain.limits import ClockName
from voxloop.domain.reading import KEY
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether, demand
from voxloop.domain.submission import LONGEST_KEY, optional_problem
from voxloop.domain.trials import MOST_STAFF
from voxloop.graphql.context import Info
from voxloop.graphql.errors import bad_input
from voxloop.graphql.fields import mutation
from voxloop.graphql.filters import FeedbackWhere, read_where
from voxloop.graphql.refusals import UserError, demand_uuid, user_errors
from voxloop.graphql.what_ifs import WhatIf, shown
from voxloop.store.sessions import Row
from voxloop.trying_out import Tried, body_of

_MOST = 100
_MOST_HANDS = 100_000


@strawberry.type(description="What became of a mutation on a what-if.")
class WhatIfPayload:
    what_if: WhatIf | None = strawberry.field(description="The what-if as it stands now.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when all went well.")


@strawberry.input(description="A document: a draft or version by its global id, or what is published under a key.")
class TriedDocument:
    draft: strawberry.ID | None = strawberry.field(default=None, description="Global id of a draft or a version.")
    key: str | None = strawberry.field(default=None, description="Its key; what is published, or `version` of it.")
    version: int | None = strawberry.field(default=None, description="The number of a version of that key.")


@strawberry.input(
    description="Another target of a clock. What is not given is not looked at: all processes, all steps …"
)
class TriedTarget:
    clock: ClockName = strawberry.field(description="What is timed.")
    process: str | None = strawberry.field(default=None, description="Key of the process.")
    step: str | None = strawberry.field(default=None, description="Key of the step.")
    priority: Priority | None = strawberry.field(default=None, description="For items of that priority; else of all.")
    level: CustomerLevel | None = strawberry.field(default=None, description="For customers of that level.")
    type: FeedbackType | None = strawberry.field(default=None, description="For items of that type.")
    target: str | None = strawberry.field(default=None, description="A time like `4h` or `2wd`; else as it is.")
    calendar: str | None = strawberry.field(
        default=None, description="Key of the calendar it counts in, `team`, or `real`; else as it is."
    )


@strawberry.input(description="Who works in a team. Several for one team work beside each other.")
class TriedStaff:
    team: str = strawberry.field(description="Key of the team.")
    members: int = strawberry.field(description="How many people.")
    calendar: str | None = strawberry.field(default=None, description="By which they work; else that of the team.")
    capacity: int = strawberry.field(default=1, description="How much each works on at once.")


@strawberry.input(description="Replay past items under something else. At least one thing is tried.")
class StartWhatIfInput:
    since: datetime | None = strawberry.field(
        default=None, description="Items received from then on; else 30 days before `until`."
    )
    until: datetime | None = strawberry.field(default=None, description="Items received until then; else until now.")
    where: FeedbackWhere | None = strawberry.field(default=None, description="Only such items.")
    process: TriedDocument | None = strawberry.field(default=None, description="Another process in its own place.")
    calendars: list[TriedDocument] | None = strawberry.field(default=None, description="Other calendars, likewise.")
    targets: list[TriedTarget] | None = strawberry.field(default=None, description="Other targets, later ones win.")
    staffing: list[TriedStaff] | None = strawberry.field(default=None, description="Other people.")
    key: str | None = strawberry.field(
        default=None, description="Of yours: the same wish under the same key begins no second what-if."
    )


@strawberry.input(description="Have a what-if stop.")
class CancelWhatIfInput:
    id: strawberry.ID = strawberry.field(description="Its global id.")


@strawberry.type
class WhatIfMutations:
    @mutation("Begin a what-if; `whatIf` tells how far it is. It sends nothing and changes no item.")
    async def start_what_if(
        self, info: Info, input: Annotated[StartWhatIfInput, strawberry.argument(description="What is wanted.")]
    ) -> WhatIfPayload:
        return await _answered(info, _start(info, input))

    @mutation("Have a what-if stop; what it has found so far stays.")
    async def cancel_what_if(
        self, info: Info, input: Annotated[CancelWhatIfInput, strawberry.argument(description="Which.")]
    ) -> WhatIfPayload:
        return await _answered(info, _cancel(info, input))


async def _answered(info: Info, work: Awaitable[Row]) -> WhatIfPayload:
    try:
        return WhatIfPayload(what_if=shown(await work), user_errors=[])
    except (Refused, RefusedTogether) as refused:
        return WhatIfPayload(what_if=None, user_errors=user_errors(info.context, refused))


async def _start(info: Info, given: StartWhatIfInput) -> Row:
    for name in ("calendars", "targets", "staffing"):
        if len(getattr(given, name) or ()) > _MOST:
            raise bad_input(f"input.{name}", "too_many_values", most=_MOST)
    demand(optional_problem({"key": given.key}, "key", LONGEST_KEY))
    process = await process_body(info, given.process) if given.process else None
    calendars = [
        await _body(info, Kind.CALENDAR, each, ["calendars", str(place)])
        for place, each in enumerate(given.calendars or ())
    ]
    staffing = [_staff(place, each) for place, each in enumerate(given.staffing or ())]
    _demand_few(staffing)
    tried = Tried(
        window=(given.since, given.until),
        where=read_where(given.where),
        process=process,
        calendars={str(body.get("key")): body for body in calendars},
        targets=[_target(place, each) for place, each in enumerate(given.targets or ())],
        staffing=staffing,
        key=given.key,
    )
    return await trying_out.what_if(info.context.parts, info.context.viewer, tried)


async def process_body(info: Info, given: TriedDocument) -> Mapping[str, Any]:
    """The body of the process that is meant.

    Raises:
        Refused: there is none.
    """
    return await _body(info, Kind.PROCESS, given, ["process"])


async def _body(info: Info, kind: Kind, given: TriedDocument, field: list[str]) -> Mapping[str, Any]:
    draft = number_of("Document", given.draft) if given.draft is not None else None
    if draft is None and given.key is None:
        raise Refused(RefusalCode.NOT_FOUND, [*field, "draft"])
    async with info.context.parts.sessions.connect() as session:
        key = given.key if given.key is not None and KEY.fullmatch(given.key) else None
        body = await body_of(session, kind, draft, key, given.version)
    if body is None:
        raise Refused(RefusalCode.NOT_FOUND, field)
    return body


def key_problem(given: str | None, *field: str) -> Refused | None:
    """What names a process, a step or an outcome is kept as it came, so it must at least be a key."""
    if given is None or KEY.fullmatch(given):
        return None
    return Refused(RefusalCode.BAD_KEY, field, value=given[:60])


def length_problem(given: str | None, known: str, *field: str) -> Refused | None:
    """What is given as a time must be one; ``known``: what such times are like there."""
    if given is None:
        return None
    try:
        read_length(given)
    except ValueError:
        return Refused(RefusalCode.NOT_A_DURATION, field, value=given[:60], known=known)
    return None


def _target(place: int, given: TriedTarget) -> dict[str, Any]:
    demand(*(key_problem(getattr(given, name), "targets", str(place), name) for name in ("process", "step")))
    demand(length_problem(given.target, "4h, 2wd", "targets", str(place), "target"))
    return {name: value for name, value in vars(given).items() if value is not None}


def _staff(place: int, given: TriedStaff) -> dict[str, Any]:
    for name in ("members", "capacity"):
        if not 1 <= getattr(given, name) <= MOST_STAFF:
            raise Refused(RefusalCode.OUT_OF_RANGE, ["staffing", str(place), name], least=1, most=MOST_STAFF)
    return vars(given)


def _demand_few(staffing: list[dict[str, Any]]) -> None:
    """Each hand is played by itself."""
    if sum(staff["members"] * staff["capacity"] for staff in staffing) > _MOST_HANDS:
        raise Refused(RefusalCode.TOO_MANY, ["staffing"], most=_MOST_HANDS)


async def _cancel(info: Info, given: CancelWhatIfInput) -> Row:
    id_ = demand_uuid("WhatIf", given.id)
    return await trying_out.cancel_what_if(info.context.parts, info.context.viewer, id_)
