"""A rule set's decision about one item.

durable-rules says which rules fire; what they say together is merged here by position: the first rule that sets a
value wins and the losers are noted, what adds accumulates without repetition. When the engine fails, the reference
evaluator decides the same.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TypeVar

from voxloop.domain.decision import Decision, Explanation, Nearest, Open, Overruled, Route, Tell
from voxloop.domain.rules import AddTag, HoldForReview, MarkSpam, Rule, RuleSet, SetPriority, SetType
from voxloop.rules.engine import Engine
from voxloop.rules.evaluator import Facts, fired, nearest_miss
from voxloop.rules.vocabulary import FACTS, FactType

_log = logging.getLogger(__name__)
_Value = TypeVar("_Value")

DURABLE_RULES = "durable-rules"
REFERENCE = "reference"


class Decider:
    """Keeps one loaded engine per published version. Safe for threads.

    ``capacity`` is generous, since the engine leaks about 100 kB for each set that is dropped; ``load`` makes one.
    """

    def __init__(self, capacity: int = 64, load: Callable[[RuleSet], Engine] = Engine) -> None:
        self._capacity = capacity
        self._load = load
        self._engines: OrderedDict[str, Engine | None] = OrderedDict()
        self._lock = Lock()

    def decide(self, version_id: str, rule_set: RuleSet, facts: Facts) -> Decision:
        """The decision of ``rule_set``, which must always be the same for one ``version_id``."""
        keys, engine = self._fired(version_id, rule_set, facts)
        return merge(rule_set, keys, facts, nearest_miss(rule_set, facts), engine)

    def _fired(self, version_id: str, rule_set: RuleSet, facts: Facts) -> tuple[list[str], str]:
        try:
            engine = self._engine(version_id, rule_set)
            if engine is not None:
                return engine.fired(facts), DURABLE_RULES
        except Exception:
            # An engine that failed once may hold on to the fact, so this version stays with the reference.
            _log.exception(
                "rule set version %s: the engine failed, the reference evaluator decides from now on", version_id
            )
            self._keep(version_id, None)
        return fired(rule_set, facts), REFERENCE

    def _engine(self, version_id: str, rule_set: RuleSet) -> Engine | None:
        with self._lock:
            if version_id in self._engines:
                self._engines.move_to_end(version_id)
                return self._engines[version_id]
        return self._keep(version_id, self._load(rule_set))

    def _keep(self, version_id: str, engine: Engine | None) -> Engine | None:
        with self._lock:
            self._engines[version_id] = engine
            self._engines.move_to_end(version_id)
            while len(self._engines) > self._capacity:
                self._engines.popitem(last=False)
        return engine


def merge(rule_set: RuleSet, keys: Iterable[str], facts: Facts, nearest: Nearest | None, engine: str) -> Decision:
    """What the fired rules say together. A loser is listed only when it wanted another value than the winner."""
    chosen = set(keys)
    rules = [rule for rule in rule_set.rules if rule.key in chosen]
    winners: dict[str, tuple[str, str]] = {}
    overruled: list[Overruled] = []
    for rule in rules:
        for action, value in _settings(rule):
            winner, won = winners.setdefault(action, (rule.key, value))
            if won != value:
                overruled.append(Overruled(rule.key, action, value, winner))
    values = {action: value for action, (_, value) in winners.items()}
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
        explanation=Explanation(_shown(facts), tuple(rule.key for rule in rules), tuple(overruled), nearest, engine),
    )


def _settings(rule: Rule) -> Iterable[tuple[str, str]]:
    for action in rule.then:
        match action:
            case SetType(value):
                yield "set_type", value
            case SetPriority(value):
                yield "set_priority", value
            case Route():
                parts = {"process": action.process, "team": action.team, "member": action.member}
                yield from ((f"route.{part}", key) for part, key in parts.items() if key is not None)


def _distinct(values: Iterable[_Value]) -> tuple[_Value, ...]:
    kept: list[_Value] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return tuple(kept)


def _shown(facts: Facts) -> dict[str, object]:
    texts = {name for name, fact in FACTS.items() if fact.type is FactType.TEXT}
    return {name: value for name, value in facts.items() if value is not None and name not in texts}
