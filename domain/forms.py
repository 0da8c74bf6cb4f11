"""Forms: what is asked of whoever completes a step, and what of it was not, or not rightly, filled in.

A form is kept with the step run as it was when the item came there, so that it is answered as it was shown.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from voxloop.domain.reading import is_number
from voxloop.domain.refusals import RefusalCode, Refused


class FieldKind(StrEnum):
    """What a field takes: a text, a number, one or several of its options, a day, yes or no, a member's key."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    FLAG = "flag"
    MEMBER = "member"


WITH_OPTIONS = (FieldKind.CHOICE, FieldKind.CHOICES)
BOUNDED = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.NUMBER, FieldKind.CHOICES)


@dataclass(frozen=True)
class Option:
    """One of the values that a choice offers."""

    key: str
    title: Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One thing to fill in; ``title`` is empty where the document only requires a key.

    ``required_for``: the outcomes that need it. ``min`` and ``max`` bound a number, how long a text is, or how many
    options are chosen.
    """

    key: str
    title: Mapping[str, str]
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    required_for: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    min: float | None = None
    max: float | None = None

    def needed(self, outcome: str) -> bool:
        """Whether that outcome needs it."""
        return self.required or outcome in self.required_for


Form = Sequence[Field]


def stored(form: Form) -> list[dict[str, Any]]:
    """The form as a row keeps it."""
    return [asdict(field) for field in form]


def restored(rows: Iterable[Mapping[str, Any]]) -> Form:
    """The form that a row keeps."""
    return [
        Field(
            **{
                **row,
                "kind": FieldKind(row["kind"]),
                "required_for": tuple(row["required_for"]),
                "options": tuple(Option(**option) for option in row["options"]),
            }
        )
        for row in rows
    ]


def wrongly_filled(form: Form, outcome: str, given: Mapping[str, Any]) -> list[Refused]:
    """What is wrong with the values ``given`` (by key, None for none) for that outcome.

    Whether a member is one is not known here. Without a form, texts under any name may be given.
    """
    found = [problem for field in form for problem in _of_field(field, outcome, given.get(field.key))]
    known = {field.key for field in form}
    for name in sorted(given.keys() - known):
        if form:
            found.append(_refused(RefusalCode.UNKNOWN_FIELD, name, known=", ".join(field.key for field in form)))
        elif not isinstance(given[name], str | None):
            found.append(_refused(RefusalCode.NOT_A_TEXT, name))
    return found


def members_named(form: Form, given: Mapping[str, Any]) -> dict[str, str]:
    """The member keys that were filled in, by field."""
    named = (field.key for field in form if field.kind is FieldKind.MEMBER)
    return {key: given[key] for key in named if isinstance(given.get(key), str)}


def unknown_members(named: Mapping[str, str], known: Collection[str]) -> list[Refused]:
    """Of these, those that are no active members."""
    return [_refused(RefusalCode.NOT_FOUND, field) for field, member in named.items() if member not in known]


def _of_field(field: Field, outcome: str, value: Any) -> Iterator[Refused]:
    if value is None or value == []:
        if field.needed(outcome):
            yield _refused(RefusalCode.REQUIRED, field.key)
    elif not _FORMS[field.kind][1](value):
        yield _refused(_FORMS[field.kind][0], field.key)
    elif field.kind in _MEASURES:
        yield from _MEASURES[field.kind](field, value)


def _of_number(field: Field, value: float) -> Iterator[Refused]:
    if field.min is not None and value < field.min:
        yield _refused(RefusalCode.TOO_LOW, field.key, least=_plain(field.min))
    if field.max is not None and value > field.max:
        yield _refused(RefusalCode.TOO_HIGH, field.key, most=_plain(field.max))


def _of_text(field: Field, value: str) -> Iterator[Refused]:
    length = str(len(value))
    if field.min is not None and len(value) < field.min:
        yield _refused(RefusalCode.TOO_SHORT, field.key, least=_plain(field.min), length=length)
    if field.max is not None and len(value) > field.max:
        yield _refused(RefusalCode.TOO_LONG, field.key, limit=_plain(field.max), length=length)


def _of_choice(field: Field, value: str) -> Iterator[Refused]:
    yield from _of_options(field, [value])


def _of_choices(field: Field, chosen: Sequence[str]) -> Iterator[Refused]:
    yield from _of_options(field, chosen)
    if field.min is not None and len(set(chosen)) < field.min:
        yield _refused(RefusalCode.TOO_FEW, field.key, least=_plain(field.min))
    if field.max is not None and len(set(chosen)) > field.max:
        yield _refused(RefusalCode.TOO_MANY, field.key, most=_plain(field.max))


def _of_options(field: Field, chosen: Sequence[str]) -> Iterator[Refused]:
    known = [option.key for option in field.options]
    for value in chosen:
        if value not in known:
            yield _refused(RefusalCode.UNKNOWN_VALUE, field.key, value=value, known=", ".join(known))


def _plain(number: float) -> str:
    return f"{number:.12g}"


def _refused(code: RefusalCode, key: str, **params: str) -> Refused:
    return Refused(code, ["fields", key], **params)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


_FORMS = {
    FieldKind.TEXT: (RefusalCode.NOT_A_TEXT, _is_text),
    FieldKind.LONG_TEXT: (RefusalCode.NOT_A_TEXT, _is_text),
    FieldKind.NUMBER: (RefusalCode.NO_NUMBER, is_number),
    FieldKind.CHOICE: (RefusalCode.NOT_A_TEXT, _is_text),
    FieldKind.CHOICES: (RefusalCode.NOT_A_LIST, _are_texts),
    FieldKind.DATE: (RefusalCode.NOT_A_DATE, _is_date),
    FieldKind.FLAG: (RefusalCode.NOT_A_FLAG, lambda value: isinstance(value, bool)),
    FieldKind.MEMBER: (RefusalCode.NOT_A_TEXT, _is_text),
}
_MEASURES: Mapping[FieldKind, Callable[[Field, Any], Iterator[Refused]]] = {
    FieldKind.TEXT: _of_text,
    FieldKind.LONG_TEXT: _of_text,
    FieldKind.NUMBER: _of_number,
    FieldKind.CHOICE: _of_choice,
    FieldKind.CHOICES: _of_choices,
}
