"""Which of many words occur in a text, found in one pass over it by hyperscan however many there are.

A word occurs when ``word.casefold() in text.casefold()``. What is compared are their bytes in UTF-8, in which no
character begins inside another, so it comes to the same. Halves of surrogate pairs are passed through for that reason.
Every byte is written as ``\\xNN``: nothing is special in that form, and a NUL does not end it.
"""

from collections.abc import Mapping
from typing import Any

import hyperscan


class Keywords:
    """Words by number. Not for two threads at once."""

    def __init__(self, words: Mapping[int, str]) -> None:
        folded = {number: _bytes(word) for number, word in words.items()}
        self._everywhere = [number for number, word in folded.items() if not word]
        self._database = _database({number: word for number, word in folded.items() if word})

    def found(self, text: str) -> list[int]:
        """Numbers of the words that occur, each once."""
        numbers = self._everywhere.copy()
        if self._database is not None:
            self._database.scan(_bytes(text), _note, context=numbers)
        return numbers


def _database(words: Mapping[int, bytes]) -> hyperscan.Database | None:
    if not words:
        return None
    database = hyperscan.Database()
    database.compile(
        expressions=["".join(f"\\x{byte:02x}" for byte in word).encode() for word in words.values()],
        ids=list(words),
        elements=len(words),
        flags=hyperscan.HS_FLAG_SINGLEMATCH,
    )
    return database


def _note(number: int, start: int, end: int, flags: int, numbers: Any) -> None:
    numbers.append(number)


def _bytes(text: str) -> bytes:
    return text.casefold().encode("utf-8", "surrogatepass")
