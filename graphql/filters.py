"""The filter of a list of items: the schema's ``where`` turned into the store's."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.utils.str_converters import to_camel_case

from voxloop.analysis.search_keys import query_keys
from voxloop.domain.feedback import Channel, FeedbackType, Outcome, Priority, Stage
from voxloop.graphql.enums import Direction
from voxloop.graphql.errors import bad_input, readable
from voxloop.graphql.nodes import wanted_uuid
from voxloop.store.listing import FOLLOWERS, Comparison, Order, Search, Where

_MOST_VALUES = 100
_MOST_CONDITIONS = 100
_DEEPEST = 5
_LARGEST_NUMBER = 1000

T = TypeVar("T")


@strawberry.input(description="From one value to another, both included.")
class DateTimeRange:
    gte: datetime | None = strawberry.field(default=None, description="At this instant or later.")
    lte: datetime | None = strawberry.field(default=None, description="At this instant or earlier.")


@strawberry.input(description="From one number to another, both included.")
class IntRange:
    gte: int | None = strawberry.field(default=None, description="This number or more.")
    lte: int | None = strawberry.field(default=None, description="This number or less.")


@strawberry.input(description="Which of a few values.")
class Choice(Generic[T]):
    eq: T | None = strawberry.field(default=None, description="This value.")
    in_: list[T] | None = strawberry.field(default=None, name="in", description="One of these values, up to 100.")
    is_null: bool | None = strawberry.field(default=None, description="true: no value at all; false: any value.")


@strawberry.input(description="Which number.")
class IntFilter:
    eq: int | None = strawberry.field(default=None, description="This number.")
    range: IntRange | None = strawberry.field(default=None, description="A number in this range.")


@strawberry.input(description="Which items. Everything that is given holds.")
class FeedbackWhere:
    AND: list["FeedbackWhere"] | None = strawberry.field(default=None, name="AND", description="All of these hold too.")
    OR: list["FeedbackWhere"] | None = strawberry.field(default=None, name="OR", description="One of these holds.")
    stage: Choice[Stage] | None = strawberry.field(default=None, description="Where it stands.")
    type: Choice[FeedbackType] | None = strawberry.field(default=None, description="What the writer mainly does.")
    priority: Choice[Priority] | None = strawberry.field(default=None, description="How soon to act.")
    outcome: Choice[Outcome] | None = strawberry.field(default=None, description="How it ended.")
    closing_reason: Choice[str] | None = strawberry.field(default=None, description="Key of the closing reason.")
    channel: Choice[Channel] | None = strawberry.field(default=None, description="The way in.")
    team: Choice[str] | None = strawberry.field(default=None, description="Key of the team that has it.")
    owner: Choice[str] | None = strawberry.field(default=None, description="Key of the member who has it as a whole.")
    branch_team: Choice[str] | None = strawberry.field(
        default=None, description="Key of a team that has an open branch of it, besides the team that has the whole."
    )
    branch_owner: Choice[str] | None = strawberry.field(
        default=None, description="Key of a member who has an open branch of it; then `owner` is empty."
    )
    product: Choice[str] | None = strawberry.field(default=None, description="Key of the product.")
    product_line: Choice[str] | None = strawberry.field(default=None, description="Key of the product line.")
    product_version: Choice[str] | None = strawberry.field(default=None, description="Version of the product.")
    region: Choice[str] | None = strawberry.field(default=None, description="Where it comes from.")
    batch: Choice[str] | None = strawberry.field(default=None, description="The batch.")
    part: Choice[str] | None = strawberry.field(default=None, description="The part.")
    customer: Choice[strawberry.ID] | None = strawberry.field(default=None, description="Global id of the customer.")
    overdue: bool | None = strawberry.field(default=None, description="Whether a target is missed.")
    snoozed: bool | None = strawberry.field(default=None, description="Whether it is put aside.")
    followed_by: str | None = strawberry.field(default=None, description="Key of a member who follows it.")
    rating: IntFilter | None = strawberry.field(default=None, description="Stars.")
    received_at: DateTimeRange | None = strawberry.field(default=None, description="When it was received.")
    due_at: DateTimeRange | None = strawberry.field(default=None, description="When it is due.")


@strawberry.input(description="In which order.")
class FeedbackOrder:
    field: Order | None = strawberry.field(default=Order.RECEIVED_AT, description="By what.")
    direction: Direction | None = strawberry.field(default=Direction.DESC, description="Which end comes first.")


_CHOICES = (
    "stage",
    "type",
    "priority",
    "outcome",
    "closing_reason",
    "channel",
    "team",
    "owner",
    "branch_team",
    "branch_owner",
    "product",
    "product_line",
    "product_version",
    "region",
    "batch",
    "part",
    "customer",
)


def read_where(given: FeedbackWhere | None) -> Where:
    """The store's filter.

    Raises:
        GraphQLError: it is too large or too deep, or holds something that is no value.
    """
    if given is None:
        return Where()
    budget = iter(range(_MOST_CONDITIONS))
    return _where(given, _DEEPEST, budget)


def _where(given: FeedbackWhere, depth: int, budget: Iterator[int]) -> Where:
    if depth == 0 or next(budget, None) is None:
        raise bad_input("where", "too_many_conditions", most=_MOST_CONDITIONS, deepest=_DEEPEST)
    every = tuple(_where(part, depth - 1, budget) for part in given.AND or ())
    some = None if given.OR is None else tuple(_where(part, depth - 1, budget) for part in given.OR)
    return Where(tuple(_comparisons(given)), every, some)


def _comparisons(given: FeedbackWhere) -> Iterator[Comparison]:
    for column in _CHOICES:
        choice: Choice[Any] | None = getattr(given, column)
        if choice is not None:
            yield from _chosen(column, choice)
    if given.overdue is not None:
        yield Comparison("overdue", "eq", given.overdue)
    if given.snoozed is not None:
        yield Comparison("snoozed_until", "is_null", not given.snoozed)
    if given.followed_by is not None:
        yield Comparison(FOLLOWERS, "has", readable("where.followedBy", given.followed_by))
    if given.rating is not None:
        yield from _rated(given.rating)
    yield from _within("received_at", given.received_at)
    yield from _within("due_at", given.due_at)


def _rated(given: IntFilter) -> Iterator[Comparison]:
    bounds = given.range or IntRange()
    for operator, value in (("eq", given.eq), ("gte", bounds.gte), ("lte", bounds.lte)):
        if value is not None:
            if abs(value) > _LARGEST_NUMBER:
                raise bad_input("where.rating", "range", least=-_LARGEST_NUMBER, most=_LARGEST_NUMBER)
            yield Comparison("rating", operator, value)


def _chosen(column: str, choice: Choice[Any]) -> Iterator[Comparison]:
    if choice.eq is not None:
        yield Comparison(column, "eq", _value(column, choice.eq))
    if choice.in_ is not None:
        if len(choice.in_) > _MOST_VALUES:
            raise bad_input(f"where.{to_camel_case(column)}.in", "too_many_values", most=_MOST_VALUES)
        yield Comparison(column, "in", tuple(_value(column, value) for value in choice.in_))
    if choice.is_null is not None:
        yield Comparison(column, "is_null", choice.is_null)


def _value(column: str, value: Any) -> Any:
    name = f"where.{to_camel_case(column)}"
    return wanted_uuid("Customer", value, name) if column == "customer" else readable(name, value)


def _within(column: str, given: DateTimeRange | None) -> Iterator[Comparison]:
    if given is not None and given.gte is not None:
        yield Comparison(column, "gte", given.gte)
    if given is not None and given.lte is not None:
        yield Comparison(column, "lte", given.lte)


def read_search(given: str | None) -> Search | None:
    """The store's search; None when nothing is searched.

    Raises:
        GraphQLError: it is too long, or holds signs that nobody can read.
    """
    if given is None or not given.strip():
        return None
    words = unicodedata.normalize("NFKC", readable("search", given)).split()
    return Search(tuple(words), tuple(query_keys(given)))
