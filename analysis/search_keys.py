"""The keys by which texts are found: PostgreSQL has no Chinese word splitter, so keys are computed here.

A run of Chinese characters gives its single characters and its pairs of neighbours, other words are lower-cased and
kept whole. Invariant: every text that contains the searched words as they are has all of ``query_keys`` among its
``search_keys``, so an index on ``@>`` never misses one (up to the limit); it may find too many, and the text decides.
"""

import re
import unicodedata
from collections.abc import Iterator

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W{_HAN}_]+")
_CHINESE = re.compile(rf"[{_HAN}]")
_LONGEST_WORD = 40


def search_keys(text: str, limit: int = 2000) -> list[str]:
    """The distinct keys of a text in order of appearance, at most ``limit``.

    Single Chinese characters are among them, so that a query of one character (漏) finds something too; they add few
    keys, as characters repeat.
    """
    keys = dict.fromkeys(key for run in _runs(text) for key in _keys(run))
    return list(keys)[:limit]


def query_keys(text: str) -> list[str]:
    """The distinct keys that a text must have to be found: pairs, and single characters only for runs of one."""
    keys = dict.fromkeys(key for run in _runs(text) for key in (_pairs(run) if _chinese(run) else [run]))
    return list(keys)


def _runs(text: str) -> Iterator[str]:
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
        yield run if _chinese(run) else run[:_LONGEST_WORD]


def _keys(run: str) -> list[str]:
    return [*run, *_pairs(run)] if _chinese(run) else [run]


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[place : place + 2] for place in range(len(run) - 1)]


def _chinese(run: str) -> bool:
    return _CHINESE.match(run) is not None
