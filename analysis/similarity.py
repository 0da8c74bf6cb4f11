"""Near-duplicates: the keys by which an index finds what may be like a text.

Candidates are found by minhash (Broder, 1997): in a random order of all shingles, two sets have the same first one as
often as their Jaccard says. A key stands for the first ones of three orders, so that of 21 keys, texts that share a
part s of their shingles have one in common with a probability of 1 - (1 - s³)²¹: 0.87 for s = 0.45, 0.99 for s = 0.6,
0.02 for s = 0.1. The orders come from constants: a text has the same keys in any process, on any machine, for ever.
"""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from voxloop.analysis.likeness import shingles

_FEWEST = 3  # a text of fewer shingles says nothing that others do not say by chance
_KEYS, _ORDERS = 21, 3

Numbers = NDArray[np.uint64]


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
