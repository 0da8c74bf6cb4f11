"""Calendars, and when something is due by them: a table for whoever counts time.

``start`` and ``due`` are what the calendar's own clock shows, with its offset. The dues were counted by the janitor,
minute by minute, and are compared with his count again in ``test_calendars``; to add one, write ``due`` as ``""`` and
take what the test then says.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from voxloop.bundles.reader import read_text

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Case(NamedTuple):
    """So much open time of a calendar after ``start`` it is ``due``."""

    name: str
    calendar: str
    start: str
    duration: str
    due: str


def _written(key: str, zone: str, day_hours: str, more: str) -> tuple[str, Mapping[str, Any]]:
    head = f"key: {key}\ntitle: {{zh-CN: 日历, en: Calendar}}\ntime_zone: {zone}\nday_hours: {day_hours}\n"
    return key, read_text(f"{head}{more}").body


def _week(hours: str, days: tuple[str, ...] = _DAYS) -> str:
    return f"week: {{{', '.join(f'{day}: [{hours}]' for day in days)}}}\n"


_OFFICE, _FIVE = '"09:00-12:00", "13:30-18:00"', _DAYS[:5]
_HALF_DAYS = (
    'days: {2026-02-14: [], 2026-03-04: ["09:00-12:00"], 2026-10-01: ["10:00-12:00"], 2026-03-07: ["09:00-11:00"]}'
)
_TEN_TO_TWELVE = 'makeup: ["10:00-12:00"]\n'
_NINE_TO_FIVE = '"09:00-17:00"'
_SUMMER = '"08:30-12:00", "14:30-18:00"'

CALENDARS = dict(
    [
        _written("office", "Asia/Shanghai", "450m", f"country: CN\n{_week(_OFFICE, _FIVE)}"),
        _written("exceptions", "Asia/Shanghai", "450m", f"country: CN\n{_week(_OFFICE, _FIVE)}{_HALF_DAYS}"),
        _written("short_makeup", "Asia/Shanghai", "450m", f"country: CN\n{_TEN_TO_TWELVE}{_week(_OFFICE, _FIVE)}"),
        _written(
            "summer",
            "Asia/Shanghai",
            "450m",
            f"{_week(_OFFICE, _FIVE)}seasons: [{{from: 2026-06-01, to: 2026-09-30, {_week(_SUMMER, _FIVE).strip()}}}]",
        ),
        _written("service", "Asia/Shanghai", "14h", _week('"08:00-22:00"')),
        _written("london", "Europe/London", "8h", f"country: GB-ENG\n{_week(_NINE_TO_FIVE, _FIVE)}"),
        _written("new_york", "America/New_York", "24h", _week('"00:00-24:00"')),
        _written("new_york_nights", "America/New_York", "8h", _week('"22:00-06:00"')),
        _written("new_york_small_hours", "America/New_York", "30m", _week('"01:15-01:45", "02:15-02:45"')),
        _written("weekend_night", "America/New_York", "8h", _week('"22:00-06:00"', ("fri",))),
        _written("lord_howe", "Australia/Lord_Howe", "4h", _week('"00:00-04:00"')),
        _written("lord_howe_nights", "Australia/Lord_Howe", "5h", _week('"22:00-02:15"')),
        _written("apia", "Pacific/Apia", "8h", _week(_NINE_TO_FIVE, _FIVE)),
        _written("apia_nights", "Pacific/Apia", "8h", _week('"22:00-06:00"')),
        _written("sao_paulo", "America/Sao_Paulo", "8h", _week('"00:00-08:00"')),
        _written("sao_paulo_evenings", "America/Sao_Paulo", "4h", _week('"20:00-24:00"')),
        _written("chatham", "Pacific/Chatham", "8h", _week('"01:00-05:00", "13:00-17:00"')),
        _written("casablanca", "Africa/Casablanca", "7h", _week('"00:00-07:00"')),
        _written("kathmandu", "Asia/Kathmandu", "7h", _week('"10:00-17:00"', ("sun", *_DAYS[:5]))),
    ]
)  # fmt: skip

CASES = [
    Case(*line.split("|"))
    for line in """\
within a morning|office|2026-03-02T09:00+08:00|1h|2026-03-02T10:00+08:00
over the lunch break|office|2026-03-02T11:30+08:00|1h|2026-03-02T14:00+08:00
begun before it opens|office|2026-03-02T07:00+08:00|30m|2026-03-02T09:30+08:00
begun at the minute of closing|office|2026-03-02T18:00+08:00|1m|2026-03-03T09:01+08:00
up to the minute of closing|office|2026-03-02T13:30+08:00|270m|2026-03-02T18:00+08:00
a minute more than is left of the day|office|2026-03-02T13:30+08:00|271m|2026-03-03T09:01+08:00
a working day from its first minute|office|2026-03-02T09:00+08:00|1wd|2026-03-02T18:00+08:00
a working day from the afternoon|office|2026-03-02T15:00+08:00|1wd|2026-03-03T15:00+08:00
in the lunch break|office|2026-03-02T12:45+08:00|15m|2026-03-02T13:45+08:00
over a weekend|office|2026-03-06T17:00+08:00|2h|2026-03-09T10:00+08:00
begun on a Saturday|office|2026-03-07T10:00+08:00|8h|2026-03-10T09:30+08:00
begun late on a Sunday|office|2026-03-08T23:59+08:00|1m|2026-03-09T09:01+08:00
a Saturday on which people work|office|2026-02-13T17:00+08:00|2wd|2026-02-24T17:00+08:00
begun on a Saturday on which people work|office|2026-02-14T10:00+08:00|1h|2026-02-14T11:00+08:00
over the Spring Festival|office|2026-02-14T17:30+08:00|1h|2026-02-24T09:30+08:00
begun in the Spring Festival|office|2026-02-20T10:00+08:00|8h|2026-02-25T09:30+08:00
ten working days around the Spring Festival|office|2026-02-10T11:00+08:00|10wd|2026-03-02T11:00+08:00
the other Saturday of the Spring Festival|office|2026-02-27T17:00+08:00|1wd|2026-02-28T17:00+08:00
from New Year to a Sunday on which people work|office|2026-01-01T00:00+08:00|1h|2026-01-04T10:00+08:00
a working day from New Year's holiday on|office|2026-01-02T12:00+08:00|1wd|2026-01-04T18:00+08:00
over Tomb-Sweeping Day|office|2026-04-03T17:00+08:00|2h|2026-04-07T10:00+08:00
a minute before Labour Day|office|2026-04-30T17:59+08:00|2m|2026-05-06T09:01+08:00
the Saturday after Labour Day|office|2026-05-08T16:00+08:00|1wd|2026-05-09T16:00+08:00
over the Dragon Boat Festival|office|2026-06-18T17:30+08:00|1h|2026-06-22T09:30+08:00
over the Mid-Autumn Festival|office|2026-09-24T18:00+08:00|1m|2026-09-28T09:01+08:00
the Sunday before National Day|office|2026-09-18T17:00+08:00|90m|2026-09-20T09:30+08:00
over National Day|office|2026-09-30T13:30+08:00|1wd|2026-10-08T12:00+08:00
the Saturday after National Day|office|2026-10-09T17:30+08:00|1wd|2026-10-10T17:30+08:00
twenty working days around two festivals|office|2026-09-14T09:00+08:00|20wd|2026-10-15T18:00+08:00
nothing counts before it opens|office|2026-03-02T03:00+08:00|1m|2026-03-02T09:01+08:00
an exception closes a Saturday of work|exceptions|2026-02-13T17:30+08:00|1h|2026-02-24T09:30+08:00
an exception opens a holiday|exceptions|2026-09-30T17:30+08:00|1h|2026-10-01T10:30+08:00
an exception opens a Saturday|exceptions|2026-03-06T17:30+08:00|1h|2026-03-07T09:30+08:00
half a day|exceptions|2026-03-04T11:30+08:00|1h|2026-03-05T09:30+08:00
a working day begun on half a day|exceptions|2026-03-04T09:00+08:00|1wd|2026-03-05T15:00+08:00
begun after half a day has ended|exceptions|2026-03-04T14:00+08:00|30m|2026-03-05T09:30+08:00
shorter hours on a Saturday of work|short_makeup|2026-02-13T17:30+08:00|1h|2026-02-14T10:30+08:00
a working day begun on a shorter one|short_makeup|2026-02-14T10:00+08:00|1wd|2026-02-24T16:00+08:00
a Saturday of work opens later|short_makeup|2026-02-28T09:00+08:00|2h|2026-02-28T12:00+08:00
into the summer's hours|summer|2026-05-29T17:30+08:00|1h|2026-06-01T09:00+08:00
two working days into the summer|summer|2026-05-29T17:00+08:00|2wd|2026-06-02T18:00+08:00
out of the summer's hours|summer|2026-09-30T17:30+08:00|1h|2026-10-01T09:30+08:00
a working day is longer than a summer's day|summer|2026-09-28T08:30+08:00|1wd|2026-09-29T09:00+08:00
the first morning of summer|summer|2026-06-01T07:00+08:00|1h|2026-06-01T09:30+08:00
a summer's longer lunch|summer|2026-07-15T13:00+08:00|1h|2026-07-15T15:30+08:00
the last day of summer|summer|2026-09-30T08:30+08:00|1wd|2026-10-01T09:30+08:00
customer service on New Year's Day of the moon|service|2026-02-17T21:30+08:00|1h|2026-02-18T08:30+08:00
customer service at night|service|2026-02-17T03:00+08:00|1m|2026-02-17T08:01+08:00
two days of customer service|service|2026-02-16T12:00+08:00|2wd|2026-02-18T12:00+08:00
over the end of a year|service|2026-12-31T21:59+08:00|2m|2027-01-01T08:01+08:00
a weekend on which clocks go forward|london|2026-03-27T16:00+00:00|2h|2026-03-30T10:00+01:00
a weekend on which clocks go back|london|2026-10-23T16:30+01:00|1wd|2026-10-26T16:30+00:00
Easter|london|2026-04-02T16:00+01:00|2h|2026-04-07T10:00+01:00
an early May Monday|london|2026-05-01T16:30+01:00|1h|2026-05-05T09:30+01:00
a bank holiday that is moved|london|2026-12-24T16:00+00:00|2h|2026-12-29T10:00+00:00
over the summer's bank holiday|london|2026-08-28T16:59+01:00|1wd|2026-09-01T16:59+01:00
round the clock when clocks go forward|new_york|2026-03-07T12:00-05:00|1wd|2026-03-08T13:00-04:00
the hour that there is not|new_york|2026-03-08T01:59-05:00|2m|2026-03-08T03:01-04:00
round the clock when clocks go back|new_york|2026-10-31T12:00-04:00|24h|2026-11-01T11:00-05:00
up to the hour that comes twice|new_york|2026-11-01T00:30-04:00|1h|2026-11-01T01:30-04:00
into the hour that comes again|new_york|2026-11-01T00:30-04:00|2h|2026-11-01T01:30-05:00
a night that is an hour shorter|new_york_nights|2026-03-07T22:00-05:00|7h|2026-03-08T06:00-04:00
eight hours of a night of seven|new_york_nights|2026-03-07T22:00-05:00|8h|2026-03-08T23:00-04:00
begun in a night that is shorter|new_york_nights|2026-03-07T23:00-05:00|4h|2026-03-08T04:00-04:00
eight hours of a night of nine|new_york_nights|2026-10-31T22:00-04:00|8h|2026-11-01T05:00-05:00
all of a night of nine hours|new_york_nights|2026-10-31T22:00-04:00|9h|2026-11-01T06:00-05:00
more than a night of nine hours|new_york_nights|2026-10-31T22:00-04:00|10h|2026-11-01T23:00-05:00
begun in the hour that came twice, at first|new_york_nights|2026-11-01T01:30-04:00|2h|2026-11-01T02:30-05:00
begun in the hour that came twice, again|new_york_nights|2026-11-01T01:30-05:00|2h|2026-11-01T03:30-05:00
before the hour that there is not|new_york_small_hours|2026-03-08T00:00-05:00|30m|2026-03-08T01:45-05:00
what would open in the hour that there is not|new_york_small_hours|2026-03-08T00:00-05:00|31m|2026-03-09T01:16-04:00
closed when the closing time comes first|new_york_small_hours|2026-11-01T00:00-04:00|30m|2026-11-01T01:45-04:00
not opened when the opening time comes again|new_york_small_hours|2026-11-01T01:20-05:00|5m|2026-11-01T02:20-05:00
one night a week, shorter|weekend_night|2026-03-06T22:00-05:00|9h|2026-03-13T23:00-04:00
one night a week, begun within|weekend_night|2026-10-30T23:00-04:00|8h|2026-11-06T23:00-05:00
one night a week, over two of them|weekend_night|2026-03-06T20:00-05:00|16h|2026-03-14T06:00-04:00
half an hour is missing|lord_howe|2026-10-04T00:00+10:30|1wd|2026-10-05T00:30+11:00
into the half hour that is missing|lord_howe|2026-10-04T01:30+10:30|1h|2026-10-04T03:00+11:00
half an hour comes twice|lord_howe|2026-04-05T00:00+11:00|4h|2026-04-05T03:30+10:30
all that half an hour more gives|lord_howe|2026-04-05T00:00+11:00|270m|2026-04-05T04:00+10:30
begun in the half hour that came twice|lord_howe|2026-04-05T01:45+10:30|1h|2026-04-05T02:45+10:30
closed in the half hour that is missing|lord_howe_nights|2026-10-03T22:00+10:30|241m|2026-10-04T22:01+11:00
a night with half an hour more|lord_howe_nights|2026-04-04T22:00+11:00|5h|2026-04-05T22:15+10:30
a Friday that there never was|apia|2011-12-29T16:00-10:00|2h|2012-01-02T10:00+14:00
two working days around a Friday that there never was|apia|2011-12-29T09:00-10:00|2wd|2012-01-02T17:00+14:00
a night into the day that there never was|apia_nights|2011-12-29T22:00-10:00|2h|2011-12-31T00:00+14:00
a night out of the day that there never was|apia_nights|2011-12-29T22:00-10:00|3h|2011-12-31T01:00+14:00
two nights and the day between that there never was|apia_nights|2011-12-29T23:00-10:00|8h|2011-12-31T23:00+14:00
it opens at a midnight that there is not|sao_paulo|2018-11-03T12:00-03:00|1h|2018-11-04T02:00-02:00
a shift whose first hour is missing|sao_paulo|2018-11-03T12:00-03:00|1wd|2018-11-05T01:00-02:00
midnight comes an hour later|sao_paulo|2018-02-17T12:00-02:00|1h|2018-02-18T01:00-03:00
an evening with two last hours|sao_paulo_evenings|2018-02-17T20:00-02:00|4h|2018-02-17T23:00-03:00
all of an evening with two last hours|sao_paulo_evenings|2018-02-17T20:00-02:00|5h|2018-02-18T00:00-03:00
more than an evening with two last hours|sao_paulo_evenings|2018-02-17T20:00-02:00|301m|2018-02-18T20:01-03:00
clocks go forward at a quarter to three|chatham|2026-09-27T00:00+12:45|4h|2026-09-27T14:00+13:45
clocks go back at a quarter to four|chatham|2026-04-05T00:00+13:45|5h|2026-04-05T05:00+12:45
clocks go back as Ramadan begins|casablanca|2026-02-15T00:00+01:00|1wd|2026-02-15T06:00+00:00
clocks go forward after Ramadan|casablanca|2026-03-22T00:00+00:00|1wd|2026-03-23T01:00+01:00
a zone with three quarters of an hour|kathmandu|2026-03-05T16:30+05:45|1h|2026-03-06T10:30+05:45
a week that begins on Sunday|kathmandu|2026-03-06T17:00+05:45|1wd|2026-03-08T17:00+05:45
""".splitlines()
]
