"""A first guess at what a customer's text is: type, sentiment, urgency, and how sure the guess is.

What the customer chose on the form wins over any guess. Everything else is counting lexicon hits, so a reader can
follow it: ``evidence`` holds the very words that decided. Nothing here learns, stores or asks anybody.
"""

import re
from dataclasses import dataclass
from typing import Literal

from voxloop.analysis.lexicon import lexicon, lower_case
from voxloop.domain.feedback import FeedbackType

# At equal points the type that needs somebody to act wins.
_PRECEDENCE = ("defect", "suggestion", "complaint", "question", "other", "praise")
_LOW_RATING, _HIGH_RATING = 2, 4
_NOTHING_FOUND = 0.2
_DOUBT = 1.5  # points that stand for what the lexicon cannot see: one weak hint alone is no certainty
_LONGEST_NEGATOR = 12


@dataclass(frozen=True)
class Classification:
    """``confidence`` 0..1, ``sentiment`` -1 (negative)..1, ``evidence`` the words that spoke for the type,
    lower-case."""

    type: FeedbackType
    confidence: float
    sentiment: float
    urgency: Literal["high", "normal"]
    evidence: tuple[str, ...]


def classify(text: str, scenario: str | None, rating: int | None) -> Classification:
    """The type of ``text``: that of the form's ``scenario`` where it names one, else the lexicon's best guess.

    ``rating`` is 1 to 5 stars; it counts as one opinion word.
    """
    text = lower_case(text)
    positive, negative = _opinions(text)
    stars = _stars(rating)
    points, evidence = _points(text)
    points[FeedbackType.PRAISE] += min(positive, 3) + max(stars, 0)
    points[FeedbackType.COMPLAINT] += min(negative, 2) + max(-stars, 0)
    chosen = _chosen(scenario)
    guessed = max(points, key=lambda kind: (points[kind], -_PRECEDENCE.index(kind)))
    if not points[guessed]:
        guessed = FeedbackType.OTHER
    kind = chosen or guessed
    return Classification(
        type=kind,
        confidence=1.0 if chosen else _confidence(points, guessed),
        sentiment=_sentiment(positive + max(stars, 0), negative + max(-stars, 0)),
        urgency="high" if lexicon().urgent.search(text) else "normal",
        evidence=tuple(evidence.get(kind, ())),
    )


def _chosen(scenario: str | None) -> FeedbackType | None:
    return next((kind for kind in FeedbackType if kind == scenario), None)


def _stars(rating: int | None) -> int:
    if rating is None:
        return 0
    return -1 if rating <= _LOW_RATING else 1 if rating >= _HIGH_RATING else 0


def _points(text: str) -> tuple[dict[FeedbackType, float], dict[FeedbackType, list[str]]]:
    points = dict.fromkeys(FeedbackType, 0.0)
    evidence: dict[FeedbackType, list[str]] = {}
    for hint in lexicon().hints:
        found = next((hit for hit in hint.pattern.finditer(text) if not _negated(text, hit)), None)
        if found:
            points[hint.type] += hint.weight
            evidence.setdefault(hint.type, []).append(found[0])
    return points, evidence


def _opinions(text: str) -> tuple[int, int]:
    """How many words are favourable and unfavourable; a negated one counts for the other side."""
    counts = [0, 0]
    for side, pattern in enumerate((lexicon().positive, lexicon().negative)):
        for word in pattern.finditer(text):
            counts[1 - side if _negated(text, word) else side] += 1
    return counts[0], counts[1]


def _negated(text: str, word: re.Match[str]) -> bool:
    before = text[max(0, word.start() - _LONGEST_NEGATOR) : word.start()]
    return lexicon().negator.search(before) is not None


def _sentiment(positive: int, negative: int) -> float:
    return round((positive - negative) / (positive + negative + 1), 2)


def _confidence(points: dict[FeedbackType, float], guessed: FeedbackType) -> float:
    if not points[guessed]:
        return _NOTHING_FOUND
    return round(points[guessed] / (sum(points.values()) + _DOUBT), 2)
