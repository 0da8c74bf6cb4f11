"""From an item's facts to what each group of rules is told about it: flat JSON of small integers.

What is costly to answer (patterns, alternatives of alternatives) is answered by the reference, and only where a rule
can still hold by the rest of what its group is told.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from voxloop.domain.rules import Condition, Leaf
from voxloop.rules.compiler import Compiled
from voxloop.rules.evaluator import Facts, holds
from voxloop.rules.groups import Group, Node, fields_of
from voxloop.rules.mentions import Mentions
from voxloop.rules.names import ALWAYS, HIT
from voxloop.rules.patterns import compiled, searched
from voxloop.rules.readings import Reader, Reading, written

_A_HIT = f'"{HIT}'
_CLOSING = '"id":"f"}'

# What is told when a condition holds, what must be told besides for the rule to hold, and whether the condition does.
_Late = tuple[str, str, Callable[[Facts], bool]]


class Encoder:
    """Tells the groups of a compiled rule set. Not for two threads at once."""

    def __init__(self, compiled: Compiled) -> None:
        fields = [group.fields for group in compiled.groups]
        readers = {fact: Reader(asked, fields) for fact, asked in compiled.asked.items()}
        self._readers = [(fact, reader.ways, reader.strange) for fact, reader in readers.items()]
        self._mentions = [(fact, Mentions(leaves)) for fact, leaves in compiled.mentions.items()]
        self._openings = ["{" + (written(ALWAYS, 1) if ALWAYS in names else "") for names in fields]
        self._hits, self._misses = _read(compiled.hits, fields), _read(compiled.misses, fields)
        self._all_missed = self._missed(())
        self._late = [_late(group, compiled.late) for group in compiled.groups]
        self._hits_only = [group.hits_only for group in compiled.groups]

    def told(self, facts: Facts) -> Iterator[tuple[int, str]]:
        """Numbers of the groups of which a rule may hold, each with its fact, whose id is "f"."""
        readings: list[Reading] = [self._openings]
        for fact, ways, strange in self._readers:
            value = facts.get(fact)
            readings.append(ways.get(type(value), strange)(value))
        readings.append(self._mentioned(facts))
        for number, texts in enumerate(zip(*readings, strict=True)):
            told = "".join(texts)
            for text, beside, late in self._late[number]:
                if beside in told and text not in told and late(facts):
                    told += text
            if _A_HIT in told or not self._hits_only[number]:
                yield number, told + _CLOSING

    def _mentioned(self, facts: Facts) -> Reading:
        yes: set[int] = set()
        for fact, mentions in self._mentions:
            yes.update(mentions.of(facts.get(fact)))
        told = self._all_missed.copy() if self._misses.keys().isdisjoint(yes) else self._missed(yes)
        for question in yes:
            for number, text in self._hits.get(question, ()):
                told[number] += text
        return told

    def _missed(self, yes: Collection[int]) -> list[str]:
        told = [""] * len(self._openings)
        for question, readers in self._misses.items():
            if question not in yes:
                for number, text in readers:
                    told[number] += text
        return told


def _late(group: Group, late: Mapping[str, tuple[Condition, bool]]) -> list[_Late]:
    return [
        (written(name, 1), _beside(node, late), _asking(*late[name]))
        for node in group.conditions.values()
        for name in sorted(set(fields_of(node)) & late.keys())
    ]


def _asking(condition: Condition, wanted: bool) -> Callable[[Facts], bool]:
    if not isinstance(condition, Leaf) or condition.operator != "matches":
        return lambda facts: holds(condition, facts) is wanted
    fact, pattern = condition.fact, compiled(str(condition.value))
    assert pattern is not None

    def ask(facts: Facts) -> bool:
        text = facts.get(fact)
        return (isinstance(text, str) and pattern.occurs(searched(text))) is wanted

    return ask


def _beside(node: Node, late: Collection[str]) -> str:
    """Something that must be told besides for a rule to hold, if any can be seen at once."""
    fields = [field for part in node.get("$and", ()) for field in part.items()]
    return next((written(name, value) for name, value in fields if isinstance(value, int) and name not in late), "")


def _read(questions: Mapping[str, int], groups: list[frozenset[str]]) -> Mapping[int, list[tuple[int, str]]]:
    """Where the answer to each question is read, with what is told there."""
    read: dict[int, list[tuple[int, str]]] = {}
    for number, fields in enumerate(groups):
        for name in fields & questions.keys():
            read.setdefault(questions[name], []).append((number, written(name, 1)))
    return read
