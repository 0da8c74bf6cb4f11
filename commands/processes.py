"""The command ``voxloop process``: processes of files or of the database, checked, compared, drawn, and tried."""

import argparse
import asyncio
from collections.abc import Mapping

from voxloop.commands.document_lines import tell_file_problems, told
from voxloop.commands.document_sources import find, known_for
from voxloop.commands.migrations import migrate, take_back
from voxloop.commands.process_simulation import simulate
from voxloop.domain.documents import Kind
from voxloop.domain.problems import InvalidDocument, is_sound
from voxloop.domain.process_reader import read_process
from voxloop.domain.texts import say
from voxloop.domain.viewer import Role, Viewer
from voxloop.install import own_database
from voxloop.reports.process_drawing import Traffic, Words, draw_process
from voxloop.rules.differences import differences_between
from voxloop.rules.kinds import check_document
from voxloop.rules.sentences import condition_sentence
from voxloop.settings import Obstacle, Settings
from voxloop.store import people, traffic


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Do what is asked; answers the exit code: 1 when something is wrong.

    Raises:
        Obstacle: it cannot be done.
    """
    commands = {
        "check": _check,
        "diff": _diff,
        "render": _render,
        "simulate": simulate,
        "migrate": migrate,
        "undo": take_back,
    }
    return told(settings.language, lambda: asyncio.run(commands[given.command](settings, given)))


async def _check(settings: Settings, given: argparse.Namespace) -> int:
    language = given.language or settings.language
    sources = [await find(settings, named, Kind.PROCESS) for named in given.processes]
    known = await known_for(settings, given.against)
    sound = True
    for source in sources:
        problems = check_document(Kind.PROCESS, source.key, source.body, known)
        tell_file_problems(language, source.placed(problems))
        sound = sound and is_sound(problems)
        if is_sound(problems):
            print(say(language, "processes.sound", named=source.named, count=len(source.body["steps"])))
    return 0 if sound else 1


async def _diff(settings: Settings, given: argparse.Namespace) -> int:
    language = given.language or settings.language
    before, after = [await find(settings, named, Kind.PROCESS) for named in (given.before, given.after)]
    found = differences_between(Kind.PROCESS, before.body, after.body, language)
    for line in found or [say(language, "rules.no_difference")]:
        print(line)
    return 0


async def _render(settings: Settings, given: argparse.Namespace) -> int:
    source = await find(settings, given.process, Kind.PROCESS)
    try:
        process = read_process(source.body)
    except InvalidDocument as invalid:
        raise source.bad(invalid.problems) from invalid
    words = Words(given.language or settings.language, condition_sentence, await _team_titles(settings))
    svg = draw_process(process, words, await _traffic(settings, source.key, given.days) if given.days else None)
    if given.output is None:
        print(svg, end="")
    else:
        given.output.write_text(svg, "utf-8")
    return 0


async def _traffic(settings: Settings, key: str, days: int) -> Traffic:
    async with own_database(settings) as sessions, sessions.begin() as session:
        return Traffic(days, await traffic.of_process(session, Viewer("cli", "cli", Role.ADMIN), key, days))


async def _team_titles(settings: Settings) -> dict[str, Mapping[str, str]]:
    """Of the teams in the database, if there is one."""
    try:
        async with own_database(settings) as sessions, sessions.begin() as session:
            return {row["key"]: row["title"] for row in await people.teams(session)}
    except Obstacle:
        return {}
