"""Regular expressions as ``matches`` understands them: RE2's, whose time grows with the text and no faster.

RE2 knows neither look-around nor references back, which are what makes other engines take years; so every pattern
that it accepts is harmless, up to the size of its program, which ``_MEMORY`` bounds. The case of letters is ignored;
``\\d``, ``\\w`` and ``\\b`` mean ASCII, and ``$`` is the end of the text and nothing else.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import re2

from voxloop.domain.submission import LONGEST_TEXT

MAX_TEXT = LONGEST_TEXT
MAX_PATTERN = 200
_MEMORY = 256 * 1024
# Of all patterns of a set: a text of MAX_TEXT chosen for it costs them some 0.1 ms per step.
MOST_STEPS = 10_000
_KEPT = 1_024
_REFUSED = re.compile(rb"invalid perl operator|invalid escape sequence: \\[1-9k]")
_TOO_LARGE = re.compile(rb"pattern too large|invalid repetition size")
_ANYWHERE = re2._Anchor.UNANCHORED


class Pattern:
    """A compiled pattern; ``size``: the steps of its program."""

    def __init__(self, pattern: str) -> None:
        options = re2.Options()
        options.case_sensitive = False
        options.never_capture = True
        options.log_errors = False
        options.max_mem = _MEMORY
        # What is inside answers in a third of the time, as it does not go on to say what was found where.
        program = re2.compile(pattern, options)._regexp
        self._match = program.Match
        self.size: int = program.ProgramSize()

    def occurs(self, text: bytes) -> bool:
        """Whether it occurs in what ``searched`` makes of a text."""
        (start, _), *_ = self._match(_ANYWHERE, text, 0, len(text))
        return bool(start >= 0)


def search(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text; a pattern that is none occurs nowhere."""
    found = compiled(pattern)
    return found is not None and found.occurs(searched(text))


def searched(text: str) -> bytes:
    """What of a text is searched: the first ``MAX_TEXT`` characters. Half of a surrogate pair is one like any other."""
    return text[:MAX_TEXT].encode("utf-8", "surrogatepass")


@lru_cache(maxsize=_KEPT)
def compiled(pattern: str) -> Pattern | None:
    """The pattern, None when it is none."""
    found = _compile(pattern)
    return None if isinstance(found, bytes) else found


def steps(patterns: Iterable[str]) -> int:
    """The steps of the programs of these patterns, of the same ones once."""
    found = map(compiled, set(patterns))
    return sum(pattern.size for pattern in found if pattern is not None)


def pattern_problem(pattern: str) -> str | None:
    """The code of what is wrong with a pattern, None when nothing is."""
    found = _compile(pattern) if len(pattern) <= MAX_PATTERN else b"pattern too large"
    if not isinstance(found, bytes):
        return None
    if _REFUSED.match(found):
        return "rule.pattern_refused"
    return "rule.pattern_too_costly" if _TOO_LARGE.match(found) else "rule.pattern_invalid"


def _compile(pattern: str) -> Pattern | bytes:
    """The pattern, or what RE2 says is wrong with it."""
    try:
        return Pattern(pattern)
    except UnicodeEncodeError:
        return b"half of a surrogate pair"
    except re2.error as error:
        reason: bytes = error.args[0]
        return reason
