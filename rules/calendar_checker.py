"""Whether a calendar that can be read makes sense: one can work by it, and it says what its author meant.

It depends on the day on which it is asked: up to when the holidays of a country are known, and what lies in the past.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from voxloop.domain.calendar_reader import read_calendar
from voxloop.domain.calendars import DAY, WEEKDAYS, WHOSE, Calendar, Day, Week, open_time, time_zones
from voxloop.domain.limits import REAL
from voxloop.domain.problems import InvalidDocument, Problem
from voxloop.public_holidays import arranged_until, is_known, kind_of

_RESERVED = (*WHOSE, REAL)  # words that stand where a calendar's key may
_SENSIBLE = timedelta(days=366 * 10)
_LONGEST_CLOSED = timedelta(days=366)


def check_calendar(body: Mapping[str, object], today: date) -> list[Problem]:
    """Everything that is wrong with a calendar document; what cannot be read hides the rest."""
    try:
        calendar = read_calendar(body)
    except InvalidDocument as invalid:
        return list(invalid.problems)
    return [
        *_head_problems(calendar),
        *_country_problems(calendar, today),
        *_week_problems("week", calendar.week),
        *_overlaps("makeup", calendar.makeup or ()),
        *_season_problems(calendar),
        *_exception_problems(calendar, today),
        *_dates_far_off(calendar, today),
    ]


def _head_problems(calendar: Calendar) -> Iterator[Problem]:
    if calendar.key in _RESERVED:
        yield Problem("key", "calendar.reserved", {"value": calendar.key})
    if calendar.zone not in WHOSE and calendar.zone not in time_zones():
        params = {"value": calendar.zone, "words": ", ".join(WHOSE)}
        yield Problem("time_zone", "calendar.unknown_time_zone", params)
    if calendar.day_hours > DAY:
        yield Problem("day_hours", "calendar.day_too_long")
    lengths = {open_time(day) for day in calendar.week} - {timedelta()}
    if not lengths:
        yield Problem("week", "calendar.never_open")
    elif calendar.day_hours not in lengths and calendar.day_hours <= DAY:
        params = {"value": _written(calendar.day_hours), "found": ", ".join(map(_written, sorted(lengths)))}
        yield Problem("day_hours", "calendar.other_day_hours", params, warning=True)


def _country_problems(calendar: Calendar, today: date) -> Iterator[Problem]:
    country = calendar.country
    if country is not None and not is_known(country):
        yield Problem("country", "calendar.unknown_country", {"value": country})
        return
    until = arranged_until(country) if country is not None else None
    if until is not None and until <= today.year:
        yield Problem("country", "calendar.not_arranged", {"country": str(country), "year": str(until)}, warning=True)
    if until is None and calendar.makeup is not None:
        yield Problem("makeup", "calendar.no_makeup_days", warning=True)


def _week_problems(path: str, week: Week) -> Iterator[Problem]:
    for number, name in enumerate(WEEKDAYS):
        yield from _overlaps(f"{path}.{name}", week[number])
        following = (number + 1) % len(WEEKDAYS)
        yield from _overlaps_next(f"{path}.{name}", week[number], week[following], f"{path}.{WEEKDAYS[following]}")


def _season_problems(calendar: Calendar) -> Iterator[Problem]:
    for number, season in enumerate(calendar.seasons):
        path = f"seasons[{number}]"
        yield from _week_problems(f"{path}.week", season.week)
        if season.last < season.first:
            yield Problem(f"{path}.to", "calendar.reversed_season")
        elif not any(season.week) and season.last - season.first > _LONGEST_CLOSED:
            yield Problem(f"{path}.week", "calendar.closed_for_years")
        for other, earlier in enumerate(calendar.seasons[:number]):
            if season.first <= earlier.last and earlier.first <= season.last:
                yield Problem(path, "calendar.seasons_overlap", {"other": f"seasons[{other}]"})


def _exception_problems(calendar: Calendar, today: date) -> Iterator[Problem]:
    known = calendar.country is None or is_known(calendar.country)
    kind = kind_of(calendar.country if known else None)
    for on, hours in calendar.days.items():
        path, following, before = f"days.{on}", on + DAY, on - DAY
        yield from _overlaps(path, hours)
        yield from _overlaps_next(path, hours, calendar.day(following, kind(following)), str(following))
        if before not in calendar.days:  # else it is told there
            for problem in _overlaps_next("", calendar.day(before, kind(before)), hours, path):
                yield Problem(path, problem.code, {**problem.params, "other": str(before)})
    if calendar.days and max(calendar.days) < today:
        yield Problem("days", "calendar.past_days", warning=True)


def _dates_far_off(calendar: Calendar, today: date) -> Iterator[Problem]:
    dates = {f"days.{on}": on for on in calendar.days}
    for number, season in enumerate(calendar.seasons):
        dates |= {f"seasons[{number}].from": season.first, f"seasons[{number}].to": season.last}
    for path, on in dates.items():
        if abs(on - today) > _SENSIBLE:
            yield Problem(path, "calendar.far_date", {"value": str(on)}, warning=True)


def _overlaps(path: str, hours: Day) -> Iterator[Problem]:
    """Hours of one day that are open already."""
    order = sorted(range(len(hours)), key=lambda place: hours[place])
    latest = order[:1]
    for place in order[1:]:
        before = latest[0]
        if hours[place].start < hours[before].end:
            yield Problem(f"{path}[{place}]", "calendar.overlap", {"other": f"{path}[{before}]"})
        if hours[place].end > hours[before].end:
            latest = [place]


def _overlaps_next(path: str, hours: Day, following: Day, named: str) -> Iterator[Problem]:
    """Hours that run into those of the day after."""
    begins = min((each.start for each in following), default=None)
    for place, each in enumerate(hours):
        if begins is not None and each.end - DAY > begins:
            yield Problem(f"{path}[{place}]", "calendar.overlap", {"other": named})


def _written(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
