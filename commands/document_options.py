"""The commands ``documents``, ``rules``, ``process`` and ``calendar``, apart from what they do: so help is quick."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from voxloop.domain.texts import LANGUAGES

if TYPE_CHECKING:
    from voxloop.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # argparse has no public name for it
Run = Callable[["Settings", argparse.Namespace], int | None]
Words = Callable[[str], str]

_MOST_DAYS = 3650


def add_document_commands(commands: Commands, words: Words, run: Run) -> None:
    """``documents export|import|list``."""
    command = adder(commands, words, run, "documents")
    export = command("export")
    export.add_argument("folder", type=Path, help=words("documents_folder"))
    export.add_argument("--force", action="store_true", help=words("documents_force"))
    brought = command("import")
    brought.add_argument("folder", type=Path, help=words("documents_folder"))
    brought.add_argument("--publish", action="store_true", help=words("documents_publish"))
    brought.add_argument("--base", action="append", default=[], type=_seen, help=words("documents_base"))
    brought.add_argument("--author", help=words("documents_author"))
    command("list")


def add_rule_commands(commands: Commands, words: Words, run: Run) -> None:
    """``rules check|decide|explain|render|diff|backtest|publish``."""
    command = adder(commands, words, run, "rules")
    check = command("check")
    check.add_argument("sets", nargs="+", metavar="set", help=words("rules_set"))
    check.add_argument("--against", type=Path, help=words("rules_against"))
    for name, facts in (("decide", "rules_facts"), ("explain", "rules_facts_file")):
        made = command(name)
        made.add_argument("set", help=words("rules_set"))
        made.add_argument("facts", help=words(facts))
    render = command("render")
    render.add_argument("set", help=words("rules_set"))
    render.add_argument("--language", choices=LANGUAGES, help=words("rules_language"))
    diff = command("diff")
    diff.add_argument("before", help=words("rules_set"))
    diff.add_argument("after", help=words("rules_set"))
    backtest = command("backtest")
    backtest.add_argument("draft", help=words("rules_tried"))
    backtest.add_argument("--days", type=days, default=30, help=words("rules_days"))
    backtest.add_argument("--watch", action="store_true", help=words("rules_watch"))
    publish = command("publish")
    publish.add_argument("draft", help=words("rules_draft"))
    publish.add_argument("--at", type=_instant, help=words("rules_at"))
    for made in (backtest, publish):
        made.add_argument("--base", type=positive, help=words("rules_base"))
        made.add_argument("--author", help=words("documents_author"))


def add_calendar_commands(commands: Commands, words: Words, run: Run) -> None:
    """``calendar due|elapsed|show``."""
    command = adder(commands, words, run, "calendar")
    for name, also in (("due", ("start", "duration")), ("elapsed", ("start", "end")), ("show", ())):
        made = command(name)
        made.add_argument("calendar", help=words("calendar_calendar"))
        for each in also:
            made.add_argument(each, help=words(f"calendar_{each}"))
        made.add_argument("--zone", help=words("calendar_zone"))
    made.add_argument("--from", dest="first", metavar="DATE", help=words("calendar_from"))
    made.add_argument("--days", type=days, help=words("calendar_days"))


def days(text: str) -> int:
    """A number of days, as an option gives it."""
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {_MOST_DAYS}")
    return int(text)


def adder(commands: Commands, words: Words, run: Run, group: str) -> Callable[[str], argparse.ArgumentParser]:
    """What adds one more command to a group; ``given.command`` says which it was."""
    inner = commands.add_parser(group, help=words(group), description=words(group))
    under = inner.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str) -> argparse.ArgumentParser:
        made = under.add_parser(name, help=words(f"{group}_{name}"), description=words(f"{group}_{name}"))
        made.set_defaults(run=run, command=name)
        return made

    return add


def _seen(text: str) -> tuple[str, int]:
    path, _, version = text.rpartition("=")
    if not path or not version.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not FILE=VERSION")
    return path, int(version)


def positive(text: str) -> int:
    """A whole number above 0, as an option gives it."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = datetime.min
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no instant with its offset, like 2026-11-22T09:30:00+08:00")
    return instant
