"""The words and patterns that ``classify`` looks for, read from ``lexicon/*.toml`` and compiled once.

The lexicon is data that a process owner reads and edits; one file per language, all files hold for every text because
customers mix languages.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from voxloop.domain.feedback import FeedbackType


@dataclass(frozen=True)
class Hint:
    """A group of words and patterns that speaks for one type, once per text, with ``weight`` points."""

    type: FeedbackType
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Lexicon:
    """``positive`` and ``negative`` find opinion words; ``negator`` fits the end of the text right before one."""

    hints: tuple[Hint, ...]
    positive: re.Pattern[str]
    negative: re.Pattern[str]
    negator: re.Pattern[str]
    urgent: re.Pattern[str]


def lower_case(text: str) -> str:
    """The form of a text in which the lexicon finds its words."""
    return text.lower().replace("’", "'")


@cache
def lexicon() -> Lexicon:
    """The whole lexicon.

    Raises:
        KeyError, ValueError, re.error: a file lacks a part, names an unknown type, or holds a broken pattern.
    """
    folder = files("voxloop.analysis").joinpath("lexicon")
    documents = [
        tomllib.loads(file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]
    opinions = [document["sentiment"] for document in documents]
    return Lexicon(
        hints=tuple(_hint(group) for document in documents for group in document["hint"]),
        positive=_any(_words(opinions, "positive")),
        negative=_any(_words(opinions, "negative")),
        negator=re.compile(f"(?:{_any(_words(opinions, 'negators')).pattern})[很太]?\\s*$"),
        urgent=_group([document["urgency"] for document in documents]),
    )


def _hint(group: dict[str, Any]) -> Hint:
    return Hint(FeedbackType(group["type"]), float(group["weight"]), _group([group]))


def _group(groups: list[dict[str, Any]]) -> re.Pattern[str]:
    patterns = [pattern for group in groups for pattern in group.get("patterns", [])]
    return _any(_words(groups, "words"), patterns)


def _words(groups: list[dict[str, Any]], name: str) -> list[str]:
    return [word for group in groups for word in group.get(name, [])]


def _any(words: Iterable[str], patterns: Iterable[str] = ()) -> re.Pattern[str]:
    """Longest word first, so that a word is not taken for a shorter one inside it."""
    longest_first = sorted(words, key=len, reverse=True)
    chinese = [re.escape(word) for word in longest_first if not word.isascii()]
    english = "|".join(re.escape(word) for word in longest_first if word.isascii())
    # Not \b: Chinese characters count as letters there, and "打12315" would hold no "12315".
    whole = [f"(?<![a-z0-9])(?:{english})(?![a-z0-9])"] if english else []
    return re.compile("|".join([*chinese, *whole, *(f"(?:{pattern})" for pattern in patterns)]))
