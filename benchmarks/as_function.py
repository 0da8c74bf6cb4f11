"""A rule set as one Python function, compiled from generated source: about as fast as plain Python can be.

It means what the reference evaluator means, absent facts and kinds included, and finds the words of all rules in one
pass, as the engine does. It is the limit that the engine is measured by: it explains nothing.
"""

from collections.abc import Callable
from typing import Any

from voxloop.domain.rules import All, AnyOf, Condition, Leaf, Not, RuleSet
from voxloop.rules.evaluator import Facts, leaf_holds
from voxloop.rules.mentions import Mentions
from voxloop.rules.patterns import compiled, searched

_SIGNS = {"less": "<", "at_most": "<=", "more": ">", "at_least": ">="}


def as_function(rule_set: RuleSet) -> Callable[[Facts], list[str]]:
    """The function that gives the keys of the rules that fire, of a set in which no rule stops."""
    source = _Source()
    rules = [f" if {source.written(rule.when)}: fired.append({rule.key!r})" for rule in rule_set.rules]
    lines = ["def decide(facts):", " get = facts.get", *source.opening(), " fired = []", *rules, " return fired"]
    given = source.given
    exec("\n".join(lines), given)
    decide: Callable[[Facts], list[str]] = given["decide"]
    return decide


class _Source:
    def __init__(self) -> None:
        self.given: dict[str, Any] = {"leaf_holds": leaf_holds, "searched": searched}
        self._facts: dict[str, dict[str, str]] = {}
        self._words: dict[str, dict[int, Leaf]] = {}

    def opening(self) -> list[str]:
        """Lines that take the facts apart: of each a number or None, a text or None, and the words in it."""
        lines = []
        for fact, names in self._facts.items():
            lines.append(f" value = get({fact!r})")
            if "number" in names:
                lines.append(f" {names['number']} = value if type(value) in (int, float) and value == value else None")
            if "text" in names:
                lines.append(f" {names['text']} = value if type(value) is str else None")
            if "bytes" in names:
                lines.append(f" {names['bytes']} = searched(value) if type(value) is str else b''")
            if "words" in names:
                self.given[f"in_{names['words']}"] = Mentions(self._words[fact]).of
                lines.append(f" {names['words']} = set(in_{names['words']}(value))")
        return lines

    def written(self, condition: Condition) -> str:
        """The condition as a Python expression."""
        match condition:
            case Not(part):
                return f"(not {self.written(part)})"
            case All(parts):
                return f"({' and '.join(map(self.written, parts)) or 'True'})"
            case AnyOf(parts):
                return f"({' or '.join(map(self.written, parts)) or 'False'})"
            case Leaf(fact, operator, int() | float() as value) if operator in _SIGNS:
                number = self._name(fact, "number")
                return f"({number} is not None and {number} {_SIGNS[operator]} {value!r})"
            case Leaf(fact, "equals", str() as value):
                return f"{self._name(fact, 'text')} == {value!r}"
            case Leaf(fact, "in", (str(), *_) as values):
                return f"{self._name(fact, 'text')} in {{{', '.join(map(repr, values))}}}"
            case Leaf(fact, "contains_any"):
                words = self._words.setdefault(fact, {})
                words[len(words)] = condition
                return f"{len(words) - 1} in {self._name(fact, 'words')}"
            case Leaf(fact, "matches", str() as value):
                pattern = self._constant("pattern", getattr(compiled(value), "occurs", None))
                return f"{pattern}({self._name(fact, 'bytes')})"
        return f"leaf_holds({self._constant('leaf', condition)}, facts)"

    def _name(self, fact: str, kind: str) -> str:
        names = self._facts.setdefault(fact, {})
        return names.setdefault(kind, f"{kind}{len(self._facts)}")

    def _constant(self, kind: str, value: object) -> str:
        name = f"{kind}_{len(self.given)}"
        self.given[name] = value
        return name
