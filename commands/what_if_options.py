"""The commands ``voxloop what-if`` and ``voxloop process simulate``, apart from what they do, so that help is quick."""

import argparse
import re
from datetime import datetime
from typing import Any

from voxloop.commands.document_options import Commands, Run, Words
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
    made.add_argument("study", nargs="?", help=words("what_if_study"))
    made.add_argument("--process", help=words("what_if_process"))
    made.add_argument("--calendar", action="append", default=[], help=words("what_if_calendar"))
    made.add_argument("--target", action="append", default=[], type=target, help=words("what_if_target"))
    made.add_argument("--staff", action="append", default=[], type=staff, help=words("what_if_staff"))
    _add_window(made, words)


def add_simulation_options(made: argparse.ArgumentParser, words: Words) -> None:
    """What ``process simulate`` takes: of one made-up item, or of those that were received in a time."""
    made.add_argument("process", help=words("simulate_process"))
    made.add_argument("--outcome", action="append", default=[], type=outcome, help=words("simulate_outcome"))
    made.add_argument("--type", choices=[*FeedbackType], help=words("simulate_type"))
    made.add_argument("--priority", choices=[*Priority], help=words("simulate_priority"))
    made.add_argument("--level", choices=[*CustomerLevel], help=words("simulate_level"))
    made.add_argument("--at", type=instant, help=words("simulate_at"))
    made.add_argument("--strict", action="store_true", help=words("simulate_strict"))
    _add_window(made, words)


def _add_window(made: argparse.ArgumentParser, words: Words) -> None:
    made.add_argument("--since", type=instant, help=words("what_if_since"))
    made.add_argument("--until", type=instant, help=words("what_if_until"))
    made.add_argument("--author", help=words("documents_author"))


def instant(text: str) -> datetime:
    """A date, or an instant; without an offset by the clock of this machine."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text!r} is no date or instant") from wrong


def outcome(text: str) -> dict[str, str | None]:
    """``repair=fixed`` or ``repair=fixed@2h``."""
    step, _, rest = text.partition("=")
    name, _, after = rest.partition("@")
    if not step or not name or (after and not _is_length(after)):
        raise argparse.ArgumentTypeError(f"{text!r} is not STEP=OUTCOME or STEP=OUTCOME@2h")
    return {"step": step, "outcome": name, "after": after or None}


def target(text: str) -> dict[str, Any]:
    """``[process.[step.]]clock[.priority|.level|.type]=4h[@calendar]``; ``*`` stands for any process or step."""
    path, _, rest = text.partition("=")
    length, _, calendar = rest.partition("@")
    names = path.split(".")
    place = next((place for place, name in enumerate(names) if name in [*ClockName]), None)
    if place is None or place > 2 or not (length or calendar) or (length and not _is_length(length)):
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


def _is_length(text: str) -> bool:
    try:
        read_length(text)
    except ValueError:
        return False
    return True
