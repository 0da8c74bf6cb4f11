"""Calendars as clocks count in them: a published version, in a time zone, with the holidays of its country."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from voxloop.domain.calendar_reader import read_calendar
from voxloop.domain.calendars import Hours
from voxloop.public_holidays import kind_of
from voxloop.store.sessions import Row, Session
from voxloop.store.tables import document

_CALENDARS = document.c.kind == "calendar", document.c.state == "published"
_PUBLISHED = select(document.c.id, document.c.body["time_zone"].astext.label("zone")).where(
    *_CALENDARS, document.c.key == bindparam("key")
)


async def published(session: Session, key: str) -> Row | None:
    """Of the published version of a calendar its ``id``, and the ``zone`` that it names or whose it says."""
    return (await session.execute(_PUBLISHED, {"key": key})).mappings().one_or_none()


async def all_published(session: Session) -> Mapping[str, Row]:
    """``id``, ``key`` and ``body`` of each that is published, by its key."""
    wanted = select(document.c.id, document.c.key, document.c.body).where(*_CALENDARS)
    return {row["key"]: row for row in (await session.execute(wanted)).mappings()}


def hours_of(body: Mapping[str, Any], zone: str) -> Hours:
    """The calendar of a published document, counted in a time zone (IANA)."""
    calendar = read_calendar(body)
    return Hours(calendar, ZoneInfo(zone), kind_of(calendar.country))
