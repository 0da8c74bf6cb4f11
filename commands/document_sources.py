"""Where a document comes from that a command names: a file, what is published, an earlier version, or a draft."""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from voxloop.bundles.bundle import BadBundle, Bundle, FileProblem, Name, read_bases, read_bundle
from voxloop.bundles.reader import Unreadable, Written, read_document
from voxloop.commands.document_lines import using
from voxloop.domain.documents import Kind
from voxloop.domain.problems import ANYTHING, InvalidDocument, Known, Problem
from voxloop.domain.reading import KEY
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import RuleSet
from voxloop.domain.texts import say
from voxloop.install import own_installation
from voxloop.settings import Obstacle, Settings
from voxloop.store import documents, drafts, references
from voxloop.store.sessions import Row, Session

_DRAFT = re.compile(r"draft:([1-9][0-9]{0,17})", re.ASCII)
_VERSION = re.compile(r"([^@]+)@([1-9][0-9]{0,8})", re.ASCII)
_FILES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Source:
    """A document as its user named it: what it says, and the file or the row that it stands in."""

    named: str
    body: Mapping[str, Any]
    written: Written | None = None
    row: Row | None = None

    @property
    def key(self) -> str:
        """Of the document; of a file what it says itself."""
        return str(self.row["key"] if self.row is not None else self.body.get("key", ""))

    def rule_set(self) -> RuleSet:
        """The rules that it says.

        Raises:
            BadBundle: it says none.
        """
        try:
            return read_rule_set(self.body)
        except InvalidDocument as invalid:
            raise self.bad(invalid.problems) from invalid

    def bad(self, problems: Iterable[Problem]) -> BadBundle:
        """What is wrong with it, to be raised."""
        return BadBundle(self.placed(problems))

    def placed(self, problems: Iterable[Problem]) -> list[FileProblem]:
        """What is wrong with it, as an editor finds it."""
        lines = self.written.line if self.written is not None else lambda path: None
        return [FileProblem(self.named, lines(problem.path), problem) for problem in problems]


def is_file(named: str) -> bool:
    """Whether a file is meant."""
    return named.endswith(_FILES) or "/" in named or Path(named).is_file()


def read_file(named: str) -> Source:
    """The document in a file.

    Raises:
        BadBundle: it holds none.
        Obstacle: it cannot be read.
    """
    try:
        written = read_document(Path(named).read_bytes())
    except Unreadable as wrong:
        raise BadBundle([FileProblem(named, wrong.line, wrong.problem)]) from wrong
    except OSError as error:
        raise Obstacle("unreadable_file", file=named, reason=error) from error
    return Source(named, written.body, written)


async def find(settings: Settings, named: str, kind: Kind = Kind.RULE_SET) -> Source:
    """The document that is meant by ``rules/intake.yaml``, ``intake``, ``intake@3`` or ``draft:17``.

    Raises:
        BadBundle: the file holds none.
        Obstacle: there is none, or it cannot be read.
    """
    if is_file(named):
        return read_file(named)
    async with own_installation(settings) as sessions, sessions.begin() as session:
        row = await _row(session, kind, named)
    if row is None or row["kind"] != kind:
        raise Obstacle(f"no_such_{kind}", named=named)
    return Source(named, row["body"], row=row)


async def _row(session: Session, kind: Kind, named: str) -> Row | None:
    if draft := _DRAFT.fullmatch(named):
        return await drafts.get(session, int(draft[1]))
    if version := _VERSION.fullmatch(named):
        return await documents.version(session, kind, version[1], int(version[2]))
    return await documents.published(session, kind, named)


async def known_for(settings: Settings, against: Path | None) -> Known:
    """What exists: in the database if there is one, and of processes and templates only what is in that bundle."""
    known = ANYTHING
    try:
        async with own_installation(settings) as sessions, sessions.begin() as session:
            known = await references.known(session)
    except Obstacle:
        print(say(settings.language, "rules.nothing_known"), file=sys.stderr)
    if against is None:
        return known
    with using(against):
        return read_bundle(against).known(replace(known, processes=frozenset(), templates=frozenset()))


def bundle_of(source: Source) -> Bundle:
    """The one file as a bundle, with what the bundle in whose folder it lies says of it.

    Raises:
        BadBundle: its key is none, or that bundle cannot be read.
    """
    assert source.written is not None
    if not KEY.fullmatch(source.key):
        raise source.bad((Problem("key", "document.not_a_key", {"value": source.key[:60]}),))
    name = Name(Kind.RULE_SET, source.key)
    folder = home_of(source)
    return Bundle({name: source.written}, {} if folder is None else read_bases(folder))


def home_of(source: Source) -> Path | None:
    """The folder of the bundle to which a file belongs, if it stands where its document does."""
    file = Path(source.named).absolute()
    folder = file.parent.parent
    return folder if folder / Name(Kind.RULE_SET, source.key).path == file else None
