"""What a checker says about a document: a place, a code, and the values that fill the sentence."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a document.

    ``path`` points into it (``steps[2].outcomes.fixed``); ``code`` names a sentence ``problem.<code>`` of
    ``texts``, filled with ``params``. A ``warning`` does not forbid publishing.
    """

    path: str
    code: str
    params: dict[str, str] = field(default_factory=dict)
    warning: bool = False


def is_sound(problems: Iterable[Problem]) -> bool:
    """Whether a document with these problems may be published."""
    return all(problem.warning for problem in problems)


def unknown(path: str, code: str, key: str | None, known: Collection[str]) -> Iterator[Problem]:
    """A problem of that ``code`` where a document names a ``key`` that is none of the ``known`` ones."""
    if key is not None and key not in known:
        yield Problem(path, code, {"value": key, "known": ", ".join(sorted(known))})


class InvalidDocument(Exception):
    """A document that cannot be read or must not be published."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.path}: {problem.code} {problem.params}" for problem in self.problems))


@dataclass(frozen=True)
class Known:
    """The keys of everything that a document may refer to, as it is when the document is checked.

    ``skills``: those of each team's active members, behind its key: ``rd_bugfix.electronics``. ``day_hours``: of
    calendars, as far as it is known, how long a working day is.
    """

    teams: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    processes: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()
    calendars: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    day_hours: Mapping[str, timedelta] = field(default_factory=dict, kw_only=True)


class Everything(frozenset[str]):
    """Keys of which nobody knows: whichever is asked for counts as one that exists."""

    def __contains__(self, key: object) -> bool:
        return True


ANYTHING = Known(*[Everything()] * (len(fields(Known)) - 1))  # nobody knows how long their days are
