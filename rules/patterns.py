"""The safe subset of regular expressions that ``matches`` may use.

Python's engine backtracks, so an innocent pattern can take years. Here the number of ways in which a pattern can be
tried on a text is bounded before it is ever used: a group is never repeated, nothing refers back or looks around,
and the product of all choices (repeats and alternatives) times the length of the text stays below ``MAX_WORK``.
Only the first ``MAX_TEXT`` characters of a text are searched; the case of letters is ignored.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

MAX_TEXT = 1_000
MAX_PATTERN = 200
MAX_WORK = 10_000_000

_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?!\?)|\(\?:)|(?P<special>\(\?)|(?P<close>\))"
    r"|(?P<repeat>(?:[*+?]|\{\d*,?\d*\})[?+]?)|(?P<or>\|)|(?P<other>.)",
    re.DOTALL,
)
_REPEAT = re.compile(r"\{(\d*)(,?)(\d*)\}")


def search(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text; a pattern that is none occurs nowhere."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.search(text[:MAX_TEXT]) is not None


def pattern_problem(pattern: str) -> str | None:
    """The code of what is wrong with a pattern, None when it is safe."""
    if len(pattern) > MAX_PATTERN:
        return "rule.pattern_too_costly"
    if _compiled(pattern) is None:
        return "rule.pattern_invalid"
    work = MAX_TEXT
    for choices in _choices(pattern):
        if choices is None:
            return "rule.pattern_refused"
        work *= choices
    return "rule.pattern_too_costly" if work > MAX_WORK else None


def _choices(pattern: str) -> Iterator[int | None]:
    """In how many ways each part can be tried; None for a part that is refused."""
    previous = None
    for token in _TOKEN.finditer(pattern):
        kind, text = token.lastgroup, token[0]
        if kind == "special" or (kind == "escape" and text[1] in "123456789"):
            yield None
        elif kind == "or":
            yield 2
        elif kind == "repeat":
            # Optional groups are harmless; a repeated group is where exponents come from.
            yield None if previous == "close" and text[0] != "?" else _repeats(text)
        previous = kind


def _repeats(quantifier: str) -> int:
    if quantifier[0] == "?":
        return 2
    bounds = _REPEAT.match(quantifier)
    if bounds is None:
        return MAX_TEXT
    low, comma, high = bounds.groups()
    if not comma:
        return 1
    return int(high) - int(low or 0) + 1 if high else MAX_TEXT


@lru_cache(maxsize=4_096)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError):
        return None
