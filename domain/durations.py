"""Durations as documents write them: a whole number and ``m``, ``h`` or ``d`` of real time (``24h``).

Working days (``wd``) need a calendar and are refused until calendars exist.
"""

import re
from datetime import timedelta

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_FORM = re.compile(r"([1-9][0-9]{0,4})([mhd])")


def read_duration(text: object) -> timedelta:
    """``"90m"`` -> 1:30:00.

    Raises:
        ValueError: the text is not of that form.
    """
    form = _FORM.fullmatch(text) if isinstance(text, str) else None
    if form is None:
        raise ValueError(text)
    return int(form[1]) * _UNITS[form[2]]
