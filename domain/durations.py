"""Durations as documents write them: a whole number and a unit (``24h``, ``2wd``).

``m``, ``h`` and ``d`` are real time. Under a calendar ``m`` and ``h`` count open time, ``wd`` are days of as many open
hours as the calendar states, and ``d`` is refused: so durations under one calendar add up.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_FORM = re.compile(r"([1-9][0-9]{0,4})(wd|[mhd])")


@dataclass(frozen=True)
class Duration:
    """A length of time, and ``days`` whose length a calendar states; ``whole``: written in days of 24 hours."""

    time: timedelta = timedelta()
    days: int = 0
    whole: bool = False

    def length(self, day: timedelta) -> timedelta:
        """How long it is where a working day has so many hours."""
        return self.time + self.days * day


def read_duration(text: object) -> timedelta:
    """Real time: ``"90m"`` -> 1:30:00.

    Raises:
        ValueError: the text is not of that form, or needs a calendar.
    """
    duration = read_length(text)
    if duration.days:
        raise ValueError(text)
    return duration.time


def read_length(text: object) -> Duration:
    """Real time, or open time of a calendar: ``"2wd"`` -> two working days.

    Raises:
        ValueError: the text is not of that form.
    """
    form = _FORM.fullmatch(text) if isinstance(text, str) else None
    if form is None:
        raise ValueError(text)
    number, unit = int(form[1]), form[2]
    return Duration(days=number) if unit == "wd" else Duration(number * _UNITS[unit], whole=unit == "d")


def read_open_time(text: object) -> Duration:
    """Open time of a calendar.

    Raises:
        ValueError: the text is not of that form, or in days of 24 hours.
    """
    duration = read_length(text)
    if duration.whole:
        raise ValueError(text)
    return duration
