"""A rule set for the package business-rules, with operators of our own that can be asked of an absent fact."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from business_rules import run_all
from business_rules.actions import BaseActions, rule_action
from business_rules.fields import FIELD_TEXT
from business_rules.operators import BaseType, type_operator
from business_rules.variables import BaseVariables, rule_variable

from voxloop.benchmarks.rule_sets import FLAGS, KEYWORDS, NUMBERS, TEXT
from voxloop.domain.rules import All, AnyOf, Condition, Leaf, Not, RuleSet
from voxloop.rules.evaluator import Facts

_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda fact, value: fact == value,
    "in": lambda fact, values: fact in values,
    "less": lambda fact, value: fact < value,
    "at_most": lambda fact, value: fact <= value,
    "more": lambda fact, value: fact > value,
    "at_least": lambda fact, value: fact >= value,
    "contains_any": lambda fact, words: any(word in fact for word in words),
    "matches": lambda fact, pattern: re.search(pattern, fact, re.IGNORECASE) is not None,
}


class BusinessRules:
    """The rules as its documents, and the classes that it wants."""

    def __init__(self, rule_set: RuleSet) -> None:
        self._rules = [
            {"conditions": _document(rule.when, True), "actions": [{"name": "fire", "params": {"key": rule.key}}]}
            for rule in rule_set.rules
        ]

    def fired(self, facts: Facts) -> list[str]:
        """Keys of the rules that fire."""
        actions = _Actions()
        run_all(self._rules, _Variables(facts), actions)
        return actions.keys


class _Actions(BaseActions):  # type: ignore[misc]
    def __init__(self) -> None:
        self.keys: list[str] = []

    @rule_action(params={"key": FIELD_TEXT})  # type: ignore[untyped-decorator]
    def fire(self, key: str) -> None:
        self.keys.append(key)


class _Given(BaseType):  # type: ignore[misc]
    name = "given"

    def _assert_valid_value_and_cast(self, value: object) -> object:
        return value


def _operator(test: Callable[[Any, Any], bool], wanted: bool) -> Callable[[Any, Any], bool]:
    @type_operator(FIELD_TEXT, assert_type_for_arguments=False)  # type: ignore[untyped-decorator]
    def ask(self: Any, value: object) -> bool:
        return (self.value is not None and test(self.value, value)) is wanted

    return ask  # type: ignore[no-any-return]


for _name, _test in _TESTS.items():
    setattr(_Given, _name, _operator(_test, True))
    setattr(_Given, f"not_{_name}", _operator(_test, False))


class _Variables(BaseVariables):  # type: ignore[misc]
    def __init__(self, facts: Facts) -> None:
        self.facts = facts


def _variable(fact: str) -> Callable[[_Variables], object]:
    @rule_variable(_Given, label=fact)  # type: ignore[untyped-decorator]
    def value(self: _Variables) -> object:
        return self.facts.get(fact)

    return value  # type: ignore[no-any-return]


for _fact in (TEXT, *NUMBERS, *KEYWORDS, *FLAGS):
    setattr(_Variables, _fact, _variable(_fact))


def _document(condition: Condition, wanted: bool) -> dict[str, object]:
    match condition:
        case Not(part):
            return _document(part, not wanted)
        case Leaf(fact, operator, value):
            return {"name": fact, "operator": operator if wanted else f"not_{operator}", "value": value}
        case All(parts) | AnyOf(parts):
            every = isinstance(condition, All) is wanted
            return {"all" if every else "any": [_document(part, wanted) for part in parts]}
