"""``voxloop rules backtest`` and ``voxloop rules publish``: what a draft would change, and making it so.

A draft is one in the database, or becomes one of a file, under the same rules as an import of bundles.
"""

import argparse
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from voxloop.bundles.bundle import Standing, note_bases, read_bases
from voxloop.commands import bringing
from voxloop.commands.backtests import Watching
from voxloop.commands.bringing import BROUGHT, Incoming
from voxloop.commands.document_lines import author_of, difference_lines, indented, tell_file_problems, using
from voxloop.commands.document_sources import Source, bundle_of, find, home_of
from voxloop.commands.instants import local
from voxloop.domain.documents import EDITABLE, Kind
from voxloop.domain.problems import Problem, is_sound
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.texts import say
from voxloop.install import own_installation
from voxloop.rules.judge import Judge
from voxloop.settings import Settings
from voxloop.store import drafts, references
from voxloop.store.listing import Where
from voxloop.store.sessions import Row, Sessions
from voxloop.studying import begin_backtest


async def publish(settings: Settings, given: argparse.Namespace) -> int:
    """Publish one rule set now, or at an instant; answers the exit code.

    Raises:
        BadBundle, Obstacle, Refused, RefusedTogether: it is not published.
    """
    at = given.at if given.at is not None and given.at > datetime.now(UTC) else None
    async with own_installation(settings) as sessions:
        drafting = _Drafting(settings, sessions, given)
        draft = await drafting.draft()
        if draft is None:
            return drafting.code
        async with sessions.begin() as session:
            [row] = await bringing.publish(session, [draft], at)
    if at is None and drafting.home is not None:
        with using(drafting.home):
            note_bases(drafting.home, read_bases(drafting.home), [row])
    told = "rules.scheduled" if at is not None else "rules.published"
    print(say(settings.language, told, named=row["key"], id=row["id"], version=row["version"], at=local(at)))
    return 0


async def backtest(settings: Settings, given: argparse.Namespace) -> int:
    """Begin a backtest, or watch one that goes on; answers the exit code.

    Raises:
        BadBundle, Obstacle, Refused: there is none.
    """
    async with own_installation(settings) as sessions:
        id_ = _id(given.draft)
        if id_ is None:
            drafting = _Drafting(settings, sessions, given)
            draft = await drafting.draft()
            if draft is None:
                return drafting.code
            until = datetime.now(UTC)
            async with sessions.begin() as session:
                author = await author_of(session, given.author)
                window = (until - timedelta(days=given.days), until)
                id_ = (await begin_backtest(session, author, draft["id"], window, Where()))["id"]
            print(say(settings.language, "rules.backtest_begun", id=id_, draft=draft["id"]), flush=True)
        if id_ is None or not given.watch:
            return 0
        return await Watching(settings.language, sessions, id_).watch()


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class _Drafting:
    """A checked draft of what the user names, or why there is none.

    ``home``: the folder of the file's bundle. ``code``: the exit code without a draft; 0 where none is needed.
    """

    def __init__(self, settings: Settings, sessions: Sessions, given: argparse.Namespace) -> None:
        self._settings, self._sessions, self._given = settings, sessions, given
        self._say = partial(say, settings.language)
        self.home: Path | None = None
        self.code = 1

    async def draft(self) -> Row | None:
        """The draft; None when there is none, and why is told."""
        source = await find(self._settings, self._given.draft)
        return await (self._standing(source) if source.row is not None else self._brought(source))

    async def _standing(self, source: Source) -> Row | None:
        row = source.row
        assert row is not None
        if row["state"] not in EDITABLE:
            raise Refused(RefusalCode.NOT_EDITABLE, [source.named], state=row["state"])
        problems = await self._check(source)
        async with self._sessions.begin() as session:
            told = [asdict(problem) for problem in problems]
            noted = await drafts.note_check(session, row["id"], row["revision"], told, is_sound(problems))
        if noted is None:
            raise Refused(RefusalCode.NOT_CHECKED, [source.named])
        return noted if is_sound(problems) else None

    async def _brought(self, source: Source) -> Row | None:
        bundle, self.home = bundle_of(source), home_of(source)
        async with self._sessions.begin() as session:
            author = await author_of(session, self._given.author)
            seen = {} if self._given.base is None else {name.path: self._given.base for name in bundle.documents}
            [incoming] = await bringing.compare(session, bundle, seen)
        if incoming.standing not in BROUGHT:
            self._tell_standing(incoming)
            return None
        problems = await self._check(source)
        if not is_sound(problems):
            return None
        async with self._sessions.begin() as session:
            [row] = await bringing.keep(session, [(incoming, [asdict(problem) for problem in problems])], author)
        return row

    async def _check(self, source: Source) -> list[Problem]:
        async with self._sessions.begin() as session:
            known = await references.known(session)
        async with Judge() as judge:
            problems = await judge.check(Kind.RULE_SET, source.key, source.body, known)
        tell_file_problems(self._settings.language, source.placed(problems))
        return problems

    def _tell_standing(self, incoming: Incoming) -> None:
        version = incoming.published["version"] if incoming.published is not None else None
        standing = Standing.SAME if incoming.standing is Standing.REWORDED else incoming.standing
        self.code = 0 if standing is Standing.SAME else 1
        print(self._say(f"rules_standing.{standing}", named=incoming.name.key, version=version), file=sys.stderr)
        for line in difference_lines(incoming, self._settings.language):
            print(indented(line), file=sys.stderr)
