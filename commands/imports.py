"""``voxloop import``: what its user gives, shows and is told; ``importing`` does the work."""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from voxloop.commands.progress import shown
from voxloop.domain.import_columns import FIELDS, Mapped, guess, plain_values
from voxloop.domain.problems import Problem
from voxloop.domain.reading import Place
from voxloop.domain.texts import say
from voxloop.importing import Job, Tally, bring_in
from voxloop.install import own_installation
from voxloop.settings import Obstacle, Settings
from voxloop.table_files import TableFile, survey

_LONGEST_NAME = 90
SOME_REFUSED = 2


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Import; answers the exit code: 2 if rows were refused.

    Raises:
        Obstacle: it cannot be done.
    """
    table = survey(given.file, given.encoding, given.sheet)
    mapped = _mapped(table, given, _read_mapping(given.mapping, settings.language))
    name = given.name or given.file.stem
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise Obstacle("bad_import_name", name=name, most=_LONGEST_NAME)
    report = given.report or given.file.with_name(f"{given.file.stem}.refused.csv")
    if report.resolve() == given.file.resolve():
        raise Obstacle("report_is_file", file=report)
    job = Job(table, mapped, f"import:{name}", report, settings.language, given.pace, given.dry_run)
    _show_columns(settings.language, table, mapped)

    async def work() -> Tally:
        async with own_installation(settings) as sessions:
            with shown(table.rows) as tell:
                return await bring_in(sessions, job, lambda tally: tell(tally.row, _words(settings.language, tally)))

    tally = asyncio.run(work())
    _conclude(settings.language, job, tally)
    return SOME_REFUSED if tally.refused else 0


def _conclude(language: str, job: Job, tally: Tally) -> None:
    counts = {"accepted": tally.accepted, "repeated": tally.repeated, "refused": tally.refused}
    print(say(language, "import.checked" if job.dry else "import.done", **counts))
    if tally.refused:
        print(say(language, "import.report", file=job.report))
    else:
        job.report.unlink(missing_ok=True)


def _show_columns(language: str, table: TableFile, mapped: Mapped) -> None:
    for column in table.columns:
        name = mapped.columns.get(column) or say(language, "import.ignored")
        print(f"  {column} → {name}", file=sys.stderr)


def _words(language: str, tally: Tally) -> str:
    return say(language, "import.progress", row=tally.row, accepted=tally.accepted, refused=tally.refused)


def _mapped(table: TableFile, given: argparse.Namespace, written: Mapped) -> Mapped:
    """How the table is to be read: what the mapping file says, then the options; headings where both are silent."""
    columns = {column: name for name, column in written.columns.items()} | dict(given.map)
    if given.key:
        columns[given.key] = "key"
    for column, name in columns.items():
        if column not in table.columns:
            raise Obstacle("no_such_column", column=column, known=", ".join(table.columns))
        if name and name not in FIELDS:
            raise Obstacle("no_such_field", field=name, known=", ".join(FIELDS))
    taken = {*columns.values()}
    guessed = {column: name for column, name in guess(table.columns).items() if name not in taken}
    mapped = {column: name for column, name in (guessed | columns).items() if name}
    constants = {**written.constants, **dict(given.set)}
    for name in constants:
        if name not in FIELDS or name == "key":
            raise Obstacle("no_such_field", field=name, known=", ".join(FIELDS))
    if "text" not in mapped.values():
        raise Obstacle("no_text_column", known=", ".join(table.columns))
    return Mapped(mapped, written.values, constants, written.dates, written.zone)


def _read_mapping(path: Path | None, language: str) -> Mapped:
    """A mapping file. Its ``columns`` go from field to column, and so do those of the answer."""
    if path is None:
        return Mapped({})
    try:
        body = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Obstacle("unreadable_file", file=path, reason=error) from error
    problems: list[Problem] = []
    places = Place(body, "", problems).fields((), ("columns", "values", "set", "dates", "timezone"))
    columns, constants = ({name: at.text() for name, at in _given(places[part])} for part in ("columns", "set"))
    values = {name: _meanings(at) for name, at in _given(places["values"])}
    dates = tuple(at.text() for at in places["dates"].items())
    zone = _zone(places["timezone"])
    if problems:
        told = (f"{problem.path} {say(language, f'problem.{problem.code}', **problem.params)}" for problem in problems)
        raise Obstacle("bad_mapping", file=path, reason=" ".join(told))
    return Mapped(columns, values, constants, dates, zone)


def _given(place: Place) -> Iterator[tuple[str, Place]]:
    return ((name, at) for name, at in place.fields((), FIELDS).items() if at.value is not None)


def _meanings(place: Place) -> Mapping[str, str]:
    """What is written to what is meant; both may be numbers."""
    if not isinstance(place.value, dict):
        place.wrong("document.not_a_mapping")
        return {}
    return plain_values({str(written): str(meant) for written, meant in place.value.items()})


def _zone(place: Place) -> tzinfo | None:
    if place.value is None:
        return None
    try:
        return ZoneInfo(str(place.value))
    except (ZoneInfoNotFoundError, ValueError):
        place.wrong("document.unknown_value", value=str(place.value), known="Asia/Shanghai, UTC, ...")
        return None
