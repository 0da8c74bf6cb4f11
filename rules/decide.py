"""A rule set's decision about one item, made of the rules that fire, whichever engine says which those are.

They are merged by position: the first rule that sets a value wins and the losers are noted, what adds accumulates
without repetition.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from voxloop.domain.decision import Decision, Explanation, Nearest, Open, Overruled, Reward, Route, Tell
from voxloop.domain.rules import SETTINGS, AddTag, HoldForReview, MarkSpam, Occasion, Rule, RuleSet, effects, mark
from voxloop.rules.evaluator import Facts, fired, nearest_miss
from voxloop.rules.vocabulary import AT_FIRST, FACTS, FactType

_Value = TypeVar("_Value")

REFERENCE = "reference"


def by_reference(rule_set: RuleSet, facts: Facts) -> Decision:
    """The decision of the reference evaluator alone."""
    return merge(rule_set, fired(rule_set, facts), facts, nearest_miss(rule_set, facts), REFERENCE)


def made_up(rule_set: RuleSet, facts: Facts) -> Facts:
    """The facts of an item that somebody makes up for a set: where nothing is said, an item that has just come in is
    as each of them is.
    """
    return {**AT_FIRST, **facts} if rule_set.on == Occasion.RECEIVED else facts


def merge(rule_set: RuleSet, keys: Iterable[str], facts: Facts, nearest: Nearest | None, engine: str) -> Decision:
    """What the fired rules say together. A loser is listed only when it wanted another value than the winner."""
    chosen = set(keys)
    rules = [rule for rule in rule_set.rules if rule.key in chosen]
    values: dict[str, str] = {}
    because: dict[str, str] = {}
    overruled: list[Overruled] = []
    for rule in rules:
        for effect, value in _merged(rule):
            by = because.setdefault(mark(effect, value), rule.key)
            if effect in SETTINGS and values.setdefault(effect, value) != value:
                overruled.append(Overruled(rule.key, effect, value, by))
    actions = [action for rule in rules for action in rule.then]
    return Decision(
        type=values.get("set_type"),
        priority=values.get("set_priority"),
        route=Route(values.get("route.process"), values.get("route.team"), values.get("route.member")),
        tags=_distinct(action.value for action in actions if isinstance(action, AddTag)),
        tells=_distinct(action for action in actions if isinstance(action, Tell)),
        opens=_distinct(action for action in actions if isinstance(action, Open)),
        hold=any(isinstance(action, HoldForReview) for action in actions),
        spam=any(isinstance(action, MarkSpam) for action in actions),
        explanation=Explanation(
            facts=_shown(facts),
            fired=tuple(rule.key for rule in rules),
            overruled=tuple(overruled),
            nearest=nearest,
            engine=engine,
            because=because,
        ),
        rewards=tuple((rule.key, action) for rule in rules for action in rule.then if isinstance(action, Reward)),
    )


def _merged(rule: Rule) -> Iterator[tuple[str, str]]:
    """The effects of a rule but its rewards, of which each rule gives its own."""
    for action in rule.then:
        if not isinstance(action, Reward):
            yield from effects(action)


def _distinct(values: Iterable[_Value]) -> tuple[_Value, ...]:
    kept: list[_Value] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return tuple(kept)


def _shown(facts: Facts) -> dict[str, object]:
    texts = {name for name, fact in FACTS.items() if fact.type is FactType.TEXT}
    return {name: value for name, value in facts.items() if value is not None and name not in texts}
