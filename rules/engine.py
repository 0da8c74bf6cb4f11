"""durable-rules, driven only in the way that was measured to be right; the only home of the library.

One fact with a constant id is asserted, the rules that match are drained, and the fact is retracted whatever
happens: nothing stays behind after an item. (A fact that matches nothing is not kept by the library in the first
place.) No threads, no timers, no state of the engine's is ever touched. The library's own loop would also run callbacks
and write its state back; draining needs neither, so ``_drain`` only reads the names.
"""

import weakref
from collections.abc import Mapping
from threading import Lock

from durable import engine as durable

from voxloop.domain.rules import RuleSet
from voxloop.rules.compiler import compile_rule_set
from voxloop.rules.encoder import Encoder
from voxloop.rules.evaluator import Facts
from voxloop.rules.groups import Node

_native = durable.durable_rules_engine
_NOT_MATCHED = 1
_RETRACTED = '{"id":"f"}'


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
        self._handle = self._set._handle
        weakref.finalize(self, _native.delete_ruleset, self._handle).atexit = False

    def matching(self, fact: str) -> list[int]:
        """Places of the conditions that hold for a flat fact with the id "f". Not for two threads at once."""
        kept = True
        try:
            code, state = _native.assert_fact(self._handle, fact)
            kept = code != _NOT_MATCHED
            return self._drain(state) if kept else []
        finally:
            if kept:
                _native.retract_fact(self._handle, _RETRACTED)

    def _drain(self, state: int) -> list[int]:
        started = _native.start_action_for_state(self._handle, state)
        message = started[1] if started else None
        places = []
        while message:
            # {"r12":{"m":{...}}}
            places.append(int(message[3 : message.index('"', 3)]))
            message = _native.complete_and_start_action(self._handle, state)
        return places


class Engine:
    """A rule set loaded into durable-rules. Safe for threads; the same facts always give the same answer."""

    def __init__(self, rule_set: RuleSet) -> None:
        compiled = compile_rule_set(rule_set)
        self._rules = rule_set.rules
        self._encoder = Encoder(compiled)
        self._sets = [EngineSet(group.conditions) for group in compiled.groups]
        self._lock = Lock()

    def fired(self, facts: Facts) -> list[str]:
        """Keys of the rules that fire, in order, up to and with the first that stops."""
        with self._lock:
            places = {
                place for number, fact in self._encoder.told(facts) for place in self._sets[number].matching(fact)
            }
        keys = []
        for place in sorted(places):
            keys.append(self._rules[place].key)
            if self._rules[place].stop:
                break
        return keys
