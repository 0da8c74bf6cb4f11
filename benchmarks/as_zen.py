"""A rule set in the expression language of zen-engine, in the two forms in which it is fastest.

Compiled expressions are faster than its decision tables and graphs. One for each rule converts the item again for each;
one for all rules, which gives a list, converts it once. Either compiles a pattern anew each time that it looks for it.
"""

import zen

from voxloop.domain.rules import All, AnyOf, Condition, Leaf, Not, RuleSet, Value

_SIGNS = {"less": "<", "at_most": "<=", "more": ">", "at_least": ">="}


class OneByOne:
    """One compiled expression for each rule."""

    def __init__(self, rule_set: RuleSet) -> None:
        self._rules = [(rule.key, zen.compile_expression(_written(rule.when))) for rule in rule_set.rules]

    def fired(self, facts: dict[str, object]) -> list[str]:
        """Keys of the rules that fire."""
        return [key for key, expression in self._rules if expression.evaluate(facts)]


class AllInOne:
    """One compiled expression for all rules, a list of whether each fires."""

    def __init__(self, rule_set: RuleSet) -> None:
        self._keys = [rule.key for rule in rule_set.rules]
        written = ", ".join(_written(rule.when) for rule in rule_set.rules)
        self._expression = zen.compile_expression(f"[{written}]")

    def fired(self, facts: dict[str, object]) -> list[str]:
        """Keys of the rules that fire."""
        return [key for key, fires in zip(self._keys, self._expression.evaluate(facts), strict=True) if fires]


def _written(condition: Condition) -> str:
    match condition:
        case All(parts):
            return f"({' and '.join(map(_written, parts))})"
        case AnyOf(parts):
            return f"({' or '.join(map(_written, parts))})"
        case Not(part):
            return f"(not {_written(part)})"
        case Leaf(fact, "equals", value):
            return f"({fact} == {_literal(value)})"
        case Leaf(fact, "in", tuple() as values):
            return f"({fact} in [{', '.join(map(_literal, values))}])"
        case Leaf(fact, "contains_any", tuple() as words):
            return f"({' or '.join(f'contains({fact}, {_literal(word)})' for word in words)})"
        case Leaf(fact, "matches", pattern):
            return f"matches({fact}, {_literal(pattern)})"
        case Leaf(fact, operator, value):
            return f"({fact} != null and {fact} {_SIGNS[operator]} {_literal(value)})"


def _literal(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, int) else f"'{value}'"
