"""Names for the engine's fields, chosen by how durable-rules finds them.

It knows a name by its 32-bit hash alone, so no two names here share one. And it has 32 places in which it begins to
look for the conditions on a field, each running over into the next: what many rules ask first would stand in the way of
every other field of a fact. So *hits*, which most rules ask first and of which few are there at a time, all begin at
the last place, and the others at the places before it. That halves the time of a decision.
"""

from itertools import count

HIT, _OTHER, ALWAYS = "h", "f", "always"
_TAKEN = ("id", "sid", "$s", "label", "chart", "running", ALWAYS)
_LAST = 31


class Names:
    """Gives out names, each once."""

    def __init__(self) -> None:
        self._numbers = count()
        self._hashes = {_hash(name) for name in _TAKEN}

    def hit(self) -> str:
        """A name for a condition that is answered beforehand."""
        return self._name(HIT, _LAST)

    def field(self) -> str:
        """A name for anything else."""
        return self._name(_OTHER, len(self._hashes) % _LAST)

    def fields(self, count: int) -> list[str]:
        """So many names."""
        return [self.field() for _ in range(count)]

    def _name(self, first: str, place: int) -> str:
        for number in self._numbers:
            stem = f"{first}{number:x}"
            # (hash ^ letter) * prime, of which only the last five bits matter; 27 undoes the prime there.
            letter = (_hash(stem) ^ place * 27) & 31
            name = f"{stem}{chr(96 + letter)}"
            if 1 <= letter <= 26 and _hash(name) not in self._hashes:
                self._hashes.add(_hash(name))
                return name
        raise AssertionError("count() never ends")


def _hash(name: str) -> int:
    """FNV-1a, as the engine computes it."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value
