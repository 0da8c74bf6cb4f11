"""Whether some item could make a condition hold, and whether one condition implies another, by a bounded search.

A comparison tells values apart only at the values that it names, so those and what lies between them, the *cells* of a
fact, stand for all. A set of cells is a number whose bits they are, which makes it cheap to compare many conditions. Of
a text only this is known: a word that must occur in it cannot be one that must not.

The search narrows what each fact can be until nothing is left of one, and takes alternatives in turn. The conditions
must be such that the checker finds nothing wrong with them.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from math import ceil, floor, inf, isinf

from voxloop.domain.rules import All, Condition, Leaf, Not, Scalar, leaves
from voxloop.rules.evaluator import values_of
from voxloop.rules.vocabulary import FACTS, Fact, FactType

MAX_STEPS = 5_000
_BRANCHES = 4
_WORDS_A_STEP = 16
_ABSENT, _PRESENT = 1, 2
_OF_TEXTS = ("contains_any", "contains_all", "matches")

_Wanted = tuple[Condition, bool]
_Words = frozenset[tuple[str, str, str]]


def is_possible(condition: Condition) -> bool:
    """False only when no item can make it hold; True also when the search would take too long."""
    return Search([condition]).is_possible(condition)


@dataclass(frozen=True)
class _Branch:
    """What must be so at once: cells that are left of facts, sets of words of which one occurs, words that do not."""

    cells: Mapping[str, int]
    some: tuple[_Words, ...]
    never: _Words

    @property
    def is_open(self) -> bool:
        return all(self.cells.values()) and not any(words <= self.never for words in self.some)


@dataclass(frozen=True)
class Example:
    """An item as far as conditions tell it from others: one cell of each fact that is not absent, words that occur."""

    cells: Mapping[str, int]
    words: _Words


class Search:
    """Compares conditions with each other. One search takes ``MAX_STEPS`` at most, all together ``steps``."""

    def __init__(self, conditions: Iterable[Condition], steps: int = MAX_STEPS) -> None:
        named: dict[str, set[Scalar]] = {}
        self._conditions = tuple(conditions)  # kept, because what is known of their parts is kept by identity
        for condition in self._conditions:
            for leaf in leaves(condition):
                named.setdefault(leaf.fact, set()).update(values_of(leaf.value))
        self._facts = {fact: _Cells(FACTS[fact], values) for fact, values in named.items()}
        self._known: dict[int, int] = {}
        self._left = steps
        self._end = 0

    @property
    def is_spent(self) -> bool:
        """Whether all steps are taken, so that from now on everything counts as possible."""
        return self._left <= 0

    def is_possible(self, condition: Condition) -> bool:
        """As the function of this name, for a condition that is made of those which this search is for."""
        return any(True for _ in self._branches(condition))

    def implies(self, condition: Condition, other: Condition) -> bool:
        """True only when ``other`` holds of every item of which ``condition`` does."""
        return not self.is_possible(All((condition, Not(other))))

    def examples(self, condition: Condition) -> list[Example]:
        """A few items of which the condition holds, as different as can be; none when there are none.

        When there are no steps left, they are any items.
        """
        found = []
        for branch in islice(self._branches(condition), _BRANCHES):
            words = frozenset(next(iter(words - branch.never)) for words in branch.some)
            found.append(Example({fact: left & -left for fact, left in branch.cells.items()}, words))
            found.append(Example({fact: 1 << left.bit_length() - 1 for fact, left in branch.cells.items()}, words))
        return found

    def question(self, condition: Condition, wanted: bool = True) -> Callable[[Example], bool]:
        """Whether the condition holds of an example of this search's (or does not), made ready to be asked often."""
        match condition:
            case Not(part):
                return self.question(part, not wanted)
            case Leaf(operator="contains_all"):
                all_words = frozenset(_words(condition))
                return lambda example: (all_words <= example.words) is wanted
            case Leaf(operator="contains_any" | "matches"):
                words = frozenset(_words(condition))
                return lambda example: words.isdisjoint(example.words) is not wanted
            case Leaf(fact):
                cells = self._cells(condition) if wanted else ~self._cells(condition)
                return lambda example: bool(example.cells.get(fact, _ABSENT) & cells)
        parts = [self.question(part, wanted) for part in condition.parts]
        if isinstance(condition, All) is wanted:
            return lambda example: all(part(example) for part in parts)
        return lambda example: any(part(example) for part in parts)

    def _branches(self, condition: Condition) -> Iterator[_Branch]:
        """The branches that stay open, or what has been reached when the steps are taken."""
        self._end = max(0, self._left - MAX_STEPS)
        return self._open(_Branch({}, (), frozenset()), [(condition, True)], [])

    def _open(self, branch: _Branch, waiting: list[_Wanted], choices: list[list[_Wanted]]) -> Iterator[_Branch]:
        while waiting and self._left > self._end:
            condition, wanted = waiting.pop()
            self._left -= 1
            match condition:
                case Not(part):
                    waiting.append((part, not wanted))
                case Leaf(operator="contains_all"):
                    waiting.append((_by_word(condition), wanted))
                case Leaf():
                    branch = self._narrowed(branch, condition, wanted)
                    if not branch.is_open:
                        return
                case _:
                    parts = [(part, wanted) for part in condition.parts]
                    if isinstance(condition, All) is wanted:
                        waiting += parts
                    else:
                        choices.append(parts)
        if waiting or not choices:
            yield branch
            return
        *others, ways = choices
        for way in ways:
            yield from self._open(branch, [way], list(others))

    def _narrowed(self, branch: _Branch, leaf: Leaf, wanted: bool) -> _Branch:
        some, never = branch.some, branch.never
        if leaf.operator not in _OF_TEXTS:
            cells = self._cells(leaf) if wanted else ~self._cells(leaf)
        else:
            words = frozenset(_words(leaf))
            self._left -= len(words) // _WORDS_A_STEP
            if not wanted:
                return _Branch(branch.cells, some, never | words)
            cells, some = _PRESENT, (*some, words)
        left = branch.cells.get(leaf.fact, self._facts[leaf.fact].all) & cells
        return _Branch({**branch.cells, leaf.fact: left}, some, never)

    def _cells(self, leaf: Leaf) -> int:
        if id(leaf) not in self._known:
            self._known[id(leaf)] = self._facts[leaf.fact].of(leaf)
        return self._known[id(leaf)]


class _Cells:
    """The cells of a fact, from the lowest bit: absent, below the first value, the first value, above it, and so on."""

    def __init__(self, fact: Fact, named: Iterable[Scalar]) -> None:
        points = {False, True} if fact.type is FactType.BOOL else {*named, *(fact.allowed or ())}
        self._points: list[Scalar] = [] if fact.type is FactType.TEXT else sorted(points)
        gaps = (2 * place + 1 for place, can_be in enumerate(_gaps(fact, self._points)) if can_be)
        self.all = _bits((0, *gaps, *(2 * place + 2 for place, point in enumerate(self._points) if fact.can_be(point))))

    def of(self, leaf: Leaf) -> int:
        """The cells of which a comparison holds."""
        if leaf.operator == "missing":
            return _ABSENT
        return self._compared(leaf) & self.all & ~_ABSENT

    def _compared(self, leaf: Leaf) -> int:
        """Of a single bit, ``-bit`` is that and all above it, ``bit - 1`` all below it."""
        places = [2 * bisect_left(self._points, value) + 2 for value in values_of(leaf.value)]
        match leaf.operator:
            case "equals" | "in":
                return _bits(places)
            case "not_equals" | "not_in":
                return ~_bits(places)
            case "less":
                return (1 << places[0]) - 1
            case "at_most":
                return (2 << places[0]) - 1
            case "more":
                return -(2 << places[0])
            case "at_least":
                return -(1 << places[0])
            case "between":
                return -(1 << places[0]) & ((2 << places[1]) - 1)
            case _:
                return -1


def _gaps(fact: Fact, points: Sequence[Scalar]) -> Iterator[bool]:
    """Whether the fact can be something else below the first point, between each two, and above the last."""
    if fact.type is not FactType.NUMBER:
        yield from (False for _ in points)
        yield fact.allowed is None and fact.type is not FactType.BOOL
        return
    least, most = -inf if fact.least is None else fact.least, inf if fact.most is None else fact.most
    for low, high in pairwise((-inf, *map(float, points), inf)):
        if fact.whole:
            first, last = low if isinf(low) else floor(low) + 1, high if isinf(high) else ceil(high) - 1
            yield max(first, least) <= min(last, most)
        else:
            yield max(low, least) < min(high, most)


def _bits(places: Sequence[int]) -> int:
    """The number with these bits; to add one after the other to a long number would take long."""
    array = bytearray(max(places) // 8 + 1)
    for place in places:
        array[place // 8] |= 1 << place % 8
    return int.from_bytes(array, "little")


def _by_word(leaf: Leaf) -> All:
    return All(tuple(Leaf(leaf.fact, "contains_any", (word,)) for word in values_of(leaf.value)))


def _words(leaf: Leaf) -> Iterator[tuple[str, str, str]]:
    """What is looked for in a text; the case of letters means something in patterns only."""
    for word in map(str, values_of(leaf.value)):
        if leaf.operator == "matches":
            yield leaf.fact, "matches", word
        else:
            yield leaf.fact, "contains", word.casefold()
