"""The options of ``voxloop process``."""

import argparse
from pathlib import Path
from uuid import UUID

from voxloop.commands.document_options import Commands, Run, Words, adder, positive
from voxloop.commands.what_if_options import add_simulation_options
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
    for made in (check, diff, render):
        made.add_argument("--language", choices=LANGUAGES, help=words("rules_language"))
    add_simulation_options(command("simulate"), words)
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


def _pair(text: str) -> tuple[str, str]:
    left, _, entered = text.partition("=")
    if not left or not entered:
        raise argparse.ArgumentTypeError(f"{text!r} is not OLD=NEW")
    return left, entered
