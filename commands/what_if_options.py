"""The command ``voxloop what-if``, apart from what it does, so that help is quick."""

import argparse
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from voxloop.commands.document_options import Commands, Run, Words
from voxloop.domain.calendar_reader import YEARS
from voxloop.domain.durations import read_length
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority
from voxloop.domain.limits import ClockName
from voxloop.domain.trials import MOST_STAFF

_ANY = "*"
_STAFF = re.compile(r"([a-z][a-z0-9_]*)=([1-9][0-9]{0,3})(?:x([1-9][0-9]{0,3}))?(?:@([a-z][a-z0-9_]*))?", re.ASCII)


def add_what_if_command(commands: Commands, words: Words, run: Run) -> None:
    """``what-if``."""
    made = commands.add_parser("what-if", help=words("what_if"), description=words("what_if"))
    made.set_defaults(run=run, command="what-if")
    made.add_argument("study", nargs="?", type=UUID, help=words("what_if_study"))
    made.add_argument("--process", help=words("what_if_process"))
    made.add_argument("--calendar", action="append", default=[], help=words("what_if_calendar"))
    made.add_argument("--target", action="append", default=[], type=target, help=words("what_if_target"))
    made.add_argument("--staff", action="append", default=[], type=staff, help=words("what_if_staff"))
    add_window(made, words)


def add_window(made: argparse.ArgumentParser, words: Words) -> None:
    """When what is tried was received, and who asks."""
    made.add_argument("--since", type=instant, help=words("what_if_since"))
    made.add_argument("--until", type=instant, help=words("what_if_until"))
    made.add_argument("--author", help=words("documents_author"))


def instant(text: str) -> datetime:
    """A date, or an instant, of years that calendars know; without an offset by the clock of this machine."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = datetime.min
    if read.year not in YEARS:
        raise argparse.ArgumentTypeError(f"{text!r} is no date or instant from {YEARS[0]} to {YEARS[-1]}")
    return read.astimezone()


def target(text: str) -> dict[str, Any]:
    """``[process.[step.]]clock[.priority|.level|.type]=4h[@calendar]``; ``*`` stands for any process or step."""
    path, _, rest = text.partition("=")
    length, _, calendar = rest.partition("@")
    names = path.split(".")
    place = next((place for place, name in enumerate(names) if name in [*ClockName]), None)
    if place is None or place > 2 or not (length or calendar) or (length and not is_length(length)):
        raise argparse.ArgumentTypeError(f"{text!r} is not like complaint.first_response.high=1h or *.finish=4h@office")
    found: dict[str, Any] = {"clock": names[place], "target": length or None, "calendar": calendar or None}
    found |= {name: value for name, value in zip(("process", "step"), names[:place], strict=False) if value != _ANY}
    for word in names[place + 1 :]:
        kinds = {"priority": Priority, "level": CustomerLevel, "type": FeedbackType}
        kind = next((name for name, known in kinds.items() if word in [*known]), None)
        if kind is None:
            raise argparse.ArgumentTypeError(f"{word!r} is no priority, level of a customer or type")
        found[kind] = word
    return found


def staff(text: str) -> dict[str, Any]:
    """``team=5``, with a capacity of two each ``team=5x2``, by a calendar ``team=5@office``."""
    form = _STAFF.fullmatch(text)
    if form is None or int(form[2]) > MOST_STAFF or int(form[3] or 1) > MOST_STAFF:
        raise argparse.ArgumentTypeError(f"{text!r} is not like customer_service=5, =5x2 or =5@office")
    return {"team": form[1], "members": int(form[2]), "capacity": int(form[3] or 1), "calendar": form[4]}


def is_length(text: str) -> bool:
    """Whether it is a time like ``4h`` or ``2wd``."""
    try:
        read_length(text)
    except ValueError:
        return False
    return True
