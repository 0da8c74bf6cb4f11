"""Calendars as frontends draw them: what is due when, how much open time passes, and what days hold.

Only what is published is asked; it is computed here, as clocks compute it.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import strawberry

from voxloop.domain.calendar_reader import YEARS, read_calendar
from voxloop.domain.calendars import DAY, FARTHEST, WHOSE, Hours, NeverOpen, Reason, time_zones
from voxloop.domain.documents import Kind
from voxloop.domain.durations import read_open_time
from voxloop.domain.rights import READ_DOCUMENTS, demand_right
from voxloop.domain.texts import say
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Info
from voxloop.graphql.errors import bad_input, readable
from voxloop.graphql.fields import resolver
from voxloop.public_holidays import holiday_name, is_arranged, kind_of
from voxloop.store import documents

MOST_DAYS = 400
USUAL_DAYS = 14
CalendarKey = Annotated[str, strawberry.argument(description="The calendar's key.")]
TimeZone = Annotated[
    str | None, strawberry.argument(description="To count in; needed where the calendar is in whoever's time it is.")
]


@strawberry.type(description="When it is open, once.")
class OpenTime:
    opens: datetime = strawberry.field(description="From this instant on.")
    closes: datetime = strawberry.field(description="Until then.")
    hours: str = strawberry.field(description="On the clock on the wall, as the calendar says it: `22:00-06:00`.")


@strawberry.type(description="A date of a calendar.")
class CalendarDay:
    day: date = strawberry.field(description="The date.")
    intervals: list[OpenTime] = strawberry.field(description="What begins on it, in order; none: it is closed.")
    reason: Reason = strawberry.field(description="Why it has these hours.")
    arranged: bool = strawberry.field(
        description="Whether the holidays and make-up days of its year are known; else it is only what the law says."
    )
    country: strawberry.Private[str | None]

    @resolver("What the public holiday is called that is on it, if it is one.")
    def holiday_name(self, info: Info, language: InLanguage = None) -> str | None:
        if self.country is None:
            return None
        return holiday_name(self.country, self.day, language or info.context.language)

    @resolver("Why, in words.")
    def explanation(self, info: Info, language: InLanguage = None) -> str:
        return say(language or info.context.language, f"calendar_reason.{self.reason}")


@strawberry.type
class CalendarQueries:
    @resolver("The first instant by which so much open time has passed; empty where no such calendar is published.")
    async def calendar_due(
        self,
        info: Info,
        key: CalendarKey,
        start: Annotated[datetime, strawberry.argument(description="From then on.")],
        duration: Annotated[str, strawberry.argument(description="`90m`, `8h`, or `2wd` for working days.")],
        time_zone: TimeZone = None,
    ) -> datetime | None:
        hours = await _hours(info, key, time_zone)
        if hours is None:
            return None
        length = _length(duration, hours.calendar.day_hours)
        try:
            return hours.due(_near("start", start), length)
        except NeverOpen as never:
            raise bad_input("duration", "never_open") from never

    @resolver("How many seconds of open time lie between two instants, up to ten years apart.")
    async def calendar_elapsed(
        self,
        info: Info,
        key: CalendarKey,
        start: Annotated[datetime, strawberry.argument(description="From then on.")],
        end: Annotated[datetime, strawberry.argument(description="Until then.")],
        time_zone: TimeZone = None,
    ) -> int | None:
        hours = await _hours(info, key, time_zone)
        if hours is None:
            return None
        first, last = _near("start", start), _near("end", end)
        if last - first > FARTHEST:
            raise bad_input("end", "too_far")
        return hours.elapsed(first, last) // timedelta(seconds=1)

    @resolver("The days of a calendar; empty where no such calendar is published.")
    async def calendar_days(
        self,
        info: Info,
        key: CalendarKey,
        from_: Annotated[date, strawberry.argument(name="from", description="The first day.")],
        days: Annotated[int, strawberry.argument(description="How many: 1 to 400.")] = USUAL_DAYS,
        time_zone: TimeZone = None,
    ) -> list[CalendarDay] | None:
        if not 1 <= days <= MOST_DAYS:
            raise bad_input("days", "range", least=1, most=MOST_DAYS)
        if from_.year not in YEARS:
            raise bad_input("from", "range", least=YEARS[0], most=YEARS[-1])
        hours = await _hours(info, key, time_zone)
        return None if hours is None else [_day(hours, from_ + number * DAY) for number in range(days)]


def _day(hours: Hours, on: date) -> CalendarDay:
    reason, opening = hours.calendar.explained(on, hours.kind_of(on))
    spans = zip(hours.spans_of(on), sorted(opening), strict=True)
    intervals = [OpenTime(opens=opens, closes=closes, hours=str(each)) for (opens, closes), each in spans]
    country = hours.calendar.country
    arranged = is_arranged(country, on.year)
    return CalendarDay(day=on, intervals=intervals, reason=reason, arranged=arranged, country=country)


async def _hours(info: Info, key: str, time_zone: str | None) -> Hours | None:
    """The published calendar of a key in a time zone, or its own.

    Raises:
        RequestRefused: there is no such time zone, or none is named where one must be.
    """
    demand_right(info.context.viewer, READ_DOCUMENTS)
    async with info.context.parts.sessions.connect() as session:
        row = await documents.published(session, Kind.CALENDAR, readable("key", key))
    if row is None:
        return None
    calendar = read_calendar(row["body"])
    zone = time_zone if time_zone is not None else calendar.zone
    if zone in WHOSE:
        raise bad_input("timeZone", "zone_missing")
    if zone not in time_zones():
        raise bad_input("timeZone", "no_zone")
    return Hours(calendar, ZoneInfo(zone), kind_of(calendar.country))


def _near(argument: str, instant: datetime) -> datetime:
    if instant.year not in YEARS:
        raise bad_input(argument, "range", least=YEARS[0], most=YEARS[-1])
    return instant.astimezone(UTC)


def _length(text: str, day_hours: timedelta) -> timedelta:
    try:
        return read_open_time(text).length(day_hours)
    except ValueError as error:
        raise bad_input("duration", "no_open_time") from error
