"""Rows of CSV, XLSX and JSON Lines files, one by one: however large a file is, one row of it is in memory.

(XLSX keeps its distinct texts in a part of their own, which is held whole.) Numbers of rows are those that a
spreadsheet shows: the headings are row 1. What cannot be decoded comes as signs that no submission may have.
"""

import codecs
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import orjson
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from voxloop.domain.import_columns import COLUMN_MARK, Cell
from voxloop.settings import Obstacle

_CELLS = (str, int, float, datetime, date, type(None))
_CHUNK = 1 << 20
_LONGEST_CELL = 1_000_000
_LARGEST_WORKBOOK = 4 << 30  # bytes, unpacked
_DELIMITERS = ",;\t|"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class TableFile:
    """A file whose form is known. ``digest``: SHA-256 of its content; ``rows``: how many there are, if that is known.

    ``sheet``: of a workbook; None: its first.
    """

    path: Path
    digest: str
    columns: tuple[str, ...]
    rows: int | None
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None


@dataclass(frozen=True)
class Row:
    """One row that is not empty. ``broken``: it has not the form of a row, and ``cells`` are what could be read."""

    number: int
    cells: Mapping[str, Cell]
    broken: bool = False


def survey(path: Path, encoding: str | None = None, sheet: str | None = None) -> TableFile:
    """Find out how a file is to be read, by reading it once.

    Raises:
        Obstacle: it is not there, or not of a form that can be read.
    """
    try:
        match path.suffix.lower():
            case ".csv" | ".tsv" | ".txt":
                return _survey_csv(path, encoding)
            case ".jsonl" | ".ndjson":
                return _survey_lines(path, encoding)
            case ".xlsx" | ".xlsm":
                return _survey_workbook(path, sheet)
    except (OSError, LookupError, zipfile.BadZipFile, InvalidFileException, KeyError) as error:
        raise Obstacle("unreadable_file", file=path, reason=error) from error
    raise Obstacle("unknown_file", file=path)


def rows(table: TableFile) -> Iterator[Row]:
    """The rows of a surveyed file below its headings."""
    match table.path.suffix.lower():
        case ".xlsx" | ".xlsm":
            records = _workbook_records(table.path, table.sheet)
        case ".jsonl" | ".ndjson":
            yield from _line_rows(table)
            return
        case _:
            records = _csv_records(table)
    headings = _first(records)
    for number, record in enumerate(records, headings[0] + 1):
        if record is None:
            yield Row(number, {}, broken=True)
        elif any(cell not in (None, "") for cell in record):
            cells = dict(zip(table.columns, record, strict=False))
            yield Row(number, cells, any(cell not in (None, "") for cell in record[len(table.columns) :]))


def _first(records: Iterator[list[Cell] | None]) -> tuple[int, list[Cell]]:
    """The headings: the first row that is not empty, with its number."""
    for number, record in enumerate(records, 1):
        if record is not None and any(cell not in (None, "") for cell in record):
            return number, record
    return 0, []


def _survey_csv(path: Path, encoding: str | None) -> TableFile:
    digest, found = _digest(path), encoding or _encoding(path)
    with path.open(encoding=found, errors="surrogateescape", newline="") as file:
        head = file.read(_CHUNK)
    delimiter = max(_DELIMITERS, key=lambda sign: len(_heading(head, sign)))
    bare = TableFile(path, digest, (), None, found, delimiter)
    number, headings = _first(records := _csv_records(bare))
    if not number:
        raise Obstacle("empty_file", file=path)
    return TableFile(path, digest, _named(headings), sum(1 for _ in records), found, delimiter)


def _heading(head: str, delimiter: str) -> list[str]:
    return next((record for record in csv.reader(io.StringIO(head), delimiter=delimiter) if any(record)), [])


def _csv_records(table: TableFile) -> Iterator[list[Cell] | None]:
    """None: a row that is none, as after a quotation mark that nobody closes."""
    csv.field_size_limit(_LONGEST_CELL)
    with table.path.open(encoding=table.encoding, errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=table.delimiter)
        while True:
            try:
                yield [_unguarded(cell) for cell in next(reader)]
            except csv.Error:
                yield None
            except StopIteration:
                return


def _survey_lines(path: Path, encoding: str | None) -> TableFile:
    bare = TableFile(path, _digest(path), (), None, encoding or _encoding(path))
    columns: dict[str, None] = {}
    count = 0
    for row in _line_rows(bare):
        columns |= dict.fromkeys(row.cells)
        count = row.number
    if not count:
        raise Obstacle("empty_file", file=path)
    return TableFile(path, bare.digest, tuple(columns), count, bare.encoding)


def _line_rows(table: TableFile) -> Iterator[Row]:
    with table.path.open(encoding=table.encoding, errors="surrogateescape") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = orjson.loads(line)
            except ValueError:  # also for what could not be decoded
                record = None
            if isinstance(record, dict):
                yield Row(number, dict(_flat("", record)))
            else:
                yield Row(number, {COLUMN_MARK: line.strip()}, broken=True)


def _flat(prefix: str, record: Mapping[str, object]) -> Iterator[tuple[str, Cell]]:
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        elif isinstance(value, list | bool):
            yield prefix + name, orjson.dumps(value).decode()
        else:
            assert value is None or isinstance(value, str | int | float)
            yield prefix + name, value


def _survey_workbook(path: Path, sheet: str | None) -> TableFile:
    with zipfile.ZipFile(path) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > _LARGEST_WORKBOOK:
        raise Obstacle("unreadable_file", file=path, reason=f"{size} bytes")
    number, headings = _first(_workbook_records(path, sheet))
    if not number:
        raise Obstacle("empty_file", file=path)
    book = load_workbook(path, read_only=True)
    told = (book[sheet] if sheet else book.worksheets[0]).max_row
    book.close()
    return TableFile(path, _digest(path), _named(headings), told - number if told else None, sheet=sheet)


def _workbook_records(path: Path, sheet: str | None) -> Iterator[list[Cell] | None]:
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        found = book[sheet] if sheet else book.worksheets[0]
        found.reset_dimensions()  # some programs write a wrong size
        for record in found.iter_rows(values_only=True):
            yield [cell if isinstance(cell, _CELLS) else str(cell) for cell in record]
    finally:
        book.close()


def _named(headings: list[Cell]) -> tuple[str, ...]:
    """Each heading once; a column without one is named after its place."""
    names: list[str] = []
    while headings and headings[-1] in (None, ""):
        headings = headings[:-1]
    for place, heading in enumerate(headings, 1):
        name = str(heading or "").strip() or f"{COLUMN_MARK}{place}"
        names.append(name if name not in names else f"{name} ({place})")
    return tuple(names)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _encoding(path: Path) -> str:
    """By its mark; else UTF-8 or GB18030, whichever leaves fewer signs undecodable."""
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4:
        return "utf-16-be"
    return min(("utf-8", "gb18030"), key=lambda name: _undecodable(path, name))


def _undecodable(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as file:
        return sum(decoder.decode(chunk).count("\ufffd") for chunk in iter(lambda: file.read(_CHUNK), b""))


_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay as they are."""
    return f"'{cell}" if cell.startswith(_FORMULAS) and not _is_number(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULAS) else cell


def _is_number(cell: str) -> bool:
    return cell.lstrip("+-").replace(".", "", 1).replace(" ", "").isdigit()
