"""Statistics and figures, as the schema shows them. What is not selected is not computed."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON
from strawberry.utils.str_converters import to_camel_case

from voxloop.domain.statistics import Dimension, Metric, Numbers, Period
from voxloop.domain.texts import texts
from voxloop.graphql.asking import Answered, Asked, answer, asking
from voxloop.graphql.context import Info
from voxloop.graphql.enums import CompareTo
from voxloop.graphql.errors import RequestRefused, bad_input
from voxloop.graphql.lookahead import Selection, selection
from voxloop.reports import figures
from voxloop.reports.figures import DEFAULT_BY, FigureKind, Unsuitable
from voxloop.reports.tables import Row, Table

MOST_ROWS = 1_000
USUAL_ROWS = 100


def _formula(metric: Metric) -> str:
    return texts("en")[f"metric_formula.{metric}"]


@strawberry.type(description="Numbers of a group of items.")
class Measures:
    count: int = strawberry.field(description=_formula(Metric.COUNT))
    ratings: int = strawberry.field(description=_formula(Metric.RATINGS))
    average_rating: float | None = strawberry.field(description=_formula(Metric.AVERAGE_RATING))
    nps_answers: int = strawberry.field(description=_formula(Metric.NPS_ANSWERS))
    nps: float | None = strawberry.field(description=_formula(Metric.NPS))
    first_response_p50: float | None = strawberry.field(description=_formula(Metric.FIRST_RESPONSE_P50))
    first_response_p90: float | None = strawberry.field(description=_formula(Metric.FIRST_RESPONSE_P90))
    resolution_p50: float | None = strawberry.field(description=_formula(Metric.RESOLUTION_P50))
    resolution_p90: float | None = strawberry.field(description=_formula(Metric.RESOLUTION_P90))
    breach_share: float | None = strawberry.field(description=_formula(Metric.BREACH_SHARE))
    first_contact_share: float | None = strawberry.field(description=_formula(Metric.FIRST_CONTACT_SHARE))


@strawberry.type(description="Of one dimension, the value that the items of a group have.")
class StatisticsKey:
    dimension: Dimension = strawberry.field(description="The dimension.")
    value: str | None = strawberry.field(
        description="As filters take it; of a day, week or month its first day; empty where items have none."
    )
    label: str = strawberry.field(description="What people call it.")


@strawberry.type(description="A group of items and its numbers.")
class StatisticsRow(Measures):
    keys: list[StatisticsKey] = strawberry.field(description="What its items have in common, in the order asked.")
    previous: Measures | None = strawberry.field(
        description="The same group a period earlier, days, weeks and months by their place; only with compareTo."
    )


@strawberry.type(description="From an instant to another, the latter not included.")
class StatisticsPeriod:
    from_: datetime = strawberry.field(name="from", description="The first instant.")
    to: datetime = strawberry.field(description="The instant behind the last.")


@strawberry.type(description="Statistics over the items that you may see.")
class Statistics:
    rows: list[StatisticsRow] = strawberry.field(
        description="The groups that have items: in order of time, else the largest first."
    )
    group_count: int = strawberry.field(description="How many groups there are, listed or not.")
    totals: StatisticsRow = strawberry.field(description="All items together; it has no keys.")
    period: StatisticsPeriod | None = strawberry.field(description="The period that was asked for.")
    previous_period: StatisticsPeriod | None = strawberry.field(description="The period that it is compared with.")
    time_zone: str = strawberry.field(description="In which days, weeks (from Monday) and months begin.")


@strawberry.type(description="A figure that Plotly draws, and the numbers behind it.")
class Figure:
    kind: FigureKind = strawberry.field(description="What kind of figure it is.")
    title: str = strawberry.field(description="What it shows.")
    description: str = strawberry.field(description="What there is to see, in words: for readers who see no picture.")
    plotly: JSON = strawberry.field(description='`{"data": [...], "layout": {...}}`, as `Plotly.newPlot` takes it.')
    statistics: Statistics = strawberry.field(description="The numbers that it shows.")


@strawberry.type
class StatisticsQueries:
    @asking("Counts, satisfaction and times of items, by up to three dimensions.")
    async def statistics(
        self,
        info: Info,
        asked: Asked,
        compare_to: Annotated[CompareTo | None, strawberry.argument(description="Needs a period.")] = None,
        first: Annotated[int | None, strawberry.argument(description="How many rows: 1 to 1000.")] = USUAL_ROWS,
    ) -> Statistics | None:
        most = USUAL_ROWS if first is None else first
        if not 1 <= most <= MOST_ROWS:
            raise bad_input("first", "range", least=1, most=MOST_ROWS)
        answered = await answer(info, asked, _selected(selection(info)), compare_to is not None)
        return _statistics(answered, most, compare_to is not None)

    @asking("A figure, drawn from the same statistics. Without dimensions it has those that suit its kind.")
    async def figure(
        self,
        info: Info,
        asked: Asked,
        kind: Annotated[FigureKind, strawberry.argument(description="What kind of figure.")],
        metric: Annotated[Metric | None, strawberry.argument(description="What it shows.")] = Metric.COUNT,
    ) -> Figure | None:
        shown = metric or Metric.COUNT
        by = DEFAULT_BY[kind] if not asked.by else tuple(asked.by)
        try:
            figures.check(kind, by, shown)
            chosen = {shown, *_selected(selection(info).at("statistics"))}
            answered = await answer(info, Asked(**{**vars(asked), "by": by}), chosen)
            drawn = figures.figure(kind, answered.table, shown, answered.labels, answered.days)
        except Unsuitable as error:
            raise RequestRefused(f"unsuitable.{error.key}", "UNSUITABLE_FIGURE") from error
        return Figure(
            kind=kind,
            title=drawn.title,
            description=drawn.description,
            plotly=JSON(drawn.plotly),
            statistics=_statistics(answered, MOST_ROWS),
        )


def _selected(chosen: Selection) -> list[Metric]:
    numbers = chosen.at("rows", "totals", "rows.previous", "totals.previous")
    return [metric for metric in Metric if to_camel_case(metric.value) in numbers]


def _statistics(answered: Answered, most: int, compared: bool = False) -> Statistics:
    period, table = answered.period, answered.table
    return Statistics(
        rows=[_row(table, row) for row in table.rows[:most]],
        group_count=len(table.rows),
        totals=_row(table, table.totals),
        period=_shown_period(period),
        previous_period=_shown_period(period.before) if period and compared else None,
        time_zone=answered.zone.key,
    )


def _row(table: Table, row: Row) -> StatisticsRow:
    keys = [
        StatisticsKey(dimension=dimension, value=None if value is None else str(value), label=label)
        for dimension, value, label in zip(table.by, row.values, row.labels, strict=bool(row.values))
    ]
    previous = None if row.before is None else Measures(**_measures(row.before))
    return StatisticsRow(keys=keys, previous=previous, **_measures(row.numbers))


def _measures(numbers: Numbers) -> dict[str, Any]:
    return {metric.value: numbers.get(metric) for metric in Metric}


def _shown_period(period: Period | None) -> StatisticsPeriod | None:
    return None if period is None else StatisticsPeriod(from_=period.begin, to=period.end)
