"""The enums of the schema: the domain's own, and those of the API, each value described."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any, cast

import strawberry

from voxloop.domain.feedback import Channel, CustomerLevel, FeedbackType, Outcome, Priority, Stage
from voxloop.domain.linked import ItemSystem, LinkedState
from voxloop.domain.process import ClockName, StepKind
from voxloop.domain.refusals import RefusalCode
from voxloop.domain.statistics import Dimension, Metric
from voxloop.domain.texts import texts
from voxloop.domain.viewer import Role
from voxloop.graphql.work import Work
from voxloop.reports.figures import FigureKind
from voxloop.store.listing import Order


class Language(StrEnum):
    ZH_CN = "zh-CN"
    EN = "en"


class Direction(StrEnum):
    ASC = "asc"
    DESC = "desc"


class CompareTo(StrEnum):
    PREVIOUS_PERIOD = "previous_period"


class MessageDirection(StrEnum):
    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class Visibility(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class ReceiptState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SIMULATED = "simulated"
    ACCEPTED = "accepted"
    PERHAPS_TWICE = "perhaps_twice"
    REFUSED = "refused"


class ActorKind(StrEnum):
    MEMBER = "member"
    CUSTOMER = "customer"
    INTEGRATION = "integration"
    RULE = "rule"
    SYSTEM = "system"


def _show(enum: type[Enum], description: str, words: Mapping[str, str], name: str | None = None) -> None:
    strawberry.enum(enum, description=description, name=name)
    for value in cast(Any, enum).__strawberry_definition__.values:
        value.description = words[value.value]


def _labels(section: str) -> dict[str, str]:
    prefix = f"{section}."
    return {key.removeprefix(prefix): text for key, text in texts("en").items() if key.startswith(prefix)}


_show(FeedbackType, "What the writer mainly does.", _labels("type"))
_show(Priority, "How soon the organisation wants to act, most urgent first.", _labels("priority"))
_show(Stage, "Where the item stands.", _labels("stage"))
_show(Outcome, "How a closed item ended.", _labels("outcome"))
_show(Channel, "The way in.", _labels("channel"))
_show(CustomerLevel, "How much attention a customer is promised.", _labels("customer_level"))
_show(StepKind, "Whom a step waits for.", _labels("step_kind"))
_show(ClockName, "What is timed.", _labels("clock"))
_show(ItemSystem, "The kinds of systems that take linked items.", _labels("item_system"))
_show(LinkedState, "How a linked item stands in its system.", _labels("linked_state"))
_show(Role, "What a token may do.", _labels("role"))
_show(RefusalCode, "Why a mutation changed nothing.", _labels("refusal"))
_show(ActorKind, "What kind of actor did something.", _labels("actor"))
_show(Language, "The languages of every text.", {"zh-CN": "Simplified Chinese", "en": "English"})
_show(Direction, "Which end of a list comes first.", {"asc": "The least first", "desc": "The greatest first"})
_show(
    Work,
    "Whose work.",
    {
        "mine": "What you have",
        "team": "What nobody has yet, at steps of your teams where a member acts",
        "both": "Both",
    },
)
_show(Dimension, "By what items are grouped.", _labels("dimension"))
_show(Metric, "What is measured.", _labels("metric_formula"))
_show(FigureKind, "The kinds of figures.", _labels("figure_kind"))
_show(CompareTo, "What numbers are compared with.", {"previous_period": "As much time directly before"})
_show(Visibility, "Who may read a message.", {"public": "The customer too", "internal": "Members only"})
_show(
    MessageDirection,
    "Which way a message goes.",
    {"in": "From the customer", "out": "To the customer", "internal": "Among members"},
)
_show(
    ReceiptState,
    "What became of a message on its way out.",
    {
        "pending": "It waits to be sent",
        "sending": "An attempt is under way",
        "simulated": "It was only written down: no channel is connected",
        "accepted": "The channel took it",
        "perhaps_twice": "It was repeated after an attempt whose end nobody knows",
        "refused": "The channel refused it",
    },
)
_show(
    Order,
    "What items are listed by.",
    {"received_at": "When it was received", "due_at": "When it is due; items that are not due come last ascending"},
    name="FeedbackOrderField",
)
