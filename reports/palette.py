"""Colours of figures: each has a contrast of 3 or more on white, and they differ for colour-blind readers too."""

from collections.abc import Mapping, Sequence
from typing import Any

from voxloop.domain.feedback import FeedbackType
from voxloop.domain.statistics import Dimension

BLUE, ORANGE, GREEN, PURPLE = "#0b6fb0", "#d55e00", "#1b9e77", "#4b2a7b"
RED, BROWN, GREY = "#7a1f2b", "#8d5524", "#5f6f7a"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, RED, BROWN, GREY)
INK, SOFT, RULE = "#16242e", "#4c5f6b", "#d7dfe4"

_TYPES: Mapping[Any, str] = {
    FeedbackType.DEFECT: RED,
    FeedbackType.COMPLAINT: ORANGE,
    FeedbackType.SUGGESTION: BLUE,
    FeedbackType.PRAISE: GREEN,
    FeedbackType.QUESTION: PURPLE,
    FeedbackType.OTHER: BROWN,
}


def colours(dimension: Dimension, values: Sequence[Any]) -> list[str]:
    """A colour for each value: a type has its own in every figure, what is not known is grey, others go by place."""
    if dimension is Dimension.TYPE:
        return [_TYPES.get(value, GREY) for value in values]
    known = iter(PALETTE * (len(values) // len(PALETTE) + 1))
    return [GREY if value is None else next(known) for value in values]


def faint(colour: str) -> str:
    """The same colour, so thin that others show through it."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.3)"
