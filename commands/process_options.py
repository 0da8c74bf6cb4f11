"""The command ``voxloop process``, apart from what it does, so that help is quick."""

import argparse
from pathlib import Path
from uuid import UUID

from voxloop.commands.document_options import Commands, Run, Words, adder, positive
from voxloop.commands.what_if_options import add_window, instant, is_length
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority
from voxloop.domain.texts import LANGUAGES


def add_process_commands(commands: Commands, words: Words, run: Run) -> None:
    """``process check|diff|render|simulate|migrate|undo``."""
    command = adder(commands, words, run, "process")
    check = command("check")
    check.add_argument("processes", nargs="+", metavar="process", help=words("process_process"))
    check.add_argument("--against", type=Path, help=words("rules_against"))
    diff = command("diff")
    diff.add_argument("before", help=words("process_process"))
    diff.add_argument("after", help=words("process_process"))
    render = command("render")
    render.add_argument("process", help=words("process_process"))
    render.add_argument("--output", type=Path, help=words("process_output"))
    render.add_argument("--days", type=positive, help=words("process_days"))
    for made in (check, diff, render):
        made.add_argument("--language", choices=LANGUAGES, help=words("rules_language"))
    _add_simulation_options(command("simulate"), words)
    migrate = command("migrate")
    migrate.add_argument("process", help=words("process_key"))
    migrate.add_argument("--to", type=positive, metavar="VERSION", help=words("process_to"))
    migrate.add_argument("--map", action="append", default=[], type=_pair, metavar="OLD=NEW", help=words("process_map"))
    migrate.add_argument("--limit", type=positive, help=words("process_limit"))
    migrate.add_argument("--preview", action="store_true", help=words("process_preview"))
    undo = command("undo")
    undo.add_argument("migration", type=UUID, help=words("process_migration"))
    for made in (migrate, undo):
        made.add_argument("--author", help=words("process_author"))


def _add_simulation_options(made: argparse.ArgumentParser, words: Words) -> None:
    """What ``process simulate`` takes: of one made-up item, or of those that were received in a time."""
    made.add_argument("process", help=words("simulate_process"))
    made.add_argument("--outcome", action="append", default=[], type=_outcome, help=words("simulate_outcome"))
    made.add_argument("--type", choices=[*FeedbackType], help=words("simulate_type"))
    made.add_argument("--priority", choices=[*Priority], help=words("simulate_priority"))
    made.add_argument("--level", choices=[*CustomerLevel], help=words("simulate_level"))
    made.add_argument("--at", type=instant, help=words("simulate_at"))
    made.add_argument("--strict", action="store_true", help=words("simulate_strict"))
    add_window(made, words)


def _outcome(text: str) -> dict[str, str | None]:
    """``repair=fixed`` or ``repair=fixed@2h``."""
    step, _, rest = text.partition("=")
    name, _, after = rest.partition("@")
    if not step or not name or (after and not is_length(after)):
        raise argparse.ArgumentTypeError(f"{text!r} is not STEP=OUTCOME or STEP=OUTCOME@2h")
    return {"step": step, "outcome": name, "after": after or None}


def _pair(text: str) -> tuple[str, str]:
    old, _, new = text.partition("=")
    if not old or not new:
        raise argparse.ArgumentTypeError(f"{text!r} is not OLD=NEW")
    return old, new
