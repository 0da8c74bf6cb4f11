"""Reading documents that people write: a place that is wrong is noted with its path, and reading goes on.

So an author sees everything that is wrong at once. A reader makes its objects from whatever it got and throws them away
when anything was noted; absent and wrong values read as empty ones, and ``null`` is absent.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeGuard, TypeVar

from voxloop.domain.durations import Duration, read_duration, read_length
from voxloop.domain.problems import Problem
from voxloop.domain.texts import LANGUAGES

_Word = TypeVar("_Word", bound=StrEnum)
LONGEST_TITLE = 200
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
LARGEST_NUMBER = 10**12
_SHOWN = 60
_SHARE = re.compile(r"([1-9][0-9]?|100)%")


def read_share(text: object) -> float:
    """``"75%"`` -> 0.75; from 1% to 100%.

    Raises:
        ValueError: the text is not of that form.
    """
    form = _SHARE.fullmatch(text) if isinstance(text, str) else None
    if form is None:
        raise ValueError(text)
    return int(form[1]) / 100


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a number, no yes or no, of a size that people handle."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def shown(value: object) -> str:
    """The value as a problem names it: short, whatever the author wrote there."""
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list | tuple):
        return "[…]"
    text = str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


@dataclass(frozen=True)
class Place:
    """A value, where in the document it stands, and the list that takes what is wrong in the document."""

    value: object
    path: str
    problems: list[Problem]

    def wrong(self, code: str, **params: str) -> None:
        """Notes a problem of this place."""
        self.problems.append(Problem(self.path, code, params))

    def needed(self) -> None:
        """Notes when there is nothing here."""
        if self.value is None:
            self.wrong("document.missing")

    def inner(self, name: object, value: object) -> "Place":
        """The place of ``value`` under ``name`` in this one."""
        return Place(value, f"{self.path}.{shown(name)}" if self.path else shown(name), self.problems)

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, "Place"]:
        """A place for every name of both; notes required ones that are absent, and names that are in neither."""
        table = self._table()
        names = (*required, *optional)
        for name in table:
            if name not in names:
                self.inner(name, None).wrong("document.unknown_key", known=", ".join(names))
        places = {name: self.inner(name, table.get(name)) for name in names}
        if self.value is None or isinstance(self.value, Mapping):
            for name in required:
                places[name].needed()
        return places

    def entries(self) -> dict[str, "Place"]:
        """The places of a mapping whose keys the author chooses; notes keys that are not of a key's form."""
        places = self.parts()
        for name, place in places.items():
            if not isinstance(name, str) or not KEY.fullmatch(name):
                place.wrong("document.not_a_key", value=shown(name))
            place.needed()
        return {str(name): place for name, place in places.items()}

    def parts(self) -> dict[object, "Place"]:
        """The places of a mapping, by names of whatever form."""
        return {name: self.inner(name, value) for name, value in self._table().items()}

    def items(self) -> list["Place"]:
        """The places of a list."""
        if self.value is None:
            return []
        if not isinstance(self.value, list | tuple):
            self.wrong("document.not_a_list")
            return []
        places = [Place(value, f"{self.path}[{index}]", self.problems) for index, value in enumerate(self.value)]
        for place in places:
            place.needed()
        return places

    def text(self) -> str:
        """A text that is not blank."""
        if isinstance(self.value, str) and self.value.strip():
            return self.value
        if self.value is not None:
            self.wrong("document.not_a_text")
        return ""

    def title(self) -> str:
        """A text that is short enough for a heading."""
        text = self.text()
        if len(text) > LONGEST_TITLE:
            self.wrong("document.title_too_long", limit=str(LONGEST_TITLE))
        return text

    def flag(self) -> bool:
        """Yes or no; absent is no."""
        if self.value is not None and not isinstance(self.value, bool):
            self.wrong("document.not_a_flag")
        return self.value is True

    def number(self) -> float | None:
        """A number of a size that people handle."""
        if self.value is None:
            return None
        if is_number(self.value):
            return self.value
        self.wrong("document.not_a_number", value=shown(self.value))
        return None

    def translated(self) -> dict[str, str]:
        """A title in each of our languages, by language."""
        if self.value is None:
            return {}
        return {language: text.title() for language, text in self.fields(LANGUAGES).items()}

    def key(self) -> str:
        """A name that the author gives to something: small letters, digits and ``_``."""
        text = self.text()
        if text and not KEY.fullmatch(text):
            self.wrong("document.not_a_key", value=shown(text))
        return text

    def one_of(self, words: Collection[str], *forms: str) -> str | None:
        """One of ``words``; ``forms`` are what else can stand here, only named in the problem."""
        if isinstance(self.value, str) and self.value in words:
            return self.value
        if self.value is not None:
            self.wrong("document.unknown_value", value=shown(self.value), known=", ".join((*words, *forms)))
        return None

    def word(self, kind: type[_Word]) -> _Word | None:
        """A word of an enum."""
        word = self.one_of([str(known) for known in kind])
        return kind(word) if word else None

    def duration(self) -> timedelta | None:
        """A time like ``24h``."""
        if self.value is None:
            return None
        try:
            return read_duration(self.value)
        except ValueError:
            self.wrong("document.not_a_duration", value=shown(self.value))
            return None

    def length(self, under_calendar: bool) -> Duration | None:
        """A time like ``24h``, under a calendar also ``2wd``."""
        if self.value is None:
            return None
        try:
            length = read_length(self.value)
        except ValueError:
            self.wrong("document.not_a_duration", value=shown(self.value))
            return None
        if length.days and not under_calendar:
            self.wrong("document.needs_calendar", value=shown(self.value))
        if length.whole and under_calendar:
            self.wrong("document.whole_days", value=shown(self.value))
        return length

    def share(self) -> float:
        """A share like ``75%``."""
        if self.value is None:
            return 0.0
        try:
            return read_share(self.value)
        except ValueError:
            self.wrong("document.not_a_share", value=shown(self.value))
            return 0.0

    def _table(self) -> Mapping[object, object]:
        if isinstance(self.value, Mapping):
            return self.value
        if self.value is not None:
            self.wrong("document.not_a_mapping")
        return {}
