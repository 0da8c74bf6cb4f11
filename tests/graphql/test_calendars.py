"""Calendars over the API: what frontends draw, and what they are refused."""

from typing import Any

import pytest

from voxloop.store import documents
from voxloop.tests.graphql.api import Api
from voxloop.tests.graphql.owners import Owners

DUE = """query ($key: String!, $start: DateTime!, $duration: String!, $zone: String) {
  calendarDue(key: $key, start: $start, duration: $duration, timeZone: $zone) }"""
ELAPSED = """query ($key: String!, $start: DateTime!, $end: DateTime!) {
  calendarElapsed(key: $key, start: $start, end: $end) }"""
DAYS = """query ($key: String!, $from: Date!, $days: Int! = 14) { calendarDays(key: $key, from: $from, days: $days) {
  day reason holidayName explanation(language: ZH_CN) intervals { opens closes hours } } }"""
ASKED = {"key": "office", "start": "2026-02-13T17:00:00+08:00", "duration": "2wd"}


@pytest.fixture(scope="module")
async def api(still: Api) -> Api:
    """With a calendar in the customer's time."""
    async with still.sessions.begin() as session:
        standing = await documents.published(session, "calendar", "service")
        assert standing is not None
        await documents.publish(
            session, "calendar", "theirs", {**standing["body"], "key": "theirs", "time_zone": "customer"}, "test"
        )
    return still


async def test_when_something_is_due(api: Api) -> None:
    assert (await api.ask(DUE, "li_na", **ASKED))["calendarDue"] == "2026-02-24T09:00:00Z"


async def test_how_much_open_time_passes(api: Api) -> None:
    given = {"key": "service", "start": "2026-02-17T21:00:00+08:00", "end": "2026-02-18T10:00:00+08:00"}
    assert (await api.ask(ELAPSED, "li_na", **given))["calendarElapsed"] == 3 * 3600


async def test_days_with_their_hours_and_reasons(api: Api) -> None:
    found = (await api.ask(DAYS, "manager", key="office", **{"from": "2026-02-14"}, days=3))["calendarDays"]
    assert [(day["day"], day["reason"], day["holidayName"]) for day in found] == [
        ("2026-02-14", "MAKEUP", None),
        ("2026-02-15", "WEEK", None),
        ("2026-02-16", "HOLIDAY", "Chinese New Year's Eve"),
    ]
    assert found[0]["explanation"] == "调休上班"
    assert found[0]["intervals"] == [
        {"opens": "2026-02-14T01:00:00Z", "closes": "2026-02-14T04:00:00Z", "hours": "09:00-12:00"},
        {"opens": "2026-02-14T05:30:00Z", "closes": "2026-02-14T10:00:00Z", "hours": "13:30-18:00"},
    ]
    assert found[1]["intervals"] == []


async def test_days_of_years_that_are_not_arranged_yet_say_so(api: Api) -> None:
    asked = """{ office: calendarDays(key: "office", from: "2026-12-31", days: 2) { arranged }
      service: calendarDays(key: "service", from: "2026-12-31", days: 2) { arranged } }"""
    arranged = {key: [day["arranged"] for day in days] for key, days in (await api.ask(asked)).items()}
    assert arranged["service"] == [True, True]
    assert arranged["office"][0]
    far = 'calendarDays(key: "office", from: "2199-12-31", days: 1) { arranged }'
    assert (await api.ask(f"{{ {far} }}"))["calendarDays"] == [{"arranged": False}]


async def test_a_calendar_in_the_customers_time_is_asked_in_a_zone(api: Api) -> None:
    given = {"key": "theirs", "start": "2026-02-13T12:00:00Z", "duration": "2h"}
    assert await api.fail(DUE, **given) == "BAD_USER_INPUT"
    assert (await api.ask(DUE, **given, zone="America/New_York"))["calendarDue"] == "2026-02-13T15:00:00Z"


async def test_of_a_calendar_that_is_not_published_nothing_is_told(api: Api) -> None:
    assert (await api.ask(DUE, **ASKED | {"key": "nowhere"}))["calendarDue"] is None
    assert (await api.ask(DAYS, key="nowhere", **{"from": "2026-02-14"}))["calendarDays"] is None


async def test_intake_tokens_are_told_nothing(api: Api) -> None:
    assert await api.fail(DUE, "web", **ASKED) == "FORBIDDEN"


@pytest.mark.parametrize(
    ("document", "given", "argument"),
    [
        (DUE, {"duration": "2d"}, "duration"),
        (DUE, {"duration": "99999wd"}, "duration"),
        (DUE, {"duration": ""}, "duration"),
        (DUE, {"zone": "Asia/Beijing"}, "timeZone"),
        (DUE, {"zone": "team"}, "timeZone"),
        (DUE, {"start": "9999-01-01T00:00:00Z"}, "start"),
        (DUE, {"key": "k" * 300}, "key"),
        (ELAPSED, {"end": "2037-01-01T00:00:00Z"}, "end"),
        (ELAPSED, {"end": "0001-01-01T00:00:00Z"}, "end"),
        (DAYS, {"from": "2026-02-14", "days": 401}, "days"),
        (DAYS, {"from": "2026-02-14", "days": 0}, "days"),
        (DAYS, {"from": "9999-12-31"}, "from"),
    ],
)
async def test_what_cannot_be_asked(api: Api, document: str, given: dict[str, Any], argument: str) -> None:
    variables = {"end": "2026-03-01T00:00:00Z", "from": "2026-03-01", **ASKED, **given}
    asked = {name: value for name, value in variables.items() if f"${name}:" in document}
    [error] = (await api.send(document, "manager", **asked)).json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": argument}


@pytest.mark.parametrize(("days", "refused"), [(2, False), (400, True)])
async def test_many_days_cost_what_they_hold(api: Api, days: int, refused: bool) -> None:
    part = f'calendarDays(key: "office", from: "2026-02-14", days: {days}) {{ intervals {{ hours }} }}'
    parts = " ".join(f"part{number}: {part}" for number in range(12))
    answer = (await api.send(f"{{ {parts} }}", "manager")).json()
    assert ("errors" in answer) is refused
    if refused:
        assert "may answer with" in answer["errors"][0]["message"]


async def test_an_owner_publishes_a_calendar_and_it_counts(owners: Owners) -> None:
    body = {
        "key": "shop",
        "title": {"zh-CN": "门店", "en": "Shop"},
        "time_zone": "Asia/Shanghai",
        "day_hours": "4h",
        "week": {"sat": ["10:00-14:00", "13:00-15:00"]},
    }
    draft = await owners.must("createDraft", kind="CALENDAR", key="shop", body=body)
    problems = (await owners.must("checkDraft", id=draft["id"]))["problems"]
    assert [(each["path"], each["code"]) for each in problems if not each["warning"]] == [
        ("week.sat[1]", "calendar.overlap")
    ]
    body["week"] = {"sat": ["10:00-14:00"]}
    edited = await owners.must("saveDraft", id=draft["id"], revision=draft["revision"], body=body)
    assert (await owners.must("checkDraft", id=edited["id"]))["problems"] == []
    assert (await owners.must("publishDraft", id=draft["id"]))["state"] == "PUBLISHED"
    given = {"key": "shop", "start": "2026-03-02T00:00:00Z", "duration": "2wd"}
    assert (await owners.api.ask(DUE, "manager", **given))["calendarDue"] == "2026-03-14T06:00:00Z"
