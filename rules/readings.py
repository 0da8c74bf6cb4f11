"""What the engine is told of a fact's value, worked out once for each value that makes a difference.

A value is told as a *code*: its place among the constants that a rule set compares that fact with. Whether it is one
of several values is told as well, since that depends on nothing but the code.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from voxloop.rules.evaluator import kind_of

# For each group of rules what it reads of a value, as it is written inside a JSON object: ``"f3a":4,"h2c":1,``.
Reading = Sequence[str]
Read = Callable[[Any], Reading]
# A value with its kind, because Python holds 1, 1.0 and True for the same.
Known = tuple[type | None, Any]

_NO_CONSTANT = 1
_KEPT = 1_024


@dataclass(frozen=True)
class Scale:
    """The constants of one kind that a fact is compared with, in order, and the names of the fields for its code.

    The fields ``low`` and ``high`` are there for an absent fact too, below and above all codes.
    """

    constants: tuple[Any, ...]
    plain: str
    low: str
    high: str

    def code(self, value: Any) -> int:
        """From 1, even for a constant, odd for what lies before, between and after them; order is kept."""
        return 1 + bisect_left(self.constants, value) + bisect_right(self.constants, value)

    def constant(self, code: int) -> Any:
        """The constant of an even code."""
        return self.constants[code // 2 - 1]

    def told(self, code: int | None) -> Mapping[str, int]:
        """The fields for a code, or for an absent fact."""
        if code is None:
            return {self.low: 0, self.high: 2 * len(self.constants) + 2}
        return {self.plain: code, self.low: code, self.high: code}


@dataclass
class Asked:
    """What a rule set asks of the value of one fact, with the names of the fields that answer.

    ``known`` says whether it is there at all. A field of ``members`` is there when the value is one of the set, or,
    with False, when it is not.
    """

    known: str
    scales: Mapping[type, Scale]
    members: dict[str, tuple[frozenset[Known], bool]] = field(default_factory=dict)


class Reader:
    """Reads the values of one fact for groups of rules, each of which is told the fields that it reads.

    ``ways`` has a way to read each type that a value usually is of; ``strange`` reads any.
    """

    def __init__(self, asked: Asked, groups: Iterable[frozenset[str]]) -> None:
        self._asked = asked
        own = [asked.known, *asked.members, *(name for scale in asked.scales.values() for name in scale.told(1))]
        self._groups = [[name for name in own if name in fields] for fields in groups]
        absent, items = self._reading(None), self._reading(tuple)
        number = self._number(absent)
        self.ways: Mapping[type, Read] = {
            type(None): lambda value: absent,
            bool: self._constant(bool),
            int: number,
            float: number,
            str: self._constant(str),
            list: lambda value: items,
            tuple: lambda value: items,
        }

    def strange(self, value: object) -> Reading:
        """The reading of a value of whatever type."""
        return self.ways[kind_of(value) or type(None)](value)

    def _constant(self, kind: type) -> Read:
        scale = self._asked.scales.get(kind)
        codes = {value: scale.code(value) for value in scale.constants} if scale else {}
        return _Readings(codes, partial(self._reading, kind)).__getitem__

    def _number(self, absent: Reading) -> Read:
        scale = self._asked.scales.get(float)
        code: Callable[[float], int] = scale.code if scale else lambda value: _NO_CONSTANT
        reading = lru_cache(_KEPT)(partial(self._reading, float))
        # Not-a-number differs from itself.
        return lambda value: reading(code(value)) if value == value else absent

    def _reading(self, kind: type | None, code: int = _NO_CONSTANT) -> Reading:
        told = {self._asked.known: int(kind is not None)}
        for of, scale in self._asked.scales.items():
            told |= scale.told(code if of is kind else None)
        known = (kind, self._asked.scales[kind].constant(code)) if kind is not None and code % 2 == 0 else None
        told |= {name: 1 for name, (values, wanted) in self._asked.members.items() if (known in values) is wanted}
        return ["".join(written(name, told[name]) for name in names if name in told) for names in self._groups]


def written(name: str, value: int) -> str:
    """A field with its value inside a JSON object, which always ends with another one."""
    return f'"{name}":{value},'


class _Readings(dict[Any, Reading]):
    """Readings of constants by value, kept once they were asked for; all other values share one."""

    def __init__(self, codes: Mapping[Any, int], reading: Callable[[int], Reading]) -> None:
        super().__init__()
        self._codes, self._reading, self._other = codes, reading, reading(_NO_CONSTANT)

    def __missing__(self, value: object) -> Reading:
        if value not in self._codes:
            return self._other
        reading = self._reading(self._codes[value])
        if len(self) < _KEPT:
            self[value] = reading
        return reading
