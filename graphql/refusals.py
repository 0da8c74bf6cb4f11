"""How a refused wish is answered: as data beside the result, with a sentence in the reader's language."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import strawberry
from strawberry.scalars import JSON
from strawberry.utils.str_converters import to_camel_case

from voxloop.domain.identity import uuid_of
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether, demand, refusal_sentence, told_params
from voxloop.domain.submission import LONGEST_KEY, text_problem
from voxloop.graphql.context import Context

# A loop knows no inputs: where in them its refusals belong.
_ABOUT: Mapping[RefusalCode, tuple[str, ...]] = {
    RefusalCode.CHANGED_MEANWHILE: ("expect",),
    RefusalCode.FIELDS_MISSING: ("fields",),
    RefusalCode.UNKNOWN_OUTCOME: ("outcome",),
    RefusalCode.REASON_NEEDED: ("closing_reason",),
    RefusalCode.UNKNOWN_REASON: ("closing_reason",),
    RefusalCode.STEP_NEEDED: ("step",),
    RefusalCode.STEP_NOT_OPEN: ("step",),
}


@strawberry.type(description="Why a mutation changed nothing.")
class UserError:
    code: RefusalCode = strawberry.field(description="The reason, for programs.")
    field: list[str] | None = strawberry.field(description="Where in the input; empty when it is about the whole.")
    message: str = strawberry.field(description="The reason, for people.")
    params: JSON = strawberry.field(description="The values in the message.")


def given_key(context: Context, given: str | None) -> str | None:
    """The idempotency key as it came: in the input, else in the header ``Idempotency-Key``. Blanks alone are none."""
    key = given if given is not None else context.key
    return key if key and not key.isspace() else None


def demand_key(context: Context, given: str | None) -> str:
    """The idempotency key.

    Raises:
        RefusedTogether: there is none, or it is none.
    """
    key = given_key(context, given)
    demand(text_problem({"key": key}, "key", LONGEST_KEY))
    return str(key)


def demand_uuid(type_: str, given: str, field: str = "id") -> UUID:
    """The UUID in a global id that was given in ``field``.

    Raises:
        Refused: it is no global id of that type, so there is no such object.
    """
    id_ = uuid_of(type_, given)
    if id_ is None:
        raise Refused(RefusalCode.NOT_FOUND, [field])
    return id_


def user_errors(context: Context, refused: Refused | RefusedTogether) -> list[UserError]:
    """The refusals in words."""
    problems: Iterable[Refused] = refused.problems if isinstance(refused, RefusedTogether) else [refused]
    return [_user_error(context, problem) for problem in problems]


def _user_error(context: Context, refused: Refused) -> UserError:
    field = refused.field or _ABOUT.get(refused.code, ())
    return UserError(
        code=refused.code,
        field=[*map(to_camel_case, field[:1]), *field[1:]]
        or None,  # names below the first are as the caller wrote them
        message=refusal_sentence(context.language, refused),
        params=JSON(told_params(refused.code, refused.params)),
    )
