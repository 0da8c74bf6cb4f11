"""Quiet hours: when they end, over midnight and where clocks change, and whether they ever do."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voxloop.domain.problems import ANYTHING
from voxloop.domain.quiet_hours import quiet_until
from voxloop.rules.kinds import check_document

BERLIN = ZoneInfo("Europe/Berlin")
TITLE = {"zh-CN": "云栖智家", "en": "Yunqi"}


def organisation(*hours: str) -> dict[str, Any]:
    return {"title": TITLE, "time_zone": "Europe/Berlin", "quiet_hours": list(hours)}


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-28T21:59:59", None),
        ("2026-03-28T22:00:00", "2026-03-29T08:00:00"),
        ("2026-03-29T03:00:00", "2026-03-29T08:00:00"),  # clocks have gone forward
        ("2026-03-29T07:59:59", "2026-03-29T08:00:00"),
        ("2026-03-29T08:00:00", None),
        ("2026-10-25T02:30:00", "2026-10-25T08:00:00"),  # they go back within the hour
    ],
)
def test_they_end_when_the_clock_on_the_wall_says_so(now: str, until: str | None) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=BERLIN).astimezone(UTC)
    expected = None if until is None else datetime.fromisoformat(until).replace(tzinfo=BERLIN)
    assert quiet_until(organisation("22:00-08:00"), at) == expected


@pytest.mark.parametrize(
    ("hours", "always"),
    [
        (("00:00-24:00",), True),
        (("22:00-08:00", "08:00-22:00"), True),
        (("22:00-08:00", "07:00-23:00"), True),
        (("12:00-11:59",), False),
        (("22:00-08:00", "12:00-14:00"), False),
        ((), False),
    ],
)
def test_hours_that_never_end_are_refused(hours: tuple[str, ...], always: bool) -> None:
    problems = check_document("organisation", "organisation", organisation(*hours), ANYTHING)
    told = [("quiet_hours", "organisation.always_quiet")] if always else []
    assert [(problem.path, problem.code) for problem in problems] == told
