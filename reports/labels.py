"""What the groups of statistics are called, in the language of the reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from voxloop.domain.statistics import Dimension
from voxloop.domain.texts import label, say, texts

Titles = Mapping[Dimension, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Labels:
    """Labels in one ``language``; ``titles`` are what the organisation named itself: by key, then by language."""

    language: str
    titles: Titles

    def of(self, dimension: Dimension, value: Any) -> str:
        """What a value of a dimension is called; a stretch of time is given by its first day."""
        if value is None:
            own = f"dimension_none.{dimension}"
            return say(self.language, own if own in texts(self.language) else "dimension_none.other")
        if isinstance(value, date):
            month = say(self.language, f"month.m{value.month}")
            return say(self.language, f"bucket.{dimension}", year=value.year, month=month, day=value.day)
        titles = self.titles.get(dimension, {}).get(value)
        return titles[self.language] if titles else label(self.language, dimension, value) or value

    def dimension(self, dimension: Dimension) -> str:
        """What the dimension is called."""
        return say(self.language, f"dimension.{dimension}")
