"""Documents that owners edit, and the one life they all have (DESIGN 4.3).

``draft -> checked -> (shadow) -> (scheduled) -> published -> superseded``; a draft may be ``discarded``. An edit always
makes a draft of it again. What a kind of document means is known where it is read; here is what holds for all.
"""

from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from typing import Any

from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.submission import unreadable

LARGEST_BODY = 2_000_000  # characters, of all texts and names in it
DEEPEST_BODY = 24
LARGEST_NUMBER = 2**53


class Kind(StrEnum):
    """The kinds of documents."""

    RULE_SET = "rule_set"
    PROCESS = "process"
    TEMPLATE = "template"
    ORGANISATION = "organisation"
    CALENDAR = "calendar"


class State(StrEnum):
    """Where a version stands in its life."""

    DRAFT = "draft"
    CHECKED = "checked"
    SHADOW = "shadow"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


EDITABLE = (State.DRAFT, State.CHECKED, State.SHADOW)
READY = (State.CHECKED, State.SHADOW)
RELEASED = (State.PUBLISHED, State.SUPERSEDED)
DECIDES = (*READY, State.SCHEDULED, *RELEASED)  # what was found sound


def body_problem(body: Any) -> Refused | None:
    """Why a body cannot even be a draft: it is no object, too large, too deep, or holds what nobody can read."""
    if not isinstance(body, Mapping):
        return Refused(RefusalCode.NOT_AN_OBJECT, ["body"])
    size, level = 0, [body]
    for _ in range(DEEPEST_BODY):
        following: list[Any] = []
        for part in level:
            pieces = [*part, *part.values()] if isinstance(part, Mapping) else part
            texts = [piece for piece in pieces if isinstance(piece, str)]
            size += len(pieces) + sum(map(len, texts))
            if size > LARGEST_BODY:
                return Refused(RefusalCode.TOO_LONG, ["body"], limit=LARGEST_BODY, length=size)
            if any(map(unreadable, texts)):
                return Refused(RefusalCode.UNREADABLE, ["body"])
            if not all(map(_is_plain, pieces)):
                return Refused(RefusalCode.NOT_A_NUMBER, ["body"])
            following += [piece for piece in pieces if isinstance(piece, Mapping | list | tuple)]
        if not following:
            return None
        level = following
    return Refused(RefusalCode.TOO_DEEP, ["body"], deepest=DEEPEST_BODY)


def _is_plain(value: Any) -> bool:
    """Whether a value is of JSON, and a number one that every reader of JSON has (RFC 8259, 6)."""
    if isinstance(value, int | float):
        return isfinite(value) and abs(value) <= LARGEST_NUMBER
    return value is None or isinstance(value, str | Mapping | list | tuple)
