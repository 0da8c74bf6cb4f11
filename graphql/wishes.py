"""What people wish, read from the inputs of mutations."""

from voxloop.acts import Wish
from voxloop.domain.loop import Verb
from voxloop.domain.reading import KEY
from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.submission import LONGEST_TAG, LONGEST_TEXT, clean, optional_problem, text_problem
from voxloop.graphql.filling import bad_reason

LONGEST_NAME = 100


def words(name: str, given: str) -> dict[str, str]:
    """Words that have to be there, given in the field ``name``."""
    value = clean({name: given})[name]
    demand(text_problem({name: value}, name, LONGEST_TEXT))
    return {"text": value}


def comment(name: str, given: str | None) -> dict[str, str] | None:
    """Words that may be there."""
    value = clean({name: given})[name]
    demand(optional_problem({name: value}, name, LONGEST_TEXT))
    return None if value is None else {"text": value}


def step_key(given: str | None) -> str | None:
    """The key of a step: it goes into a history, where no other words may stand."""
    if given is not None and not KEY.fullmatch(given):
        demand(Refused(RefusalCode.BAD_KEY, ["step"], value=given[:LONGEST_NAME]))
    return given


def tag(given: str) -> dict[str, str]:
    """A tag."""
    value = " ".join(given.split()) or None
    demand(text_problem({"tag": value}, "tag", LONGEST_TAG))
    return {"tag": str(value)}


def reassignment(team: str | None, member: str | None) -> Wish:
    """The wish to hand a step to a team, a member, or a member of a team."""
    values = {"team": team or None, "member": member or None}
    demand(*(optional_problem(values, name, LONGEST_NAME) for name in values))
    if not any(values.values()):
        demand(Refused(RefusalCode.REQUIRED, ["team"]))
    return Wish(Verb.REASSIGN, team=values["team"], member=values["member"])


def giving_up(reason: str | None, closing_reason: str | None) -> Wish:
    """The wish to give an item up: why in words, and by a reason that its process knows."""
    demand(bad_reason(closing_reason))
    return Wish(Verb.CANCEL, comment("reason", reason), reason=closing_reason or None)
