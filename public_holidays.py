"""Public holidays of countries, and the weekend days on which people work instead (调休): the one home of ``holidays``.

Most countries' holidays follow from a law, for any year. Where the government arranges each year anew, as the State
Council does for China, usually in November for the year after, nobody knows the make-up days of a later year: then
``arranged_until`` says up to which year they are known, and later dates are only what the law says. A Saturday or
Sunday within such a break is as ordinary as others unless it is a holiday itself.

The library is loaded when a calendar with a country is first used: it takes 80 ms and 11 MB, for nothing in most
processes that import this.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from voxloop.domain.calendars import DayKind

if TYPE_CHECKING:
    from holidays import HolidayBase

_FORM = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)
_LANGUAGES = {"zh-CN": "zh_CN", "en": "en_US"}


class _Year(NamedTuple):
    holidays: frozenset[date]
    makeup: frozenset[date]


@lru_cache(maxsize=1024)
def is_known(country: str) -> bool:
    """Whether holidays are known of a country (``CN``) or of a part of it (``GB-ENG``), as ISO 3166 names them."""
    try:
        _of(country)
    except NotImplementedError:
        return False
    return True


def kind_of(country: str | None) -> Callable[[date], DayKind]:
    """What dates are in a country; without one all are ordinary.

    Raises:
        NotImplementedError: nothing is known of the country.
    """
    if country is None:
        return lambda on: DayKind.ORDINARY
    if not is_known(country):
        raise NotImplementedError(country)

    def kind(on: date) -> DayKind:
        year = _year(country, on.year)
        if on in year.holidays:
            return DayKind.HOLIDAY
        return DayKind.MAKEUP if on in year.makeup else DayKind.ORDINARY

    return kind


@lru_cache(maxsize=256)
def arranged_until(country: str) -> int | None:
    """The last year that the country's government has arranged, as far as we know; None where a law says all."""
    found = _of(country)
    if not found.has_substituted_holidays:
        return None
    return max(getattr(found, "special_public_holidays", {}), default=None)


def is_arranged(country: str | None, year: int) -> bool:
    """Whether what is told of a year is no guess."""
    until = arranged_until(country) if country is not None else None
    return until is None or year <= until


@lru_cache(maxsize=4096)
def holiday_name(country: str, on: date, language: str) -> str | None:
    """What is celebrated on a date, in one of our languages if the library has words in it, else in the country's."""
    words = _of(country).supported_languages or ()
    wanted = _LANGUAGES[language]
    return _of(country, on.year, language=wanted if wanted in words else None).get(on)


@lru_cache(maxsize=1024)
def _year(country: str, year: int) -> _Year:
    # The years around it may move a day of theirs into it: 31 December 2011 was worked for a holiday of January 2012.
    found = _of(country, year - 1, year, year + 1)
    return _Year(
        frozenset(on for on in found if on.year == year),
        frozenset(on for on in found.weekend_workdays if on.year == year),
    )


def _of(country: str, *years: int, language: str | None = None) -> "HolidayBase":
    if not _FORM.fullmatch(country):
        raise NotImplementedError(country)
    from holidays import country_holidays

    code, _, part = country.partition("-")
    return country_holidays(code, part or None, years=years, expand=False, language=language)
