"""What a condition may speak of: the facts of this installation, who fills each, and what may be asked of it.

A fact that is not here is filled by nobody, so a rule about it could never be trusted to fire. The names that
people read are ``fact.<name>`` and ``operator.<name>`` in ``texts``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from voxloop.domain.feedback import Channel, CustomerLevel, FeedbackType, Priority


class FactType(StrEnum):
    """What kind of value a fact has. A text is written by people; a keyword is one of a few words or keys."""

    TEXT = "text"
    KEYWORD = "keyword"
    NUMBER = "number"
    BOOL = "bool"
    LIST = "list"


class Shape(StrEnum):
    """What value an operator wants."""

    NOTHING = "nothing"
    ONE = "one"
    RANGE = "range"
    SEVERAL = "several"
    PATTERN = "pattern"


@dataclass(frozen=True)
class Fact:
    """``producer`` is the part of the product that fills it; ``allowed`` its only values, None when open."""

    type: FactType
    producer: str
    allowed: tuple[str, ...] | None = None


_TEXT, _KEYWORD, _NUMBER, _BOOL = FactType.TEXT, FactType.KEYWORD, FactType.NUMBER, FactType.BOOL

FACTS: Mapping[str, Fact] = {
    "text": Fact(_TEXT, "submission"),
    "language": Fact(_KEYWORD, "submission"),
    "channel": Fact(_KEYWORD, "submission", tuple(Channel)),
    "form": Fact(_KEYWORD, "submission"),
    "scenario": Fact(_KEYWORD, "submission"),
    "rating": Fact(_NUMBER, "submission"),
    "nps": Fact(_NUMBER, "submission"),
    "product_line": Fact(_KEYWORD, "submission"),
    "product": Fact(_KEYWORD, "submission"),
    "module": Fact(_KEYWORD, "submission"),
    "version": Fact(_KEYWORD, "submission"),
    "batch": Fact(_KEYWORD, "submission"),
    "region": Fact(_KEYWORD, "submission"),
    "follow_up": Fact(_BOOL, "submission"),
    "type": Fact(_KEYWORD, "analysis", tuple(FeedbackType)),
    "type_confidence": Fact(_NUMBER, "analysis"),
    "sentiment": Fact(_KEYWORD, "analysis", ("positive", "neutral", "negative")),
    "urgency": Fact(_KEYWORD, "analysis", ("high", "normal")),
    "customer_level": Fact(_KEYWORD, "store", tuple(CustomerLevel)),
    "customer_count_30d": Fact(_NUMBER, "store"),
    "batch_count_30d": Fact(_NUMBER, "store"),
    "is_reopen": Fact(_BOOL, "loop"),
    "priority": Fact(_KEYWORD, "loop", tuple(Priority)),
    "accepted": Fact(_BOOL, "loop"),
}

OPERATORS: Mapping[str, Shape] = {
    "equals": Shape.ONE,
    "not_equals": Shape.ONE,
    "in": Shape.SEVERAL,
    "not_in": Shape.SEVERAL,
    "less": Shape.ONE,
    "at_most": Shape.ONE,
    "more": Shape.ONE,
    "at_least": Shape.ONE,
    "between": Shape.RANGE,
    "contains_any": Shape.SEVERAL,
    "contains_all": Shape.SEVERAL,
    "matches": Shape.PATTERN,
    "exists": Shape.NOTHING,
    "missing": Shape.NOTHING,
}

_ALWAYS = ("exists", "missing")
OPERATORS_OF: Mapping[FactType, tuple[str, ...]] = {
    FactType.TEXT: ("contains_any", "contains_all", "matches", *_ALWAYS),
    FactType.KEYWORD: ("equals", "not_equals", "in", "not_in", *_ALWAYS),
    FactType.NUMBER: (
        *("equals", "not_equals", "in", "not_in", "less", "at_most", "more", "at_least", "between"),
        *_ALWAYS,
    ),
    FactType.BOOL: ("equals", "not_equals", *_ALWAYS),
    FactType.LIST: ("contains_any", "contains_all", *_ALWAYS),
}
