"""What commands about documents have in common: who acts, and how they tell what is wrong."""

import contextlib
import getpass
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from voxloop.bundles.bundle import BadBundle, FileProblem, Standing
from voxloop.commands.bringing import Incoming
from voxloop.domain.problems import Problem
from voxloop.domain.refusals import Refused, RefusedTogether, refusal_sentence
from voxloop.domain.texts import say
from voxloop.rules.differences import differences_between
from voxloop.settings import Obstacle
from voxloop.store import people
from voxloop.store.sessions import Session


def problem_line(language: str, place: str, problem: Problem) -> str:
    """``rules/intake.yaml:12: rules[0].when: There is no fact ...``; a warning says that it is one."""
    words = say(language, f"problem.{problem.code}", **problem.params)
    if problem.warning:
        words = say(language, "bundle.warning", words=words)
    return ": ".join(part for part in (place, problem.path, words) if part)


def tell_file_problems(language: str, problems: Iterable[FileProblem]) -> None:
    """Print what is wrong with files, as editors find their way by."""
    for path, line, problem in problems:
        print(problem_line(language, path if line is None else f"{path}:{line}", problem), file=sys.stderr)


def difference_lines(incoming: Incoming, language: str) -> Iterator[str]:
    """What a file changes, in sentences; where others have published meanwhile, also what they changed."""
    if incoming.published is None:
        return
    meanwhile = incoming.standing in (Standing.CONFLICT, Standing.BEHIND)
    before = incoming.base if meanwhile and incoming.base is not None else incoming.published
    sides = {"theirs": incoming.published["body"], "mine": incoming.written.body}
    for side, after in sides.items():
        for words in differences_between(incoming.name.kind, before["body"], after, language):
            yield say(language, f"bundle.{side}", words=words)


def indented(words: str) -> str:
    """Words that belong to the line above, however many lines they take."""
    return "  " + words.replace("\n", "\n    ")


def told(language: str, work: Callable[[], int]) -> int:
    """The exit code of a command; 1 when it could not do what was wished, and why is told."""
    try:
        return work()
    except BadBundle as bad:
        tell_file_problems(language, bad.problems)
    except RefusedTogether as together:
        _tell_refusals(language, together.problems)
    except Refused as refused:
        _tell_refusals(language, [refused])
    return 1


@contextlib.contextmanager
def using(folder: Path) -> Iterator[None]:
    """Raises ``Obstacle`` where the folder does not let itself be read or written."""
    try:
        yield
    except OSError as error:
        raise Obstacle("folder_unusable", folder=folder, reason=error) from error


async def author_of(session: Session, member: str | None) -> str:
    """Whom drafts name as their author: that member, else whoever sits at this terminal.

    Raises:
        Obstacle: there is no such member.
    """
    if member is None:
        return f"cli:{_user()}"
    if await people.member_of(session, member) is None:
        raise Obstacle("no_such_member", member=member)
    return f"member:{member}"


def _tell_refusals(language: str, refusals: Iterable[Refused]) -> None:
    """Print why something was not done."""
    for refused in refusals:
        words = refusal_sentence(language, refused)
        print(": ".join((*refused.field, words)), file=sys.stderr)


def _user() -> str:
    try:
        return getpass.getuser()[:80]
    except (KeyError, OSError):  # a container may run as a number that has no name
        return str(os.getuid())
