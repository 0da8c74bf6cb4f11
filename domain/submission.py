"""What a submission must look like to be accepted: everything wrong with it is said at once.

Fields have the names of the item's columns; ``customer`` is a mapping of its own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from voxloop.domain.refusals import RefusalCode, Refused

LONGEST_TEXT = 20_000
LONGEST_KEY = 200
LONGEST_TAG, MOST_TAGS = 100, 50
RATINGS = (1, 5)
NPS = (0, 10)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # a year too small to count back from would hold up the item's loop

_LIMITS = dict.fromkeys(
    ("form", "scenario", "product", "module", "product_version", "batch", "part", "region", "order_ref"), 100
)
_CUSTOMER_LIMITS = {"ref": 100, "name": 200, "email": 254, "phone": 40}
_EMAIL = re.compile(r"{0}+@{0}+\.{0}+".format(r'[^@\s<>()\[\]:;,\\"]'))  # without signs that make several of one
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,}")


@dataclass(frozen=True)
class KnownProduct:
    """What a submission may say about one product: its line, and the keys of its modules."""

    line: str
    modules: frozenset[str]


def clean(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values with texts trimmed and their line ends as ``\\n``; an empty text is no value."""
    return {name: _cleaned(value) for name, value in values.items()}


def problems(values: Mapping[str, Any], products: Mapping[str, KnownProduct], now: datetime) -> list[Refused]:
    """Everything wrong with the cleaned ``values`` of a submission; none: it can be accepted."""
    found = [text_problem(values, "key", LONGEST_KEY), text_problem(values, "text", LONGEST_TEXT)]
    found += [optional_problem(values, name, limit) for name, limit in _LIMITS.items()]
    found += [_range_problem(values, "rating", RATINGS), _range_problem(values, "nps", NPS)]
    found.append(None if values.get("channel") else Refused(RefusalCode.REQUIRED, ["channel"]))
    found += _product_problems(values, products)
    found += _customer_problems(values.get("customer"))
    found.append(_received_problem(values.get("received_at"), now))
    return [problem for problem in found if problem is not None]


def text_problem(values: Mapping[str, Any], name: str, limit: int) -> Refused | None:
    """What is wrong with a text that must be there."""
    if values.get(name) is None:
        return Refused(RefusalCode.REQUIRED, [name])
    return optional_problem(values, name, limit)


def optional_problem(values: Mapping[str, Any], name: str, limit: int) -> Refused | None:
    """What is wrong with a text that may be there: it is longer than ``limit``, or has signs that nobody can read."""
    value = values.get(name)
    if value is None:
        return None
    if len(value) > limit:
        return Refused(RefusalCode.TOO_LONG, [name], limit=limit, length=len(value))
    return Refused(RefusalCode.UNREADABLE, [name]) if unreadable(value) else None


def _cleaned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return clean(value)
    if type(value) is not str:
        return value
    return value.replace("\r\n", "\n").replace("\r", "\n").strip() or None


def unreadable(value: str) -> bool:
    """Control characters but line ends and tabs, and halves of surrogate pairs."""
    return _UNREADABLE.search(value) is not None


def _range_problem(values: Mapping[str, Any], name: str, limits: tuple[int, int]) -> Refused | None:
    value = values.get(name)
    least, most = limits
    if value is None or least <= value <= most:
        return None
    return Refused(RefusalCode.OUT_OF_RANGE, [name], least=least, most=most)


def _received_problem(received_at: datetime | None, now: datetime) -> Refused | None:
    if received_at is None or EARLIEST <= received_at <= now:
        return None
    least, most = (instant.isoformat(timespec="seconds") for instant in (EARLIEST, now))
    return Refused(RefusalCode.OUT_OF_RANGE, ["received_at"], least=least, most=most)


def _product_problems(values: Mapping[str, Any], products: Mapping[str, KnownProduct]) -> Iterator[Refused]:
    key, module = values.get("product"), values.get("module")
    if key is not None and key not in products:
        yield _unknown("product", key, products)
    if module is None or (key is not None and key not in products):
        return
    if key is None:
        yield Refused(RefusalCode.REQUIRED, ["product"])
    elif module not in products[key].modules:
        yield _unknown("module", module, products[key].modules)


def _unknown(name: str, value: str, known: Mapping[str, Any] | frozenset[str]) -> Refused:
    return Refused(RefusalCode.UNKNOWN_VALUE, [name], value=value, known=", ".join(sorted(known)))


def _customer_problems(customer: Mapping[str, Any] | None) -> Iterator[Refused | None]:
    if customer is None:
        return
    found = [text_problem(customer, "ref", _CUSTOMER_LIMITS["ref"])]
    found += [optional_problem(customer, name, limit) for name, limit in _CUSTOMER_LIMITS.items() if name != "ref"]
    for name, shape, code in (("email", _EMAIL, RefusalCode.BAD_EMAIL), ("phone", _PHONE, RefusalCode.BAD_PHONE)):
        value = customer.get(name)
        if value is not None and len(value) <= _CUSTOMER_LIMITS[name] and not shape.fullmatch(value):
            found.append(Refused(code, [name]))  # of a longer one the length is told; to match it could take hours
    yield from (Refused(problem.code, ["customer", *problem.field], **problem.params) for problem in found if problem)
