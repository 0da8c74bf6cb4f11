"""Near-duplicates: how much two texts share, and the keys by which an index finds what may be like a text.

A text is taken as the set of its shingles: pairs of neighbouring Chinese, Japanese or Korean signs, each of which means
much, and triples of letters and digits, which mean little (any two English texts have many pairs in common). Case,
spaces and punctuation do not count. Two texts are alike when ``ALIKE`` of all their shingles are in both (Jaccard).

Candidates are found by minhash (Broder, 1997): in a random order of all shingles, two sets have the same first one as
often as their Jaccard says. A key stands for the first ones of three orders, so that of 21 keys, texts that share a
part s of their shingles have one in common with a probability of 1 - (1 - s³)²¹: 0.87 for s = 0.45, 0.99 for s = 0.6,
0.02 for s = 0.1. The orders come from constants: a text has the same keys in any process, on any machine, for ever.
"""

import re
import unicodedata
from collections.abc import Set
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.45
LONGEST = 1_000  # what a text says behind so many characters makes it neither more nor less alike
_FEWEST = 3  # a text of fewer shingles says nothing that others do not say by chance
_KEYS, _ORDERS = 21, 3
_SILENT = re.compile(r"[\W_]+")
_FIRST_WIDE = "\u2e80"  # from here on Unicode has the signs of East Asia
_STRETCH = re.compile(f"[^{_FIRST_WIDE}-\U0010ffff]+|[{_FIRST_WIDE}-\U0010ffff]+")

Numbers = NDArray[np.uint64]


def shingles(text: str) -> set[str]:
    """What a text is compared by."""
    signs = _SILENT.sub("", unicodedata.normalize("NFKC", text[:LONGEST]).casefold())
    found: set[str] = set()
    for stretch in _STRETCH.findall(signs):
        width = 3 if stretch[0] < _FIRST_WIDE else 2
        found.update(stretch[start : start + width] for start in range(max(1, len(stretch) - width + 1)))
    return found


def similarity(one: Set[str], other: Set[str]) -> float:
    """The share of both texts' shingles that they have in common, 0 to 1."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def similar_keys(text: str) -> list[int] | None:
    """21 numbers of 32 bits, of which texts that are alike share some; None for a text too short to say anything."""
    found = shingles(text)
    if len(found) < _FEWEST:
        return None
    numbers = np.fromiter((crc32(shingle.encode()) for shingle in found), np.uint64, len(found))
    first = _mixed(numbers[:, np.newaxis] ^ _SEEDS).min(axis=0)
    keys = (first * _WEIGHTS).reshape(_KEYS, _ORDERS).sum(axis=1) >> np.uint64(32)
    found_keys: list[int] = keys.tolist()
    return found_keys


def _mixed(numbers: Numbers) -> Numbers:
    """Each number's place in an order without visible rule: the finaliser of SplitMix64 (Steele et al., 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _drawn(first: int) -> Numbers:
    """As many numbers as there are orders, out of SplitMix64 from its ``first`` on."""
    return _mixed(np.arange(first, first + _KEYS * _ORDERS, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))


_SEEDS = _drawn(1)
_WEIGHTS = _drawn(1001) | np.uint64(1)
