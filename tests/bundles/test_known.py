"""What documents of a bundle, and those in the database, may refer to: calendars, and how long their days are."""

from datetime import timedelta

from voxloop.bundles.bundle import Bundle, Name
from voxloop.bundles.reader import read_text
from voxloop.bundles.writer import write_document
from voxloop.domain.documents import Kind
from voxloop.domain.problems import Known
from voxloop.starter.load import load
from voxloop.store import references
from voxloop.store.sessions import open_sessions
from voxloop.tests.conftest import NewDatabase
from voxloop.tests.domain.calendar_cases import CALENDARS

HOUR = timedelta(hours=1)


def bundle(**texts: str) -> Bundle:
    return Bundle({Name(Kind.CALENDAR, key): read_text(text) for key, text in texts.items()})


def test_a_bundles_calendars_come_before_others() -> None:
    besides = Known(calendars=frozenset({"office", "service"}), day_hours={"office": 9 * HOUR, "service": 14 * HOUR})
    known = bundle(office=write_document(CALENDARS["office"]), broken="week: {}\n").known(besides)
    assert known.calendars == {"office", "service", "broken"}
    assert known.day_hours == {"office": 7.5 * HOUR, "service": 14 * HOUR}


async def test_published_calendars_are_known(new_database: NewDatabase) -> None:
    sessions = open_sessions(await new_database("known"), size=0)
    async with sessions.begin() as session:
        await load(session)
        known = await references.known(session)
    await sessions.dispose()
    assert known.calendars == {"office", "service"}
    assert known.day_hours == {"office": 7.5 * HOUR, "service": 14 * HOUR}


def test_calendars_are_written_as_they_are_read() -> None:
    for body in CALENDARS.values():
        text = write_document(body)
        assert read_text(text).body == body
        assert write_document(read_text(text).body) == text


def test_each_day_and_each_exception_has_a_line() -> None:
    lines = write_document(CALENDARS["exceptions"]).splitlines()
    assert '  mon: ["09:00-12:00", "13:30-18:00"]' in lines
    assert '  "2026-02-14": []' in lines
