"""What statistics and figures are asked about: the arguments that they share, and how they are answered."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions.field_extension import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from voxloop.domain.statistics import MOST_DIMENSIONS, Dimension, Metric, Period
from voxloop.graphql.context import Info
from voxloop.graphql.enums import Language
from voxloop.graphql.errors import RequestRefused, bad_input, in_time
from voxloop.graphql.fields import Resolver
from voxloop.graphql.filters import FeedbackWhere, read_search, read_where
from voxloop.reports.labels import Labels
from voxloop.reports.tables import Table, table
from voxloop.store import organisation, statistics
from voxloop.store.listing import Wanted
from voxloop.store.statistics import MOST_GROUPS, Question, TooManyGroups

_MOST_DAYS = 3_660
_YEARS = range(1900, 2200)
_AT_ONCE = asyncio.Semaphore(4)  # of a server's ten connections, so that statistics keep nobody's acts waiting


@strawberry.input(description="A stretch of time: either the last days, or from an instant to another.")
class PeriodInput:
    days: int | None = strawberry.field(
        default=None, description="The last days of the organisation's time zone, today included: 1 to 3660."
    )
    from_: datetime | None = strawberry.field(default=None, name="from", description="From this instant on.")
    to: datetime | None = strawberry.field(default=None, description="Up to this instant, not included; else now.")


@dataclass(frozen=True)
class Asked:
    """The arguments, as given."""

    by: Sequence[Dimension] | None = None
    where: FeedbackWhere | None = None
    search: str | None = None
    period: PeriodInput | None = None
    language: Language | None = None


@dataclass(frozen=True)
class Answered:
    """The table, over which ``period`` and in which time zone, and the labels that it has."""

    table: Table
    period: Period | None
    zone: ZoneInfo
    labels: Labels

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of the period."""
        if self.period is None:
            return None
        last = self.period.end - timedelta(microseconds=1)
        return self.period.begin.astimezone(self.zone).date(), last.astimezone(self.zone).date()


_ARGUMENTS = {
    "by": (list[Dimension], f"Group by these dimensions, at most {MOST_DIMENSIONS}."),
    "where": (FeedbackWhere, "Only such items."),
    "search": (str, "Only items whose text holds all these words."),
    "period": (PeriodInput, "Only items received then; else all."),
    "language": (Language, "The language of all labels; else your own."),
}


class Asking(FieldExtension):
    """Gives a field the shared arguments; its resolver gets them as one, ``asked``."""

    def apply(self, field: StrawberryField) -> None:
        own = [argument for argument in field.arguments if argument.python_name != "asked"]
        field.arguments = [
            StrawberryArgument(name, None, StrawberryAnnotation(type_ | None), default=None, description=description)
            for name, (type_, description) in _ARGUMENTS.items()
        ] + own

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Any, **given: Any) -> Any:
        asked = Asked(**{name: given.pop(name, None) for name in _ARGUMENTS})
        return await next_(source, info, asked=asked, **given)


def asking(description: str) -> Callable[[Resolver], Resolver]:
    """A field that answers with statistics."""
    return cast(Callable[[Resolver], Resolver], strawberry.field(description=description, extensions=[Asking()]))


async def answer(info: Info, asked: Asked, metrics: Collection[Metric], compared: bool = False) -> Answered:
    """The statistics that are asked for; ``compared``: with those of the period before.

    Raises:
        GraphQLError: the arguments contradict each other, or the answer would be too large or take too long.
    """
    by = tuple(asked.by or ())
    if len(by) > MOST_DIMENSIONS or len(set(by)) < len(by):
        raise bad_input("by", "dimensions", most=MOST_DIMENSIONS)
    wanted = Wanted(read_where(asked.where), read_search(asked.search))
    viewer, before = info.context.viewer, None
    measured = tuple(dict.fromkeys([Metric.COUNT, *metrics]))
    async with _AT_ONCE, info.context.parts.sessions.begin() as session:
        zone = ZoneInfo(await organisation.time_zone(session))
        period = _period(asked.period, zone)
        if compared and period is None:
            raise bad_input("compareTo", "no_period")
        question = Question(wanted, by, measured, zone.key, period)
        try:
            with in_time():
                now = await statistics.measure(session, viewer, question)
                if compared:
                    before = await statistics.measure(session, viewer, question.before())
        except TooManyGroups as error:
            raise RequestRefused("too_many_groups", "TOO_MANY_GROUPS", maximum=MOST_GROUPS) from error
    labels = _labels(info, asked.language)
    return Answered(table(by, now, before, labels), period, zone, labels)


def _period(given: PeriodInput | None, zone: ZoneInfo) -> Period | None:
    now = datetime.now(UTC)
    if given is None or (given.days is None and given.from_ is None and given.to is None):
        return None
    if given.days is not None and given.from_ is None and given.to is None:
        if not 1 <= given.days <= _MOST_DAYS:
            raise bad_input("period.days", "range", least=1, most=_MOST_DAYS)
        return Period.last_days(given.days, now, zone)
    end = given.to or now
    if given.days is not None or given.from_ is None or given.from_ >= end:
        raise bad_input("period", "period")
    if given.from_.year not in _YEARS or end.year not in _YEARS:
        raise bad_input("period", "range", least=_YEARS[0], most=_YEARS[-1])
    return Period.between(given.from_, end)


def _labels(info: Info, language: Language | None) -> Labels:
    chosen, directory = language or info.context.language, info.context.directory
    titles = {
        Dimension.TEAM: {key: team.titles for key, team in directory.teams.items()},
        Dimension.PRODUCT_LINE: {key: line.titles for key, line in directory.lines.items()},
        Dimension.PRODUCT: {key: product.titles for key, product in directory.products.items()},
    }
    return Labels(str(chosen), titles)
