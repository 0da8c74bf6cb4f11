"""What was filled in on completing a step, as it comes in: only its outer shape.

Whether it answers the step's form is asked where that is known (``answering``).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from voxloop.domain.refusals import RefusalCode, Refused, demand
from voxloop.domain.submission import clean, optional_problem

LONGEST_FIELD = 5_000
_MOST_FIELDS, _MOST_CHOSEN = 50, 100
_LONGEST_SHOWN = 100
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)


def read_filled(given: Any) -> dict[str, Any]:
    """What was filled in, cleaned: names are keys, for they go into histories, where only codes may stand.

    Raises:
        RefusedTogether: it is no object of a few values.
    """
    fields: Any = given if given is not None else {}
    if not isinstance(fields, dict) or len(fields) > _MOST_FIELDS or not all(map(_is_field, fields.items())):
        demand(Refused(RefusalCode.BAD_FIELDS, ["fields"], most=_MOST_FIELDS))
    return clean(fields)


def _is_field(named: tuple[str, Any]) -> bool:
    name, value = named
    plain = isinstance(value, str | int | float | None)  # yes and no are numbers here
    chosen = isinstance(value, list) and len(value) <= _MOST_CHOSEN and all(isinstance(each, str) for each in value)
    return _FIELD_NAME.fullmatch(name) is not None and (plain or chosen)


def bad_values(filled: Mapping[str, Any]) -> Iterator[Refused]:
    """Texts that are too long or that nobody can read."""
    for name, value in filled.items():
        for text in value if isinstance(value, list) else [value]:
            problem = optional_problem({name: text}, name, LONGEST_FIELD) if isinstance(text, str) else None
            if problem is not None:
                yield Refused(problem.code, ["fields", *problem.field], **problem.params)


def names(filled: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of what was filled in."""
    return tuple(sorted(name for name, value in filled.items() if value is not None))


def bad_reason(given: str | None) -> Refused | None:
    """A reason goes into a history, so it must at least be a key."""
    if not given or _FIELD_NAME.fullmatch(given):
        return None
    return Refused(RefusalCode.BAD_KEY, ["closing_reason"], value=given[:_LONGEST_SHOWN])
