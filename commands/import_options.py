"""The options of ``voxloop import``, apart from what it does, so that help is quick."""

import argparse
from collections.abc import Callable
from pathlib import Path


def add_import_options(parser: argparse.ArgumentParser, words: Callable[[str], str]) -> None:
    """Add them, each with the ``words`` that explain it."""
    parser.add_argument("file", type=Path, help=words("import_file"))
    parser.add_argument("--name", help=words("import_name"))
    parser.add_argument("--map", action="append", default=[], type=_column, help=words("import_map"))
    parser.add_argument("--set", action="append", default=[], type=_constant, help=words("import_set"))
    parser.add_argument("--mapping", type=Path, help=words("import_mapping"))
    parser.add_argument("--key", help=words("import_key"))
    parser.add_argument("--encoding", help=words("import_encoding"))
    parser.add_argument("--sheet", help=words("import_sheet"))
    parser.add_argument("--report", type=Path, help=words("import_report"))
    parser.add_argument("--pace", type=_pace, default=50.0, help=words("import_pace"))
    parser.add_argument("--dry-run", action="store_true", help=words("import_dry_run"))


def _column(text: str) -> tuple[str, str]:
    column, sign, name = text.rpartition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"{text!r} is not COLUMN=FIELD")
    return column, name


def _constant(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=VALUE")
    return name, value


def _pace(text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = 0.0
    if not 0.01 <= pace <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0.01 to 100000")
    return pace
