"""durable-rules, driven only in the way that was measured to be right; the only home of the library.

One fact with a constant id is asserted, the rules that match are drained, and the fact is retracted whatever
happens, all under one lock: nothing stays behind after an item. No threads, no timers, no state of the engine's is
ever touched. The library's own loop would also run callbacks and write its state back; draining needs neither, so
``_drain`` only reads the names.
"""

import json
import weakref
from collections.abc import Mapping
from threading import Lock
from typing import Any

from durable import engine as durable

from voxloop.domain.rules import RuleSet
from voxloop.rules.compiler import Compiled, Node, compile_rule_set
from voxloop.rules.evaluator import Facts

_native = durable.durable_rules_engine
_NOT_MATCHED = 1


class _QuietHost(durable.Host):  # type: ignore[misc]
    """A host that starts no threads: the stock one walks the states every 0.2 s and can crash the process."""

    def _run(self) -> None:
        return


class EngineSet:
    """One engine set: conditions by place; ``matching`` says which hold. Its memory is freed with the object."""

    def __init__(self, conditions: Mapping[int, Node]) -> None:
        definition = {
            f"r{place}": {"all": [{"m": node}], "run": lambda closure: None} for place, node in conditions.items()
        }
        self._set = durable.Ruleset("rules", _QuietHost(), definition)
        weakref.finalize(self, _native.delete_ruleset, self._set._handle).atexit = False

    def matching(self, flat: Mapping[str, int]) -> set[int]:
        """Places of the conditions that hold for a flat fact. Not for two threads at once."""
        fact = json.dumps({"id": "f", **flat})
        try:
            code, state = _native.assert_fact(self._set._handle, fact)
            return set() if code == _NOT_MATCHED else {int(name[1:]) for name in self._drain(state)}
        finally:
            _native.retract_fact(self._set._handle, fact)

    def _drain(self, state: Any) -> list[str]:
        started = _native.start_action_for_state(self._set._handle, state)
        message = started[1] if started else None
        names: list[str] = []
        while message:
            names += json.loads(message)
            message = _native.complete_and_start_action(self._set._handle, state)
        return names


class Engine:
    """A rule set loaded into durable-rules. Safe for threads; the same facts always give the same answer."""

    def __init__(self, rule_set: RuleSet) -> None:
        self._rules = rule_set.rules
        self._compiled: Compiled = compile_rule_set(rule_set)
        self._sets = [(EngineSet(group.conditions), group.fields) for group in self._compiled.groups]
        self._lock = Lock()

    def fired(self, facts: Facts) -> list[str]:
        """Keys of the rules that fire, in order, up to and with the first that stops."""
        flat = self._compiled.encode(facts)
        places: set[int] = set()
        with self._lock:
            for engine_set, fields in self._sets:
                places |= engine_set.matching({name: flat[name] for name in fields if name in flat})
        rules = [self._rules[place] for place in sorted(places)]
        last = next((number for number, rule in enumerate(rules) if rule.stop), len(rules))
        return [rule.key for rule in rules[: last + 1]]
