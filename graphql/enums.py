"""The enums of the schema: the domain's own, and those of the API, each value described."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any, cast

import strawberry

from voxloop.domain.assignment import Code
from voxloop.domain.calendars import Reason
from voxloop.domain.clocks import ClockState
from voxloop.domain.decision import Correctable
from voxloop.domain.documents import Kind, State
from voxloop.domain.feedback import Channel, CustomerLevel, FeedbackType, Outcome, Priority, Stage
from voxloop.domain.forms import FieldKind
from voxloop.domain.limits import ClockName
from voxloop.domain.linked import ItemSystem, LinkedState
from voxloop.domain.migration_previews import Shift
from voxloop.domain.operations import ItemState, RunState
from voxloop.domain.people import QueueOrder
from voxloop.domain.process import StepKind
from voxloop.domain.refusals import RefusalCode
from voxloop.domain.relations import LinkKind, SurveyKind
from voxloop.domain.rules import Occasion
from voxloop.domain.statistics import Dimension, Metric
from voxloop.domain.studies import Field, ShadowState
from voxloop.domain.texts import texts
from voxloop.domain.viewer import Role
from voxloop.domain.views import Sharing
from voxloop.domain.walks import End
from voxloop.graphql.work import Work
from voxloop.reports.figures import FigureKind
from voxloop.rules.vocabulary import FactType, Form, ParameterType, Producer, Shape
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


class LinkDirection(StrEnum):
    TO = "to"
    FROM = "from"


class ReceiptState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SIMULATED = "simulated"
    ACCEPTED = "accepted"
    PERHAPS_TWICE = "perhaps_twice"
    REFUSED = "refused"


class RecipientKind(StrEnum):
    ASSIGNEE = "assignee"
    TEAM_LEAD = "team_lead"
    ACCOUNT_OWNER = "account_owner"
    ROLE = "role"
    TEAM = "team"
    MEMBER = "member"


class AssignedBy(StrEnum):
    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    SKILL = "skill"
    ACCOUNT_OWNER = "account_owner"
    SAME_AS = "same_as"
    NAMED = "named"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    CLAIMED = "claimed"
    REASSIGNED = "reassigned"


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
_show(AssignedBy, "By what a step was given to a member.", _labels("strategy"))
_show(Code, "What was decided about a candidate for a step.", _labels("why"), name="VerdictCode")
_show(QueueOrder, "What comes first in a team's queue.", _labels("queue_order"))
_show(FieldKind, "What a field of a form takes.", _labels("field_kind"), name="FormFieldKind")
_show(SurveyKind, "What a customer is asked about the handling.", _labels("survey_kind"))
_show(End, "How a way through a process ends.", _labels("way_end"), "WayEnd")
_show(ClockName, "What is timed.", _labels("clock"))
_show(ClockState, "How a clock stands, and what holds it.", _labels("clock_state"))
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
_show(Sharing, "For whom a view is.", {"mine": "Its owner alone", "everybody": "All members"}, name="ViewSharing")
_show(
    LinkKind,
    "What an item is to another one.",
    {"related": "It has to do with it", "caused_by": "It is caused by it", "blocked_by": "It has to wait for it"},
    name="FeedbackLinkKind",
)
_show(
    LinkDirection,
    "Of which of two linked items the link is said.",
    {"to": "Of this one: it is caused by the other", "from": "Of the other one: it is caused by this one"},
    name="FeedbackLinkDirection",
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
    Correctable,
    "What a person can put right of all that is decided by itself.",
    {"type": "The type", "priority": "The priority", "team": "The team"},
    name="CorrectedField",
)
_show(
    RecipientKind,
    "Who is told.",
    {
        "assignee": "Whoever has the item",
        "team_lead": "The lead of the team that has it",
        "account_owner": "The account owner of its customer",
        "role": "All who have a role",
        "team": "All of a team",
        "member": "One member",
    },
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
_show(Reason, "Why a date has the hours that it has.", _labels("calendar_reason"), name="CalendarReason")
_show(Kind, "What owners edit.", _labels("document_kind"), name="DocumentKind")
_show(State, "Where a version stands in its life.", _labels("document_state"), name="DocumentState")
_show(RunState, "How far a run over many items has come.", _labels("run_state"))
_show(ItemState, "What became of one item of a run over many.", _labels("item_state"), name="RunItemState")
_show(Shift, "Which way a deadline moves.", _labels("deadline_shift"), name="DeadlineShift")
_show(ShadowState, "What became of a draft that decides beside the active rules.", _labels("shadow_state"))
_show(Field, "In what two decisions about an item can differ.", _labels("decision_field"), name="DecisionField")
_show(
    Occasion,
    "When a rule set is looked at.",
    {
        "received": "Feedback has come in",
        "customer_replied": "The customer has written again",
        "reopened": "An item was reopened",
        "overdue": "A target was missed",
    },
)
_show(
    FactType,
    "What kind of value a fact has.",
    {
        "text": "Words that somebody wrote",
        "keyword": "One of a few words or keys",
        "number": "A number",
        "bool": "true or false",
    },
)
_show(Producer, "What fills a fact.", _labels("producer"), name="FactProducer")
_show(
    Shape,
    "What value an operator wants.",
    {
        "nothing": "None: `value` is left out",
        "one": "One value",
        "range": "A list of two values, the lower first",
        "several": "A list of values, one at least",
        "pattern": "A regular expression as a text; one that could take endless time is refused",
    },
    name="ValueShape",
)
_show(
    Form,
    "How an action is written.",
    {
        "true": "`{action: true}`",
        "value": "`{action: value}`, with the value of its one parameter",
        "table": "`{action: {parameter: value}}`",
    },
    name="ActionForm",
)
_show(
    ParameterType,
    "What a parameter takes.",
    {
        "word": "One of its values",
        "key": "The key of something that it refers to",
        "recipient": "One of its values, or `{kind: key}` with one of the kinds that it refers to",
        "text": "A text",
        "number": "A whole number",
    },
)
