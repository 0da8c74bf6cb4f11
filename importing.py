"""Bulk import: every row of a table becomes an item, or a line of a report that says why not.

A batch of rows, what became of them and how far the file has come are one transaction; the report is on disk before it.
So an import that is killed goes on behind its last batch and takes no row twice. Each row has the checks of any
submission, and each item gets its loop, ``pace`` of them a second, so that what comes meanwhile does not wait.
"""

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from uuid import UUID

from voxloop.domain.identity import digest
from voxloop.domain.import_columns import COLUMN_MARK, FIELDS, Cell, Mapped, Wrong, as_text, plain_values
from voxloop.domain.submission import KnownProduct, clean, problems
from voxloop.domain.texts import say
from voxloop.reception import as_item, hash_of
from voxloop.settings import Obstacle
from voxloop.store import acceptance, customers, imports, products
from voxloop.store.sessions import Session, Sessions
from voxloop.table_files import Row, TableFile, guarded, rows

_T = TypeVar("_T")
_BATCH = 500
_ABSENT = dict.fromkeys(name for name in FIELDS if "." not in name) | {"channel": "api"}


@dataclass(frozen=True)
class Job:
    """What is to be imported, and how. ``source``: ``import:<name>``; ``pace``: loops started a second.

    ``dry``: everything is checked and nothing is written but the report.
    """

    table: TableFile
    mapped: Mapped
    source: str
    report: Path
    language: str
    pace: float
    dry: bool = False

    @property
    def keyed(self) -> bool:
        """Whether rows bring ids of their own; else a row is known by its place in this very file."""
        return "key" in self.mapped.columns.values()

    @property
    def reading(self) -> str:
        """SHA-256 of how the columns are read."""
        return digest(asdict(replace(self.mapped, zone=None)) | {"zone": self.mapped.zone})


@dataclass(frozen=True)
class Tally:
    """How far it has come: the last row that is done with, and what became of all up to it."""

    row: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: int = 0


@dataclass
class Checked:
    """A row with what is wrong with it, and the submission that it makes if nothing is."""

    row: Row
    wrong: list[Wrong]
    values: dict[str, Any] = field(default_factory=dict)
    hash: str = ""


async def bring_in(sessions: Sessions, job: Job, tell: Callable[[Tally], None]) -> Tally:
    """Import what has not been imported; ``tell`` hears after every batch how far it is.

    Raises:
        Obstacle: the name stands for another file, or another process imports it now.
    """
    async with sessions.begin() as session:
        known, named = await _known_products(session)
        tally, size, next_start = await _standing(session, job)
    written = job.mapped.values
    mapped = replace(job.mapped, values={**written, "product": {**named, **written.get("product", {})}})
    work = _Import(sessions, replace(job, mapped=mapped), known, tally, next_start)
    with Report(job.report, job.table.columns, size) as report:
        tell(tally)
        for batch in _batches(row for row in rows(job.table) if row.number > tally.row):
            tell(await work.take(batch, report))
    if not job.dry:
        async with sessions.begin() as session:
            await imports.advance(session, job.source, work.tally.row, {"finished_at": datetime.now(UTC)})
    return work.tally


async def _standing(session: Session, job: Job) -> tuple[Tally, int, datetime | None]:
    """Where an import goes on: its tally, how much of its report counts, and when its next loop may start."""
    if job.dry:
        return Tally(), 0, None
    run = await imports.begin(session, job.source, job.table.digest, job.reading)
    if run["file"] != job.table.digest and not job.keyed:
        raise Obstacle("import_changed", name=job.source.partition(":")[2], file=job.table.path)
    if (run["file"], run["reading"]) != (job.table.digest, job.reading):
        await imports.restart(session, job.source, job.table.digest, job.reading)
        return Tally(), 0, run["next_start"]
    counts = {name: run[name] for name in ("row", "accepted", "repeated", "refused")}
    return Tally(**counts), run["report_bytes"], run["next_start"]


async def _known_products(session: Session) -> tuple[dict[str, KnownProduct], dict[str, str]]:
    """The products by key, and their keys by what people call them."""
    found = await products.products(session)
    known = {row["key"]: KnownProduct(row["line"], frozenset(part["key"] for part in row["modules"])) for row in found}
    return known, plain_values({title: row["key"] for row in found for title in row["title"].values()})


def _batches(rows: Iterator[_T]) -> Iterator[list[_T]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


class _Import:
    """An import under way."""

    def __init__(
        self,
        sessions: Sessions,
        job: Job,
        known: Mapping[str, KnownProduct],
        tally: Tally,
        next_start: datetime | None,
    ) -> None:
        self._sessions, self._job, self._known, self.tally = sessions, job, known, tally
        self._next_start = next_start or datetime.now(UTC)
        self._seen: dict[str, str] = {}  # the keys of this batch; of all rows where none is written

    async def take(self, batch: list[Row], report: "Report") -> Tally:
        """Accept the good rows of a batch and report the others, at once or not at all."""
        now = datetime.now(UTC)
        checked = [self._check(row, now) for row in batch]
        if not self._job.dry:
            self._seen.clear()
        async with self._sessions.begin() as session:
            new, repeated = await self._unseen(session, [each for each in checked if not each.wrong])
            refused = [each for each in checked if each.wrong]
            for each in refused:
                report.add(each.row, each.wrong, self._job.language)
            before = self.tally
            self.tally = Tally(
                batch[-1].number,
                before.accepted + len(new),
                before.repeated + repeated,
                before.refused + len(refused),
            )
            size = report.write()
            if not self._job.dry:
                items = await self._items(session, new, now)
                progress = {**asdict(self.tally), "report_bytes": size, "next_start": self._next_start}
                if not await imports.advance(session, self._job.source, before.row, progress):
                    raise Obstacle("import_elsewhere", name=self._job.source.partition(":")[2])
                actor = f"integration:{self._job.source}"
                await acceptance.accept_all(session, [acceptance.told(item, actor) for item in items])
        return self.tally

    def _check(self, row: Row, now: datetime) -> Checked:
        if row.broken:
            return Checked(row, [Wrong("", "BAD_ROW", "import.bad_row")])
        values, wrong = self._job.mapped.submission(row.cells)
        values = clean(_ABSENT | values)
        if not self._job.keyed:
            values["key"] = f"{self._job.table.digest}:{row.number}"
        unread = {each.name for each in wrong}
        for refused in problems(values, self._known, now):
            name = ".".join(refused.field)
            if name not in unread:
                wrong.append(Wrong(name, refused.code, f"refusal.{refused.code}", refused.params))
        return Checked(row, wrong, values, "" if wrong else hash_of(values))

    async def _unseen(self, session: Session, good: list[Checked]) -> tuple[list[Checked], int]:
        """Those that are new, and how many stand already; one whose key stands for something else becomes wrong."""
        standing = await imports.standing(session, self._job.source, [each.values["key"] for each in good])
        new, repeated = [], 0
        for each in good:
            key = each.values["key"]
            hash_ = standing.get(key) or self._seen.get(key)
            if hash_ is None:
                self._seen[key] = each.hash
                new.append(each)
            elif hash_ == each.hash:
                repeated += 1
            else:
                each.wrong.append(Wrong("key", "KEY_REUSED", "import.key_reused", {"id": key}))
        return new, repeated

    async def _items(self, session: Session, new: list[Checked], now: datetime) -> list[dict[str, Any]]:
        """The columns of the new items, their customers known."""
        given: dict[str, dict[str, Any]] = {}
        for each in new:
            if (customer := each.values["customer"]) is not None:
                known = given.setdefault(customer["ref"], {})
                known |= {name: value for name, value in customer.items() if known.get(name) is None and name != "ref"}
        ids = await customers.ensure_all(session, given) if given else {}
        self._next_start = max(self._next_start, now)
        return [self._item(each, ids) for each in new]

    def _item(self, each: Checked, customers: Mapping[str, UUID]) -> dict[str, Any]:
        customer = each.values["customer"]
        self._next_start += timedelta(seconds=1 / self._job.pace)
        item = as_item(self._job.source, each.values, self._known)
        return item | {"customer": customers[customer["ref"]] if customer else None, "starts_at": self._next_start}


class Report:
    """The refused rows as a CSV file that Excel opens: what is wrong with each, and the row itself.

    It can be corrected and imported in turn: its own columns begin with a sign that says that they mean nothing.
    """

    def __init__(self, path: Path, columns: Iterable[str], size: int) -> None:
        """Go on with the report at ``path`` behind ``size`` bytes, which is where the last batch ended."""
        self._path, self._columns = path, tuple(columns)
        self._lines = io.StringIO(newline="")
        self._writer = csv.writer(self._lines)
        self._known = size if size and path.exists() and path.stat().st_size >= size else 0

    def __enter__(self) -> "Report":
        try:
            self._file = self._path.open("r+b" if self._known else "wb")
        except OSError as error:
            raise Obstacle("unwritable_report", file=self._path, reason=error.strerror) from error
        self._file.truncate(self._known)
        self._file.seek(self._known)
        if not self._known:
            self._lines.write("\ufeff")
            self._writer.writerow(
                [*(f"{COLUMN_MARK}{name}" for name in ("row", "field", "code", "message")), *self._columns]
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, row: Row, wrong: Iterable[Wrong], language: str) -> None:
        """Add a refused row."""
        told = [(each.name, each.code, say(language, each.sentence, **each.params)) for each in wrong]
        cells = [_written(row.cells.get(name)) for name in self._columns]
        self._writer.writerow(
            [row.number, *("; ".join(dict.fromkeys(words)) for words in zip(*told, strict=True)), *cells]
        )

    def write(self) -> int:
        """Write what was added, for good; answers the size of the report."""
        self._file.write(self._lines.getvalue().encode("utf-8", "replace"))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._lines.seek(0)
        self._lines.truncate()
        return self._file.tell()


def _written(cell: Cell) -> str:
    return guarded(as_text(cell))
