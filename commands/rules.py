"""The command ``voxloop rules``: rule sets of files or of the database, checked, tried and told in sentences."""

import argparse
import asyncio
import sys
from collections.abc import Set
from io import BufferedReader

from voxloop.commands.deciding import LONGEST_LINE, Deciding, NoFacts, batches, read_facts
from voxloop.commands.document_lines import tell_file_problems, told
from voxloop.commands.document_sources import Source, find, known_for
from voxloop.commands.rule_drafts import backtest, publish
from voxloop.domain.documents import Kind
from voxloop.domain.problems import ANYTHING, is_sound
from voxloop.domain.rules import RuleSet
from voxloop.domain.texts import say
from voxloop.rules.checker import check_rule_set
from voxloop.rules.decide import by_reference
from voxloop.rules.differences import differences_between
from voxloop.rules.explaining import decision_lines, rule_lines
from voxloop.rules.judge import Judge
from voxloop.rules.vocabulary import FACTS
from voxloop.settings import Obstacle, Settings

_STANDARD_INPUT = "-"


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Do what is asked; answers the exit code: 1 when something is wrong.

    Raises:
        Obstacle: it cannot be done.
    """
    commands = {
        "check": lambda: asyncio.run(_check(settings, given)),
        "decide": lambda: _decide(settings, given),
        "explain": lambda: _explain(settings, given),
        "render": lambda: _render(settings, given),
        "diff": lambda: asyncio.run(_diff(settings, given)),
        "backtest": lambda: asyncio.run(backtest(settings, given)),
        "publish": lambda: asyncio.run(publish(settings, given)),
    }
    return told(settings.language, commands[given.command])


async def _check(settings: Settings, given: argparse.Namespace) -> int:
    sources = [await find(settings, named) for named in given.sets]
    known = await known_for(settings, given.against)
    sound = True
    async with Judge() as judge:
        for source in sources:
            problems = await judge.check(Kind.RULE_SET, source.key, source.body, known)
            tell_file_problems(settings.language, source.placed(problems))
            sound = sound and is_sound(problems)
            if is_sound(problems):
                print(say(settings.language, "rules.sound", named=source.named, count=len(source.rule_set().rules)))
    return 0 if sound else 1


def _decide(settings: Settings, given: argparse.Namespace) -> int:
    rule_set = _sound(asyncio.run(find(settings, given.set)))
    # Reading stays outside of the loop, where an interrupt ends it.
    with _opened(given.facts) as file, asyncio.Runner() as runner:
        judge = Judge()
        work = Deciding(settings.language, rule_set, judge)
        try:
            for lines in batches(file):
                sys.stdout.buffer.write(runner.run(work.decided(lines)))
                sys.stdout.flush()
        finally:
            runner.run(judge.close())
    _tell_unknown(settings.language, work.unknown)
    return 1 if work.bad else 0


def _explain(settings: Settings, given: argparse.Namespace) -> int:
    rule_set = _sound(asyncio.run(find(settings, given.set)))
    with _opened(given.facts) as file:
        try:
            facts = read_facts(file.read(LONGEST_LINE + 1))
        except NoFacts as wrong:
            print(say(settings.language, f"facts.{wrong.key}", **wrong.params), file=sys.stderr)
            return 1
    for line in decision_lines(rule_set, by_reference(rule_set, facts), settings.language):
        print(line)
    _tell_unknown(settings.language, facts.keys() - FACTS.keys())
    return 0


def _render(settings: Settings, given: argparse.Namespace) -> int:
    source = asyncio.run(find(settings, given.set))
    for line in rule_lines(source.rule_set(), given.language or settings.language):
        print(line)
    return 0


async def _diff(settings: Settings, given: argparse.Namespace) -> int:
    before, after = [await find(settings, named) for named in (given.before, given.after)]
    found = differences_between(Kind.RULE_SET, before.body, after.body, settings.language)
    for line in found or [say(settings.language, "rules.no_difference")]:
        print(line)
    return 0


def _sound(source: Source) -> RuleSet:
    """The rules of a source that can decide.

    Raises:
        BadBundle: they cannot.
    """
    problems = check_rule_set(source.body, ANYTHING)
    if not is_sound(problems):
        raise source.bad(problems)
    return source.rule_set()


def _opened(named: str) -> BufferedReader:
    """A file, or standard input for ``-``, which stays open.

    Raises:
        Obstacle: it cannot be read.
    """
    try:
        return open(sys.stdin.fileno() if named == _STANDARD_INPUT else named, "rb", closefd=named != _STANDARD_INPUT)
    except OSError as error:
        raise Obstacle("unreadable_file", file=named, reason=error) from error


def _tell_unknown(language: str, names: Set[str]) -> None:
    if names:
        print(say(language, "rules.unknown_facts", names=", ".join(sorted(names))), file=sys.stderr)
