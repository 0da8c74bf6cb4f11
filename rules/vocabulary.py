"""What rules may speak of, as plain data: facts, operators, actions and limits. An editor can be drawn from it alone.

A fact that is not here is filled by nobody, so a rule about it could never be trusted to fire. What people read is in
``texts``: ``fact.<name>``, ``operator.<name>``, ``action.<name>``, ``parameter.<name>``, ``producer.<name>``,
``unit.<name>``, ``limit.<name>``; an allowed value's label is ``<labels>.<value>``, for facts ``<name>.<value>``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from voxloop.domain.case_reader import MAX_CASES
from voxloop.domain.decision import NAMED_RECIPIENTS, RECIPIENT_KINDS, WAYS
from voxloop.domain.feedback import Channel, CustomerLevel, FeedbackType, Priority
from voxloop.domain.reading import LONGEST_TITLE
from voxloop.domain.rule_reader import (
    LARGEST_NUMBER,
    LONGEST_VALUE,
    MAX_ACTIONS,
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_FACTS,
    MAX_RULES,
    MAX_VALUES,
    MOST_POINTS,
)
from voxloop.domain.rules import MOST_COUNTED, Scalar
from voxloop.domain.submission import LONGEST_TAG, NPS, RATINGS
from voxloop.domain.texts import LANGUAGES


class FactType(StrEnum):
    """What kind of value a fact has. A text is written by people; a keyword is one of a few words or keys."""

    TEXT = "text"
    KEYWORD = "keyword"
    NUMBER = "number"
    BOOL = "bool"


class Producer(StrEnum):
    """The part of the product that fills a fact."""

    SUBMISSION = "submission"
    ANALYSIS = "analysis"
    CUSTOMER = "customer"
    COUNTS = "counts"
    CALENDAR = "calendar"
    LOOP = "loop"


@dataclass(frozen=True)
class Fact:
    """``producer`` is None while nothing fills it; ``allowed`` are its only values, None when open.

    Of a number: its least and greatest value, None where there is no bound; whether it is always ``whole``; its
    ``unit``. ``at_first``: the value that each item has as long as it has only just been received, of some facts.
    """

    type: FactType
    producer: Producer | None
    allowed: tuple[str, ...] | None = None
    least: float | None = None
    most: float | None = None
    whole: bool = False
    unit: str | None = None
    at_first: Scalar | None = None

    def can_be(self, value: Scalar) -> bool:
        """Whether a value of its type is one that it can have."""
        if self.allowed is not None:
            return value in self.allowed
        if not isinstance(value, int | float) or self.type is FactType.BOOL:
            return True
        within = (self.least is None or self.least <= value) and (self.most is None or value <= self.most)
        return within and not (self.whole and value % 1)


class Shape(StrEnum):
    """What value an operator wants."""

    NOTHING = "nothing"
    ONE = "one"
    RANGE = "range"
    SEVERAL = "several"
    PATTERN = "pattern"


@dataclass(frozen=True)
class Operator:
    """The shape of its value, and the types of facts of which it may be asked."""

    shape: Shape
    types: frozenset[FactType]


class Form(StrEnum):
    """How an action is written: ``true``, the value of its one parameter, or a table of its parameters."""

    TRUE = "true"
    VALUE = "value"
    TABLE = "table"


class ParameterType(StrEnum):
    """What a parameter takes: a word of those allowed, a key, either of the two (a recipient), a text, a whole number.

    A key stands alone where it refers to one kind of thing, and else in a table under that kind (``{role: director}``).
    """

    WORD = "word"
    KEY = "key"
    RECIPIENT = "recipient"
    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True)
class Parameter:
    """``refers_to``: the kinds of things whose keys it takes. ``most``: a number's greatest value, a text's length."""

    name: str
    type: ParameterType
    required: bool = True
    several: bool = False
    allowed: tuple[str, ...] = ()
    labels: str | None = None
    refers_to: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class ActionKind:
    """What a rule can do; ``needs_any``: at least one of its parameters must be given."""

    form: Form
    parameters: tuple[Parameter, ...] = ()
    needs_any: bool = False


_TEXT, _KEYWORD, _NUMBER, _BOOL = FactType.TEXT, FactType.KEYWORD, FactType.NUMBER, FactType.BOOL
_SUBMISSION, _ANALYSIS, _CUSTOMER, _LOOP = Producer.SUBMISSION, Producer.ANALYSIS, Producer.CUSTOMER, Producer.LOOP

_COUNT = Fact(_NUMBER, Producer.COUNTS, least=1, most=MOST_COUNTED, whole=True, unit="items")

FACTS: Mapping[str, Fact] = {
    "text": Fact(_TEXT, _SUBMISSION),
    "language": Fact(_KEYWORD, _SUBMISSION, LANGUAGES),
    "channel": Fact(_KEYWORD, _SUBMISSION, tuple(Channel)),
    "form": Fact(_KEYWORD, _SUBMISSION),
    "scenario": Fact(_KEYWORD, _SUBMISSION),
    "rating": Fact(_NUMBER, _SUBMISSION, least=RATINGS[0], most=RATINGS[1], whole=True, unit="stars"),
    "nps": Fact(_NUMBER, _SUBMISSION, least=NPS[0], most=NPS[1], whole=True, unit="points"),
    "product_line": Fact(_KEYWORD, _SUBMISSION),
    "product": Fact(_KEYWORD, _SUBMISSION),
    "module": Fact(_KEYWORD, _SUBMISSION),
    "version": Fact(_KEYWORD, _SUBMISSION),
    "batch": Fact(_KEYWORD, _SUBMISSION),
    "part": Fact(_KEYWORD, _SUBMISSION),
    "region": Fact(_KEYWORD, _SUBMISSION),
    "order": Fact(_KEYWORD, _SUBMISSION),
    "attachments": Fact(_NUMBER, _SUBMISSION, least=0, whole=True),
    "follow_up": Fact(_BOOL, _SUBMISSION),
    "type": Fact(_KEYWORD, _ANALYSIS, tuple(FeedbackType)),
    "type_confidence": Fact(_NUMBER, _ANALYSIS, least=0, most=1),
    "sentiment": Fact(_KEYWORD, _ANALYSIS, ("positive", "neutral", "negative")),
    "sentiment_strength": Fact(_NUMBER, _ANALYSIS, least=-1, most=1),
    "urgency": Fact(_KEYWORD, _ANALYSIS, ("high", "normal")),
    "topic": Fact(_KEYWORD, None),
    "customer_level": Fact(_KEYWORD, _CUSTOMER, tuple(CustomerLevel)),
    "customer_segment": Fact(_KEYWORD, _CUSTOMER),
    "customer_value": Fact(_NUMBER, _CUSTOMER),
    "customer_health": Fact(_NUMBER, _CUSTOMER, least=0, most=100, whole=True, unit="points"),
    "customer_count_7d": _COUNT,
    "customer_count_30d": _COUNT,
    "similar_count_24h": _COUNT,
    "similar_count_7d": _COUNT,
    "batch_count_30d": _COUNT,
    "part_count_30d": _COUNT,
    "version_count_7d": _COUNT,
    "region_count_7d": _COUNT,
    "in_service_hours": Fact(_BOOL, Producer.CALENDAR),
    "is_reopen": Fact(_BOOL, _LOOP, at_first=False),
    "priority": Fact(_KEYWORD, _LOOP, tuple(Priority), at_first=Priority.NORMAL),
    "accepted": Fact(_BOOL, _LOOP, at_first=False),
}
AT_FIRST: Mapping[str, Scalar] = {name: fact.at_first for name, fact in FACTS.items() if fact.at_first is not None}

_WORDS, _NUMBERS = frozenset({_TEXT}), frozenset({_NUMBER})
_VALUES, _ANY = frozenset({_KEYWORD, _NUMBER}), frozenset(FactType)

OPERATORS: Mapping[str, Operator] = {
    "equals": Operator(Shape.ONE, _VALUES | {_BOOL}),
    "not_equals": Operator(Shape.ONE, _VALUES | {_BOOL}),
    "in": Operator(Shape.SEVERAL, _VALUES),
    "not_in": Operator(Shape.SEVERAL, _VALUES),
    "less": Operator(Shape.ONE, _NUMBERS),
    "at_most": Operator(Shape.ONE, _NUMBERS),
    "more": Operator(Shape.ONE, _NUMBERS),
    "at_least": Operator(Shape.ONE, _NUMBERS),
    "between": Operator(Shape.RANGE, _NUMBERS),
    "contains_any": Operator(Shape.SEVERAL, _WORDS),
    "contains_all": Operator(Shape.SEVERAL, _WORDS),
    "matches": Operator(Shape.PATTERN, _WORDS),
    "exists": Operator(Shape.NOTHING, _ANY),
    "missing": Operator(Shape.NOTHING, _ANY),
}
OPERATORS_OF: Mapping[FactType, tuple[str, ...]] = {
    type_: tuple(name for name, operator in OPERATORS.items() if type_ in operator.types) for type_ in FactType
}


def _key(name: str, required: bool = True) -> Parameter:
    return Parameter(name, ParameterType.KEY, required, refers_to=(name,))


_TELL = ActionKind(
    Form.TABLE,
    (
        Parameter(
            "to", ParameterType.RECIPIENT, allowed=NAMED_RECIPIENTS, labels="recipient", refers_to=RECIPIENT_KINDS
        ),
        Parameter("via", ParameterType.WORD, required=False, several=True, allowed=WAYS, labels="way"),
    ),
)

ACTIONS: Mapping[str, ActionKind] = {
    "set_type": ActionKind(
        Form.VALUE, (Parameter("type", ParameterType.WORD, allowed=tuple(FeedbackType), labels="type"),)
    ),
    "set_priority": ActionKind(
        Form.VALUE, (Parameter("priority", ParameterType.WORD, allowed=tuple(Priority), labels="priority"),)
    ),
    "add_tag": ActionKind(Form.VALUE, (Parameter("tag", ParameterType.TEXT, most=LONGEST_TAG),)),
    "route": ActionKind(
        Form.TABLE, tuple(_key(name, required=False) for name in ("process", "team", "member")), needs_any=True
    ),
    "tell": _TELL,
    "cc": _TELL,
    "open": ActionKind(Form.TABLE, (_key("system"), _key("template"))),
    "follow_up": ActionKind(Form.TABLE, (_key("template"),)),
    "reward": ActionKind(
        Form.TABLE,
        (Parameter("points", ParameterType.NUMBER, least=1, most=MOST_POINTS), _key("template", required=False)),
    ),
    "hold_for_review": ActionKind(Form.TRUE),
    "mark_spam": ActionKind(Form.TRUE),
}

LIMITS: Mapping[str, int] = {
    "rules": MAX_RULES,
    "facts": MAX_FACTS,
    "cases": MAX_CASES,
    "conditions": MAX_CONDITIONS,
    "depth": MAX_DEPTH,
    "actions": MAX_ACTIONS,
    "values": MAX_VALUES,
    "value_length": LONGEST_VALUE,
    "title_length": LONGEST_TITLE,
    "number": LARGEST_NUMBER,
}
