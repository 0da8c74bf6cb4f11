"""Bundles: documents as a folder of files, each one document, so that Git and editors work on the same data as the API.

Where a document stands follows from its kind and key: ``rules/intake.yaml``, ``processes/complaint.yaml``,
``organisation.yaml``. ``bundle.yaml`` remembers which version each file was made from; it is the third party that tells
who has changed what since.
"""

import contextlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, NamedTuple

from voxloop.bundles.reader import Unreadable, Written, read_document, read_text
from voxloop.bundles.writer import write_document
from voxloop.domain.calendar_reader import day_hours_of
from voxloop.domain.documents import Kind
from voxloop.domain.identity import digest
from voxloop.domain.problems import Known, Problem
from voxloop.domain.reading import KEY, shown

BASES = "bundle.yaml"
_SUFFIX = ".yaml"
_PATH = re.compile(r"(?:[a-z_]+/)?[a-z0-9_]+\.yaml", re.ASCII)
_FORM = 1
_HEAD = "# From which published versions the files here were made. Written by `voxloop documents`; keep it with them.\n"
Version = Mapping[Any, Any]  # a row of the table
_ALONE = (Kind.ORGANISATION,)  # of which there is one, named as its kind
_FOLDERS = {Kind.RULE_SET: "rules"}


class Name(NamedTuple):
    """Which document: what the database calls it, and where it stands in a bundle."""

    kind: Kind
    key: str

    @property
    def path(self) -> str:
        """``processes/complaint.yaml``."""
        folder = "" if self.kind in _ALONE else f"{folder_of(self.kind)}/"
        return f"{folder}{self.key}{_SUFFIX}"


class Base(NamedTuple):
    """The published version that a file was made from."""

    version: int
    digest: str


class FileProblem(NamedTuple):
    """What is wrong in a line of a file; ``line`` is None where the document is in no file."""

    path: str
    line: int | None
    problem: Problem


class BadBundle(Exception):
    """Files that cannot be read, with everything that is wrong with them."""

    def __init__(self, problems: list[FileProblem]) -> None:
        told = (f"{path}:{line or 1}: {it.path}: {it.code} {it.params}" for path, line, it in problems)
        super().__init__("; ".join(told))
        self.problems = problems


class Standing(StrEnum):
    """What a file is to what is published now."""

    SAME = "same"
    REWORDED = "reworded"  # other comments, the same content
    NEW = "new"
    CHANGED = "changed"
    BEHIND = "behind"
    CONFLICT = "conflict"


def standing_of(mine: str, base: str | None, theirs: str | None) -> Standing:
    """By the digests of a file, of what it was made from (None: unknown), and of what is published (None: nothing)."""
    if theirs is None:
        return Standing.NEW
    if mine == theirs:
        return Standing.SAME
    if base == theirs:
        return Standing.CHANGED
    return Standing.BEHIND if mine == base else Standing.CONFLICT


@dataclass(frozen=True)
class Bundle:
    """The documents in a folder, and from which versions they were made, by their paths."""

    documents: Mapping[Name, Written]
    bases: Mapping[str, Base] = field(default_factory=dict)

    def known(self, besides: Known) -> Known:
        """What its documents may refer to: each other, and what is known ``besides``."""
        keys = {kind: frozenset(name.key for name in self.documents if name.kind is kind) for kind in Kind}
        calendars = {name.key: each.body for name, each in self.documents.items() if name.kind is Kind.CALENDAR}
        return replace(
            besides,
            processes=besides.processes | keys[Kind.PROCESS],
            templates=besides.templates | keys[Kind.TEMPLATE],
            calendars=besides.calendars | keys[Kind.CALENDAR],
            day_hours={**besides.day_hours, **day_hours_of(calendars)},
        )


def folder_of(kind: Kind) -> str:
    """Where the documents of a kind stand."""
    return _FOLDERS.get(kind, f"{kind}es" if kind.endswith("s") else f"{kind}s")


def read_bundle(folder: Traversable) -> Bundle:
    """The bundle in a folder; other files may lie there too.

    Raises:
        BadBundle: a file of it cannot be read.
        OSError: neither can the folder.
    """
    documents: dict[Name, Written] = {}
    problems: list[FileProblem] = []
    for name, file in _files(folder):
        try:
            documents[name] = _read(name, file)
        except Unreadable as wrong:
            problems.append(FileProblem(name.path, wrong.line, wrong.problem))
    if problems:
        raise BadBundle(problems)
    return Bundle(documents, read_bases(folder))


def read_bases(folder: Traversable) -> dict[str, Base]:
    """From which versions the files in a folder were made, by their paths, as far as that is noted.

    Raises:
        BadBundle: the note cannot be read.
    """
    file = folder.joinpath(BASES)
    try:
        return _bases(read_document(file.read_bytes())) if file.is_file() else {}
    except Unreadable as wrong:
        raise BadBundle([FileProblem(BASES, wrong.line, wrong.problem)]) from wrong


def text_of(row: Version) -> str:
    """A version's text: as its author wrote it, where that still says what the version says."""
    source: str | None = row["source"]
    if source is not None:
        with contextlib.suppress(Unreadable):  # what was taken once need not be taken for ever
            if digest(read_text(source).body) == row["digest"]:
                return source
    return write_document(row["body"])


def standings(folder: Path, rows: Mapping[Name, Version]) -> dict[Name, Standing]:
    """What the files in a folder are to these published versions.

    Raises:
        BadBundle: a file of the bundle cannot be read.
    """
    bundle = read_bundle(folder)
    found = {}
    for name, written in bundle.documents.items():
        base = bundle.bases.get(name.path)
        theirs = rows[name]["digest"] if name in rows else None
        found[name] = standing_of(digest(written.body), base.digest if base is not None else None, theirs)
    return found


def write_bundle(folder: Path, rows: Mapping[Name, Version], left: Collection[Name]) -> None:
    """Write published versions into a folder, without touching the files that are to be ``left`` as they are."""
    for name, row in rows.items():
        if name not in left:
            file = folder / name.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text_of(row).encode())
    _write_bases(folder, {name.path: Base(row["version"], row["digest"]) for name, row in rows.items()})


def note_bases(folder: Path, bases: Mapping[str, Base], rows: Iterable[Version]) -> None:
    """Note beside ``bases`` that the files of these published versions say what they say."""
    noted = {Name(Kind(row["kind"]), row["key"]).path: Base(row["version"], row["digest"]) for row in rows}
    if noted.items() - bases.items():
        _write_bases(folder, {**bases, **noted})


def _write_bases(folder: Path, bases: Mapping[str, Base]) -> None:
    lines = (
        f'  {path}: {{version: {base.version}, digest: "{base.digest}"}}\n' for path, base in sorted(bases.items())
    )
    (folder / BASES).write_bytes(f"{_HEAD}form: {_FORM}\ndocuments:\n{''.join(lines)}".encode())


def _files(folder: Traversable) -> Iterator[tuple[Name, Traversable]]:
    there = {each.name: each for each in folder.iterdir()}
    for kind in Kind:
        inner = folder if kind in _ALONE else there.get(folder_of(kind))
        for file in sorted(inner.iterdir() if inner is not None else (), key=lambda file: file.name):
            key = file.name.removesuffix(_SUFFIX)
            if file.name.endswith(_SUFFIX) and (key == kind if kind in _ALONE else key[:1] != "."):
                yield Name(kind, key), file


def _read(name: Name, file: Traversable) -> Written:
    if not KEY.fullmatch(name.key):
        raise Unreadable(1, "not_a_key", value=shown(name.key))
    return read_document(file.read_bytes())


def _bases(written: Written) -> dict[str, Base]:
    listed = written.body.get("documents") or {}
    if written.body.get("form") != _FORM or not isinstance(listed, dict):
        raise Unreadable(1, "no_bases")
    bases = {}
    for path, entry in listed.items():
        match entry:
            case {"version": int(version), "digest": str(digest_)} if _PATH.fullmatch(path):
                bases[path] = Base(version, digest_)
            case _:
                raise Unreadable(written.line(f"documents.{path}"), "no_bases")
    return bases
