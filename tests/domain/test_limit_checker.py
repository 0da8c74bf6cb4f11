"""Limits of processes against each other: with calendars, working days, levels of customers and types."""

from datetime import timedelta

import pytest
import yaml

from voxloop.domain.problems import ANYTHING, Known, Problem
from voxloop.domain.process_checker import check_process
from voxloop.domain.texts import LANGUAGES, say

KNOWN = Known(
    teams=frozenset({"service"}),
    calendars=frozenset({"office", "service"}),
    day_hours={"office": timedelta(hours=8), "service": timedelta(hours=14)},
)


def check(first: str, last: str, known: Known = KNOWN) -> list[Problem]:
    """Of a process whose only step has to be begun and finished within these limits."""
    step = f"{{key: a, kind: task, team: service, respond: {first}, limit: {last}, outcomes: {{done: close}}}}"
    document = f"key: p\ntitle: {{zh-CN: 流程, en: Process}}\nreopen_for: 7d\nsteps: [{step}]\n"
    return check_process(yaml.safe_load(document), known)


def codes(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.path.removeprefix("steps[0]."), problem.code.removeprefix("process.")) for problem in problems]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("{normal: 1wd, calendar: office}", "{normal: 8h, calendar: office}"),
        ("{normal: 1wd, calendar: service}", "{normal: 14h, calendar: service}"),
        ("{normal: 2wd, calendar: team}", "{normal: 2wd, calendar: team}"),
        ("{normal: 8h, calendar: real}", "{normal: 8h}"),
        ("{normal: 8h}", "{normal: 1wd, calendar: office}"),
        ("{normal: 4h, levels: {vip: {high: 1h}}}", "{normal: 8h, levels: {vip: {high: 1h}}}"),
        ("{low: 4h, types: {defect: {low: 9h}}}", "{low: 9h}"),
    ],
)
def test_limits_that_can_be_kept_together(first: str, last: str) -> None:
    assert check(first, last) == []


@pytest.mark.parametrize(
    ("first", "last", "place"),
    [
        ("{normal: 2wd, calendar: office}", "{normal: 15h, calendar: office}", "respond.normal"),
        ("{normal: 15h, calendar: service}", "{normal: 1wd, calendar: service}", "respond.normal"),
        ("{normal: 3wd, calendar: team}", "{normal: 2wd, calendar: team}", "respond.normal"),
        ("{normal: 25h, calendar: team}", "{normal: 1wd, calendar: team}", "respond.normal"),
        ("{normal: 9h, calendar: office}", "{normal: 8h}", "respond.normal"),
        ("{normal: 4h}", "{normal: 8h, levels: {vip: {normal: 2h}}}", "respond.normal"),
        ("{normal: 4h, levels: {vip: {high: 9h}}}", "{normal: 8h}", "respond.levels.vip.high"),
        ("{normal: 4h, types: {defect: {low: 9h}}}", "{low: 8h}", "respond.types.defect.low"),
    ],
)
def test_a_limit_above_what_it_comes_before(first: str, last: str, place: str) -> None:
    assert codes(check(first, last)) == [(place, "above")]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("{normal: 8h, calendar: office}", "{normal: 24h}"),
        ("{normal: 9h}", "{normal: 1wd, calendar: office}"),
        ("{normal: 1h, high: 1h, calendar: office}", "{normal: 8h, high: 4h, calendar: service}"),
        ("{normal: 1wd, calendar: team}", "{normal: 1wd, calendar: office}"),
        ("{normal: 1wd, calendar: team}", "{normal: 8h, calendar: team}"),
    ],
)
def test_what_cannot_be_compared_for_sure_is_warned_of_once(first: str, last: str) -> None:
    (problem,) = check(first, last)
    assert (problem.path, problem.code, problem.warning) == ("steps[0].respond", "process.maybe_above", True)


@pytest.mark.parametrize(
    ("first", "last", "never"),
    [
        ("at: 75%", "at: 50%", True),
        ("at: +1h", "at: 100%", True),
        ("at: +3h", "at: +2h", True),
        ("at: 9h", "at: 8h", True),
        ("at: 2wd, calendar: office", "at: 1wd, calendar: office", True),
        ("at: 9h, calendar: office", "at: 8h, calendar: real", True),
        ("at: 50%", "at: 50%", False),
        ("at: 100%", "at: +1h", False),
        ("at: 24h", "at: 75%", False),
        ("at: 9h, calendar: real", "at: 8h, calendar: office", False),
        ("at: 75%", "at: 50%, if: {fact: priority, is: equals, value: low}", False),
    ],
)
def test_a_level_that_a_higher_one_comes_before_never_comes(first: str, last: str, never: bool) -> None:
    levels = f"[{{raise: priority, {first}}}, {{raise: priority, {last}}}]"
    step = f"{{key: a, kind: task, team: service, limit: {{low: 8h}}, escalate: {levels}, outcomes: {{done: close}}}}"
    text = f"key: p\ntitle: {{zh-CN: 流程, en: Process}}\nreopen_for: 7d\nsteps: [{step}]\n"
    found = [(problem.path, problem.code, problem.warning) for problem in check_process(yaml.safe_load(text), KNOWN)]
    assert found == ([("steps[0].escalate[0].at", "process.level_never", True)] if never else [])


def test_every_calendar_exists() -> None:
    found = check("{normal: 1h, calendar: offic}", "{normal: 1h, calendar: offic}")
    assert codes(found) == [("respond.calendar", "unknown_calendar"), ("limit.calendar", "unknown_calendar")]
    assert found[0].params == {"value": "offic", "known": "office, service"}


def test_calendars_of_the_items_clocks_exist_too() -> None:
    named = ("first_response", "next_reply", "resolution", "total_resolution")
    clocks = f"{{{', '.join(f'{clock}: {{low: 1h, calendar: mine}}' for clock in named)}}}"
    step = "{key: a, kind: task, team: service, outcomes: {done: close}}"
    text = f"key: p\ntitle: {{zh-CN: 流程, en: Process}}\nreopen_for: 7d\nclocks: {clocks}\nsteps: [{step}]\n"
    found = check_process(yaml.safe_load(text), KNOWN)
    assert {problem.path for problem in found} == {f"clocks.{clock}.calendar" for clock in named}


@pytest.mark.parametrize(("calendar", "problems"), [("offic", 1), ("office", 0), ("team", 0), ("real", 0)])
def test_the_calendar_of_an_escalation_exists(calendar: str, problems: int) -> None:
    escalate = f"[{{at: 24h, tell: {{to: assignee}}, calendar: {calendar}}}]"
    step = f"{{key: a, kind: task, team: service, escalate: {escalate}, outcomes: {{done: close}}}}"
    text = f"key: p\ntitle: {{zh-CN: 流程, en: Process}}\nreopen_for: 7d\nsteps: [{step}]\n"
    found = check_process(yaml.safe_load(text), KNOWN)
    assert [problem.path for problem in found] == ["steps[0].escalate[0].calendar"] * problems


def test_a_resolution_is_due_before_the_total_one() -> None:
    clocks = "{resolution: {low: 9h}, total_resolution: {low: 8h}}"
    step = "{key: a, kind: task, team: service, outcomes: {done: close}}"
    text = f"key: p\ntitle: {{zh-CN: 流程, en: Process}}\nreopen_for: 7d\nclocks: {clocks}\nsteps: [{step}]\n"
    [found] = check_process(yaml.safe_load(text), KNOWN)
    assert (found.path, found.code) == ("clocks.resolution.low", "process.above")


def test_clocks_of_an_item_that_several_teams_keep_may_count_in_different_calendars() -> None:
    clocks = "{first_response: {low: 2h, calendar: service}, resolution: {low: 3wd, calendar: office}}"
    step = "{key: a, kind: task, team: service, outcomes: {done: close}}"
    text = f"key: p\ntitle: {{zh-CN: 流程, en: Process}}\nreopen_for: 7d\nclocks: {clocks}\nsteps: [{step}]\n"
    assert check_process(yaml.safe_load(text), KNOWN) == []


def test_where_nothing_is_known_any_calendar_may_exist() -> None:
    known = Known(**{noun: getattr(ANYTHING, noun) for noun in ("teams", "calendars")})
    assert check("{normal: 1wd, calendar: mine}", "{normal: 2wd, calendar: mine}", known) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("{low: 9h}", "{low: 8h}"),
        ("{low: 1h, calendar: office}", "{low: 8h}"),
        ("{low: 1h, calendar: none}", "{low: 2h, calendar: none}"),
    ],
)
def test_each_is_told_in_words(language: str, first: str, last: str) -> None:
    for problem in check(first, last):
        assert "{" not in say(language, f"problem.{problem.code}", **problem.params)
