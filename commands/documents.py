"""The command ``voxloop documents``: what is published as files in a folder, and files as drafts or published."""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from voxloop.bundles.bundle import (
    Base,
    Bundle,
    FileProblem,
    Name,
    Standing,
    note_bases,
    read_bases,
    read_bundle,
    standings,
    write_bundle,
)
from voxloop.commands.bringing import BROUGHT, Incoming, compare, keep, publish
from voxloop.commands.document_lines import author_of, difference_lines, indented, tell_file_problems, told, using
from voxloop.domain.documents import EDITABLE, Kind, State
from voxloop.domain.problems import Known, Problem, is_sound
from voxloop.domain.refusals import RefusedTogether
from voxloop.domain.texts import say
from voxloop.install import own_installation
from voxloop.rules.judge import Judge
from voxloop.settings import Obstacle, Settings
from voxloop.store import documents, drafts, references
from voxloop.store.sessions import Row, Sessions

_Checked = list[tuple[Incoming, list[Problem]]]


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Export, import or list; answers the exit code: 1 when something is not as it was wished.

    Raises:
        Obstacle: it cannot be done.
    """
    commands = {"export": _export, "import": _import, "list": _list}
    return told(settings.language, lambda: commands[given.command](settings, given))


def _export(settings: Settings, given: argparse.Namespace) -> int:
    async def read() -> dict[Name, Row]:
        async with own_installation(settings) as sessions, sessions.begin() as session:
            return {Name(Kind(row["kind"]), row["key"]): row for row in await drafts.all_published(session)}

    rows = asyncio.run(read())
    with using(given.folder):
        found = {} if given.force or not given.folder.exists() else standings(given.folder, rows)
        lost = [name.path for name, standing in found.items() if standing is Standing.CONFLICT]
        if lost:
            raise Obstacle("files_edited", files=", ".join(lost))
        write_bundle(given.folder, rows, [name for name, standing in found.items() if standing is not Standing.BEHIND])
    print(say(settings.language, "bundle.exported", count=len(rows), folder=given.folder))
    return 0


def _list(settings: Settings, given: argparse.Namespace) -> int:
    async def read() -> list[Row]:
        async with own_installation(settings) as sessions, sessions.begin() as session:
            states = (State.PUBLISHED, State.SCHEDULED, *EDITABLE)
            return [row for state in states for row in await drafts.listed(session, state=state)]

    for row in sorted(asyncio.run(read()), key=lambda row: (Name(Kind(row["kind"]), row["key"]).path, row["id"])):
        state = say(settings.language, f"document_state.{row['state']}")
        known = {"path": Name(Kind(row["kind"]), row["key"]).path, "author": row["author"], "state": state}
        when = row["effective_at"] or row["published_at"] or row["changed_at"]
        number = {"version": row["version"]} if row["version"] else {"id": row["id"]}
        line = "bundle.version" if row["version"] else "bundle.draft"
        print(say(settings.language, line, **known, **number, day=f"{when:%Y-%m-%d}"))
    return 0


def _import(settings: Settings, given: argparse.Namespace) -> int:
    with using(given.folder):
        bundle = read_bundle(given.folder)
    if not bundle.documents:
        raise Obstacle("no_bundle", folder=given.folder)
    work = _Import(settings.language, given.folder, bundle)

    async def bring() -> int:
        async with own_installation(settings) as sessions:
            return await work.bring(sessions, given)

    return asyncio.run(bring())


class _Import:
    """One import, and what its user is told of it on the way."""

    def __init__(self, language: str, folder: Path, bundle: Bundle) -> None:
        self._language, self._folder, self._bundle = language, folder, bundle
        self._say = partial(say, language)

    async def bring(self, sessions: Sessions, given: argparse.Namespace) -> int:
        """Make drafts of what is clean, and publish them all if all is; answers the exit code."""
        async with sessions.begin() as session:
            author = await author_of(session, given.author)
            incoming = await compare(session, self._bundle, dict(given.base))
            known = self._bundle.known(await references.known(session))
        self._tell_standings(incoming)
        self._note(self._bundle.bases, _same(incoming))
        checked = await self._check(incoming, known)
        sound = [(each, [asdict(problem) for problem in found]) for each, found in checked if is_sound(found)]
        async with sessions.begin() as session:
            rows = await keep(session, sound, author)
        clean = len(sound) == len(checked) and all(each.standing is not Standing.CONFLICT for each in incoming)
        if given.publish and clean:
            published = await self._publish(sessions, rows, incoming)
            self._note(read_bases(self._folder), published)
        else:
            self._tell(rows, "bundle.drafted")
        if given.publish and not clean:
            print(self._say("bundle.not_published"), file=sys.stderr)
        return 0 if clean else 1

    async def _check(self, incoming: Sequence[Incoming], known: Known) -> _Checked:
        checked: _Checked = []
        async with Judge() as judge:
            for each in incoming:
                if each.standing in BROUGHT:
                    found = await judge.check(*each.name, each.written.body, known)
                    checked.append((each, found))
                    path, line = each.name.path, each.written.line
                    tell_file_problems(self._language, [FileProblem(path, line(it.path), it) for it in found])
        return checked

    async def _publish(self, sessions: Sessions, rows: Sequence[Row], incoming: Sequence[Incoming]) -> list[Row]:
        try:
            async with sessions.begin() as session:
                published = await publish(session, rows)
                for each in incoming:
                    if each.standing is Standing.REWORDED and each.published is not None:
                        await documents.keep_source(session, each.published["id"], each.written.text)
        except RefusedTogether:
            self._tell(rows, "bundle.drafted")
            raise
        self._tell(published, "bundle.published")
        return published

    def _note(self, bases: Mapping[str, Base], rows: Sequence[Row]) -> None:
        with using(self._folder):
            note_bases(self._folder, bases, rows)

    def _tell(self, rows: Sequence[Row], line: str) -> None:
        for row in rows:
            print(self._say(line, path=Name(Kind(row["kind"]), row["key"]).path, id=row["id"], version=row["version"]))

    def _tell_standings(self, incoming: Sequence[Incoming]) -> None:
        for each in incoming:
            if each.standing is not Standing.SAME:
                version = each.published["version"] if each.published is not None else None
                print(self._say(f"bundle_standing.{each.standing}", path=each.name.path, version=version))
                for line in difference_lines(each, self._language):
                    print(indented(line))
        for path in sorted(self._bundle.bases.keys() - {each.name.path for each in incoming}):
            print(self._say("bundle.gone", path=path))
        if all(each.standing is Standing.SAME for each in incoming):
            print(self._say("bundle.nothing"))


def _same(incoming: Iterable[Incoming]) -> list[Row]:
    """The published versions that files say."""
    said = (Standing.SAME, Standing.REWORDED)
    return [each.published for each in incoming if each.published is not None and each.standing in said]
