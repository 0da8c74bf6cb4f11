"""A submission as machines write it: a JSON object with the names of GraphQL's ``SubmitFeedbackInput``."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from voxloop.domain.feedback import Channel
from voxloop.domain.identity import uuid_of
from voxloop.domain.refusals import RefusalCode, Refused, RefusedTogether
from voxloop.domain.texts import LANGUAGES
from voxloop.web.answers import Rejected

_SHOWN = 100
_Read = Callable[[Any], Any]


class _Wrong(Exception):
    """The value is not of the kind that its name asks for."""

    def __init__(self, code: RefusalCode, **params: str) -> None:
        self.code, self.params = code, params


def parsed(body: bytes) -> dict[str, Any]:
    """The object that a body holds.

    Raises:
        Rejected: it holds none.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Rejected(400) from error
    if not isinstance(found, dict):
        raise Rejected(400)
    return found


def read_submission(given: Mapping[str, Any]) -> dict[str, Any]:
    """Values for ``reception.receive``; what is null is not given.

    Raises:
        RefusedTogether: members are unknown or of a wrong type; each is named.
    """
    problems: list[Refused] = []
    values = dict(_read(given, _FIELDS, (), problems))
    if problems:
        raise RefusedTogether(problems)
    return values


def _read(
    given: Mapping[str, Any], fields: Mapping[str, tuple[str, _Read]], path: tuple[str, ...], problems: list[Refused]
) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        if name not in fields:
            known = ", ".join(sorted(fields))
            problems.append(Refused(RefusalCode.UNKNOWN_FIELD, [*path, name[:_SHOWN]], known=known))
        elif value is not None:
            column, read = fields[name]
            try:
                yield column, read(value)
            except _Wrong as wrong:
                problems.append(Refused(wrong.code, [*path, name], **wrong.params))
            except RefusedTogether as refused:
                problems += (Refused(each.code, [*path, name, *each.field], **each.params) for each in refused.problems)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong(RefusalCode.NOT_A_TEXT)
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Wrong(RefusalCode.NOT_A_NUMBER)
    return value


def _one_of(known: tuple[str, ...]) -> _Read:
    """A value as rows hold it (``shop_review``, ``zh-CN``), or as GraphQL writes it (``SHOP_REVIEW``, ``ZH_CN``)."""
    meant = {spelling: value for value in known for spelling in (value, value.upper().replace("-", "_"))}

    def read(value: Any) -> str:
        text = _text(value)
        if text not in meant:
            raise _Wrong(RefusalCode.UNKNOWN_VALUE, value=text[:_SHOWN], known=", ".join(known))
        return meant[text]

    return read


def _instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(value))
    except ValueError as error:
        raise _Wrong(RefusalCode.NOT_AN_INSTANT) from error
    if instant.tzinfo is None:
        raise _Wrong(RefusalCode.NOT_AN_INSTANT)
    return instant


def _earlier(value: Any) -> UUID | str:
    """The id in a global id of an item, else what stands there: a code, perhaps."""
    text = _text(value)
    return uuid_of("Feedback", text) or text


def _customer(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(RefusalCode.NOT_AN_OBJECT)
    problems: list[Refused] = []
    values = dict(_read(value, _CUSTOMER, (), problems))
    if problems:
        raise RefusedTogether(problems)
    return values


_CUSTOMER: Mapping[str, tuple[str, _Read]] = {
    **{name: (name, _text) for name in ("ref", "name", "email", "phone")},
    "language": ("language", _one_of(LANGUAGES)),
}
_FIELDS: Mapping[str, tuple[str, _Read]] = {
    **{
        name: (name, _text)
        for name in ("text", "key", "form", "scenario", "product", "module", "batch", "part", "region")
    },
    "channel": ("channel", _one_of(tuple(Channel))),
    "rating": ("rating", _number),
    "nps": ("nps", _number),
    "productVersion": ("product_version", _text),
    "orderRef": ("order_ref", _text),
    "language": ("language", _one_of(LANGUAGES)),
    "customer": ("customer", _customer),
    "followUpOf": ("follow_up_of", _earlier),
    "receivedAt": ("received_at", _instant),
}
