"""How items stand to each other, and what customers are asked when one is closed."""

from dataclasses import dataclass
from enum import StrEnum


class LinkKind(StrEnum):
    """What an item is to another one; duplicates are merged instead."""

    RELATED = "related"
    CAUSED_BY = "caused_by"
    BLOCKED_BY = "blocked_by"


class News(StrEnum):
    """What a loop is told of another item.

    It was merged into its own, was taken out again, its customer wrote; or it stands for its own and has moved on.
    """

    MERGED_IN = "merged_in"
    MERGED_OUT = "merged_out"
    MERGED_WROTE = "merged_wrote"
    CANONICAL = "canonical"


@dataclass(frozen=True)
class OtherChanged:
    """The signal to a loop: there is ``news`` of the item ``other``, which is at ``version`` or beyond."""

    news: News
    other: str
    version: int


class SurveyKind(StrEnum):
    """Net promoter score (0 to 10), satisfaction (1 to 5), effort (1 to 7), each a question with one number."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"

    @property
    def range(self) -> tuple[int, int]:
        """The least and the greatest score."""
        return _SCORES[self]


_SCORES = {SurveyKind.NPS: (0, 10), SurveyKind.CSAT: (1, 5), SurveyKind.CES: (1, 7)}
