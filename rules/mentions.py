"""Which conditions hold because of the words in a text or list; the words of all are found in one pass."""

from collections.abc import Iterable, Mapping, Sequence

from voxloop.domain.rules import Leaf
from voxloop.rules.evaluator import kind_of, values_of
from voxloop.rules.keywords import Keywords
from voxloop.rules.readings import Known


class Mentions:
    """Conditions by number that ask one fact for words. Not for two threads at once."""

    def __init__(self, leaves: Mapping[int, Leaf]) -> None:
        self._words: dict[Known, int] = {}
        self._any: list[list[int]] = []
        self._all: list[tuple[int, frozenset[int]]] = []
        for number, leaf in leaves.items():
            words = [self._word((kind_of(value), value)) for value in values_of(leaf.value)]
            if leaf.operator == "contains_all":
                self._all.append((number, frozenset(words)))
            else:
                for word in words:
                    self._any[word].append(number)
        self._keywords = Keywords({word: text for (kind, text), word in self._words.items() if kind is str})

    def of(self, value: object) -> Sequence[int]:
        """Numbers of the conditions that hold, some of them perhaps twice."""
        if isinstance(value, str):
            return self._holding(self._keywords.found(value))
        if kind_of(value) is tuple:
            assert isinstance(value, Iterable)
            scalars = [(kind, item) for item in value if (kind := kind_of(item)) in (bool, float, str)]
            return self._holding([self._words[word] for word in scalars if word in self._words])
        return ()

    def _word(self, known: Known) -> int:
        if known not in self._words:
            self._words[known] = len(self._any)
            self._any.append([])
        return self._words[known]

    def _holding(self, words: list[int]) -> list[int]:
        numbers = [number for word in words for number in self._any[word]]
        if self._all and words:
            numbers += [number for number, wanted in self._all if wanted.issubset(words)]
        return numbers
