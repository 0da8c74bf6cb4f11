"""How much two texts share.

A text is taken as the set of its shingles: pairs of neighbouring Chinese, Japanese or Korean signs, each of which means
much, and triples of letters and digits, which mean little (any two English texts have many pairs in common). Case,
spaces and punctuation do not count. Two texts are alike when ``ALIKE`` of all their shingles are in both (Jaccard).
"""

import re
import unicodedata
from collections.abc import Set

ALIKE = 0.45
LONGEST = 1_000  # what a text says behind so many characters makes it neither more nor less alike
_SILENT = re.compile(r"[\W_]+")
_FIRST_WIDE = "\u2e80"  # from here on Unicode has the signs of East Asia
_STRETCH = re.compile(f"[^{_FIRST_WIDE}-\U0010ffff]+|[{_FIRST_WIDE}-\U0010ffff]+")


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
