"""``voxloop calendar``: what calendars of files and of the database say at a terminal."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from voxloop.store.sessions import Sessions
from voxloop.tests.command_line import Terminal, furnished

WORKS = """key: works
title: {zh-CN: 工厂, en: Works}
time_zone: Asia/Shanghai
country: CN
day_hours: 8h
week: {mon: ["22:00-06:00"], tue: ["22:00-06:00"], wed: ["22:00-06:00"], thu: ["22:00-06:00"], fri: ["22:00-06:00"]}
seasons: [{from: 2026-03-05, to: 2026-03-05, week: {thu: ["20:00-22:00"]}}]
days: {2026-03-06: [], 2026-12-31: ["09:00-12:00"]}
"""


@pytest.fixture(scope="module")
async def house(new_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[tuple[str, Sessions]]:
    url, sessions = await furnished(new_database, "calendar_command")
    yield url, sessions
    await sessions.dispose()


@pytest.fixture
def voxloop(
    house: tuple[str, Sessions], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    monkeypatch.setenv("VOXLOOP_DATABASE_URL", house[0])
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "en")
    return Terminal(capsys)


@pytest.fixture
def works(tmp_path: Path) -> Path:
    return written(tmp_path, WORKS)


def written(folder: Path, text: str) -> Path:
    file = folder / "works.yaml"
    file.write_text(text, "utf-8")
    return file


async def test_when_something_is_due_is_told_with_the_calendars_offset(works: Path, voxloop: Terminal) -> None:
    said = await voxloop("calendar", "due", works, "2026-03-02T23:00", "1wd")
    assert (said.code, said.out) == (0, "2026-03-03T23:00:00+08:00\n")


@pytest.mark.parametrize("start", ["2026-03-02T15:00Z", "2026-03-02T16:00+01:00", "2026-03-02 23:00", "20260302T2300"])
async def test_an_instant_may_come_with_an_offset_or_as_the_calendars_clock_shows_it(
    start: str, works: Path, voxloop: Terminal
) -> None:
    assert (await voxloop("calendar", "due", works, start, "90m")).out == "2026-03-03T00:30:00+08:00\n"


async def test_what_has_passed_is_told_in_seconds(works: Path, voxloop: Terminal) -> None:
    said = await voxloop("calendar", "elapsed", works, "2026-03-02T23:00:30", "2026-03-04")
    assert (said.code, said.out) == (0, f"{7 * 3600 - 30 + 2 * 3600}\n")


async def test_a_published_calendar_is_meant_by_its_key_or_version(voxloop: Terminal) -> None:
    for named in ("office", "office@1"):
        said = await voxloop("calendar", "due", named, "2026-02-13T17:00", "2wd")
        assert said.out == "2026-02-24T17:00:00+08:00\n"


async def test_days_are_shown_with_their_hours_and_why_they_are_so(works: Path, voxloop: Terminal) -> None:
    said = await voxloop("calendar", "show", works, "--from", "2026-02-27", "--days", 8)
    assert said.out.splitlines() == [
        "2026-02-27 Fri  22:00-06:00   8:00",
        "2026-02-28 Sat  22:00-06:00   8:00  Make-up working day",
        "2026-03-01 Sun  -             0:00",
        "2026-03-02 Mon  22:00-06:00   8:00",
        "2026-03-03 Tue  22:00-06:00   8:00",
        "2026-03-04 Wed  22:00-06:00   8:00",
        "2026-03-05 Thu  20:00-22:00   2:00  Season",
        "2026-03-06 Fri  -             0:00  Exception",
    ]


async def test_holidays_have_their_names_in_the_readers_language(
    voxloop: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("calendar", "show", "office", "--from", "2026-02-17", "--days", 1)
    assert (await voxloop(*asked)).out == "2026-02-17 Tue  -   0:00  Holiday: Chinese New Year (Spring Festival)\n"
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "zh-CN")
    assert (await voxloop(*asked)).out == "2026-02-17 周二  -   0:00  假期: 春节\n"


async def test_without_more_words_two_weeks_are_shown_from_today_on(voxloop: Terminal) -> None:
    assert len((await voxloop("calendar", "show", "service")).out.splitlines()) == 14


async def test_a_calendar_in_whoevers_time_needs_a_zone(tmp_path: Path, voxloop: Terminal) -> None:
    file = written(tmp_path, WORKS.replace("Asia/Shanghai", "customer"))
    asked = ("calendar", "due", file, "2026-03-02T23:00", "1h")
    refused = await voxloop(*asked)
    assert refused.code == 1
    assert "name one with --zone" in refused.err
    assert (await voxloop(*asked, "--zone", "Europe/Berlin")).out == "2026-03-03T00:00:00+01:00\n"


WRONG = [
    (("due", "WORKS", "2026-03-02T23:00", "2d"), "“2d” is no open time", "不是开放时长"),
    (("due", "WORKS", "2026-03-02T23:00", "soon"), "“soon” is no open time", "不是开放时长"),
    (("due", "WORKS", "tomorrow", "2h"), "“tomorrow” is no instant", "不是时刻"),
    (("due", "WORKS", "9999-01-01T00:00", "2h"), "“9999-01-01T00:00” is no instant", "不是时刻"),
    (("due", "WORKS", "2026-03-02", "9999wd"), "not that much open time within ten years", "十年之内"),
    (("elapsed", "WORKS", "2026-03-02", "x"), "“x” is no instant", "不是时刻"),
    (("show", "WORKS", "--from", "2026-02-30"), "“2026-02-30” is no date", "不是日期"),
    (("show", "nowhere"), "There is no calendar “nowhere”", "没有日历"),
    (("show", "intake"), "There is no calendar “intake”", "没有日历"),
    (("show", "WORKS", "--zone", "Asia/Beijing"), "“Asia/Beijing” is no time zone", "没有时区"),
    (("show", "missing.yaml"), "missing.yaml", "无法读取"),
]


@pytest.mark.parametrize(("asked", "english", "chinese"), WRONG)
async def test_what_cannot_be_done_is_told_in_both_languages(
    asked: tuple[str, ...], english: str, chinese: str, works: Path, voxloop: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [str(works) if word == "WORKS" else word for word in asked]
    said = await voxloop("calendar", *words)
    assert (said.code, said.out) == (1, "")
    assert english in said.err
    monkeypatch.setenv("VOXLOOP_LANGUAGE", "zh-CN")
    assert chinese in (await voxloop("calendar", *words)).err


async def test_nobody_can_count_in_a_calendar_that_is_wrong(tmp_path: Path, voxloop: Terminal) -> None:
    file = written(tmp_path, WORKS.replace("22:00-06:00", "22-6", 1))
    said = await voxloop("calendar", "show", file)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"{file}:6: week.mon[0]: “22-6” is no time of day.")


async def test_what_is_doubtful_is_told_beside_the_answer(tmp_path: Path, voxloop: Terminal) -> None:
    file = written(tmp_path, WORKS.replace("day_hours: 8h", "day_hours: 7h"))
    said = await voxloop("calendar", "due", file, "2026-03-02T22:00", "1wd")
    assert said.out == "2026-03-03T05:00:00+08:00\n"
    assert f"{file}:5: day_hours: Note: A working day is to be 7h" in said.err
