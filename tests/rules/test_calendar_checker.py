"""What is wrong with calendars: each problem from the smallest document that has it, told in both languages."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from voxloop.bundles.reader import read_text
from voxloop.domain.problems import Problem, is_sound
from voxloop.domain.texts import LANGUAGES, say
from voxloop.rules.calendar_checker import check_calendar

DOCS = Path(__file__).parents[2] / "docs"
TODAY = date(2026, 3, 2)
WEEK = '{mon: ["09:00-17:00"]}'
SMALLEST = {
    "key": "office",
    "title": "{zh-CN: 办公时间, en: Office hours}",
    "time_zone": "Asia/Shanghai",
    "day_hours": "8h",
    "week": WEEK,
}


def season(first: str, last: str, week: str = "{}") -> str:
    return f"{{from: {first}, to: {last}, week: {week}}}"


def listed(*seasons: str) -> str:
    return f"[{', '.join(seasons)}]"


def document(**changed: str | None) -> dict[str, Any]:
    """The smallest calendar with other keys; None leaves one out."""
    lines = [f"{key}: {value}" for key, value in {**SMALLEST, **changed}.items() if value is not None]
    body = yaml.load("\n".join(lines), yaml.BaseLoader)  # texts, as the reader of files makes them
    assert isinstance(body, dict)
    return body


def check(**changed: str | None) -> list[Problem]:
    return check_calendar(document(**changed), TODAY)


def told(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in problems]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"time_zone": "customer"},
        {"time_zone": "team"},
        {"country": "GB-ENG"},
        {"country": "US", "day_hours": "480m"},
        {"week": '{fri: ["22:00-06:00"], sat: ["06:00-10:00"]}'},
        {"week": '{sun: ["22:00-06:00"], mon: ["06:00-14:00"]}'},
        {"week": '{mon: ["00:00-24:00"], tue: ["00:00-24:00"]}', "day_hours": "24h"},
        {"seasons": listed(season("2026-06-01", "2026-09-30", WEEK), season("2026-10-01", "2026-10-01"))},
        {"days": '{2026-12-31: ["09:00-12:00"], 2027-01-02: []}'},
    ],
)  # fmt: skip
def test_nothing_is_wrong(changed: dict[str, str]) -> None:
    assert check(**changed) == []


WRONG = [
    ({"key": "team"}, "key", "reserved"),
    ({"key": "real"}, "key", "reserved"),
    ({"key": "customer"}, "key", "reserved"),
    ({"time_zone": "Asia/Beijing"}, "time_zone", "unknown_time_zone"),
    ({"country": "CHN"}, "country", "unknown_country"),
    ({"country": "GB-XYZ"}, "country", "unknown_country"),
    ({"day_hours": "25h"}, "day_hours", "day_too_long"),
    ({"week": "{}"}, "week", "never_open"),
    ({"week": '{mon: ["9:00-17:00"]}'}, "week.mon[0]", "not_an_interval"),
    ({"week": '{mon: ["09:00-24:30"]}'}, "week.mon[0]", "not_an_interval"),
    ({"week": '{mon: ["24:00-08:00"]}'}, "week.mon[0]", "not_an_interval"),
    ({"week": '{mon: ["09:00-33:00"]}'}, "week.mon[0]", "not_an_interval"),
    ({"week": '{mon: ["09:00-09:00"]}'}, "week.mon[0]", "empty_interval"),
    ({"week": '{mon: ["13:00-17:00", "09:00-13:30"]}', "day_hours": "510m"}, "week.mon[0]", "overlap"),
    ({"week": '{mon: ["21:00-06:00"], tue: ["05:00-06:00"]}', "day_hours": "9h"}, "week.mon[0]", "overlap"),
    ({"week": '{sun: ["22:00-06:00"], mon: ["05:59-06:10"]}'}, "week.sun[0]", "overlap"),
    ({"makeup": '["09:00-12:00", "11:00-12:00"]', "country": "VN"}, "makeup[1]", "overlap"),
    ({"days": '{2026-31-12: []}'}, "days.2026-31-12", "not_a_date"),
    ({"days": '{20261231: []}'}, "days.20261231", "not_a_date"),
    ({"days": '{2260-12-31: []}'}, "days.2260-12-31", "not_a_date"),
    ({"days": '{2026-12-31: ["09:00-12:00", "11:00-13:00"]}'}, "days.2026-12-31[1]", "overlap"),
    ({"days": '{2026-03-08: ["22:00-10:00"]}'}, "days.2026-03-08[0]", "overlap"),
    ({"days": '{2026-03-03: ["01:00-08:00"]}', "week": '{mon: ["18:00-02:00"]}'}, "days.2026-03-03", "overlap"),
    ({"seasons": listed(season("2026-06-02", "2026-06-01", WEEK))}, "seasons[0].to", "reversed_season"),
    ({"seasons": "[{from: 2026-06-02, to: 2027-08-01, week: {}}]"}, "seasons[0].week", "closed_for_years"),
    ({"seasons": listed(season("2026-06-02", "2026-06-31", WEEK))}, "seasons[0].to", "not_a_date"),
    (
        {"seasons": listed(season("2026-06-01", "2026-06-30", WEEK), season("2026-06-30", "2026-07-01"))},
        "seasons[1]",
        "seasons_overlap",
    ),
]  # fmt: skip
DOUBTFUL = [
    ({"day_hours": "7h"}, "day_hours", "other_day_hours"),
    ({"country": "CN"}, "country", "not_arranged"),
    ({"makeup": '["09:00-12:00"]'}, "makeup", "no_makeup_days"),
    ({"makeup": '["09:00-12:00"]', "country": "US"}, "makeup", "no_makeup_days"),
    ({"days": "{2026-03-01: []}"}, "days", "past_days"),
    ({"days": "{2026-12-31: [], 2062-01-01: []}"}, "days.2062-01-01", "far_date"),
    ({"seasons": listed(season("2006-06-01", "2006-09-01", WEEK))}, "seasons[0].to", "far_date"),
]


@pytest.mark.parametrize(("changed", "path", "code"), WRONG)
def test_each_problem(changed: dict[str, str], path: str, code: str) -> None:
    found = check(**changed)
    assert (path, f"calendar.{code}") in told(found)
    assert not is_sound(found)


@pytest.mark.parametrize(("changed", "path", "code"), DOUBTFUL)
def test_each_warning(changed: dict[str, str], path: str, code: str) -> None:
    found = check(**changed)
    assert (path, f"calendar.{code}") in told(found)
    assert is_sound(found)


@pytest.mark.parametrize("key", SMALLEST)
def test_what_must_be_said(key: str) -> None:
    assert (key, "document.missing") in told(check(**{key: None}))


def test_everything_that_cannot_be_read_is_told_at_once() -> None:
    found = check(week='{mon: ["nine"], someday: []}', days="{never: []}", seasons="[{}]", colour="red")
    assert sorted(told(found)) == [
        ("colour", "document.unknown_key"),
        ("days.never", "calendar.not_a_date"),
        ("seasons[0].from", "document.missing"),
        ("seasons[0].to", "document.missing"),
        ("seasons[0].week", "document.missing"),
        ("week.mon[0]", "calendar.not_an_interval"),
        ("week.someday", "document.unknown_key"),
    ]


def test_the_days_of_a_year_that_is_arranged_are_no_guess() -> None:
    assert check_calendar(document(country="CN"), date(2025, 12, 31)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("changed", "path", "code"), [*WRONG, *DOUBTFUL])
def test_each_is_told_in_words(language: str, changed: dict[str, str], path: str, code: str) -> None:
    [problem] = [each for each in check(**changed) if each.path == path]
    assert "{" not in say(language, f"problem.{problem.code}", **problem.params)


@pytest.mark.parametrize("page", ["calendars.md", "calendars.zh-CN.md"])
def test_the_example_of_the_page_on_calendars_is_sound(page: str) -> None:
    text = DOCS.joinpath(page).read_text("utf-8")
    body = read_text(text.partition("```yaml\n")[2].partition("```")[0]).body
    assert [problem for problem in check_calendar(body, TODAY) if not problem.warning] == []
    assert {*re.findall(r"^\| `(\w+)` ", text, re.MULTILINE)} | {"title"} == body.keys()
