"""Deciding by durable-rules, with the reference evaluator beside it: as the guard, and as the one that stands in.

Only a judge's process has one, for a C extension with a state of its own belongs where it can do no harm.
"""

import logging
from collections.abc import Callable
from zlib import crc32

from voxloop.domain.decision import Decision
from voxloop.domain.rules import RuleSet
from voxloop.rules.decide import REFERENCE, merge
from voxloop.rules.engine import Engine
from voxloop.rules.evaluator import Facts, fired, nearest_miss

_log = logging.getLogger(__name__)

DURABLE_RULES = "durable-rules"
SAMPLE = 100


class Decider:
    """Holds one loaded engine per version, for one thread. The same facts always get the same decision.

    One decision of a hundred is made by the reference too, chosen by its facts: a version for which both differ, or for
    which the engine fails, stays with the reference. ``make`` makes an engine.
    """

    def __init__(self, make: Callable[[RuleSet], Engine] = Engine) -> None:
        self._make = make
        self._held: dict[str, tuple[RuleSet, Engine | None]] = {}

    def load(self, version: str, rule_set: RuleSet) -> None:
        """Hold a rule set, which must always be the same for one ``version``."""
        try:
            engine = self._make(rule_set)
        except Exception:
            _log.exception("rule set version %s: the engine cannot load it, the reference decides", version)
            self._held[version] = (rule_set, None)
        else:
            self._held[version] = (rule_set, engine)

    def rule_set(self, version: str) -> RuleSet:
        """The rule set that is held under this name."""
        return self._held[version][0]

    def decide(self, version: str, facts: Facts, explain: bool = True) -> Decision:
        """The decision of a version that is held; only when it is to ``explain`` itself, the nearest miss is found."""
        rule_set, _ = self._held[version]
        keys, engine = self._fired(version, facts)
        return merge(rule_set, keys, facts, nearest_miss(rule_set, facts) if explain else None, engine)

    def _fired(self, version: str, facts: Facts) -> tuple[list[str], str]:
        rule_set, engine = self._held[version]
        if engine is not None:
            try:
                keys = engine.fired(facts)
            except Exception:
                # An engine that failed once may hold on to the fact.
                _log.exception("rule set version %s: the engine failed, the reference decides from now on", version)
            else:
                if not _is_sample(facts) or keys == fired(rule_set, facts):
                    return keys, DURABLE_RULES
                _log.error("rule set version %s: both engines differ, the reference decides from now on", version)
            self._held[version] = (rule_set, None)
        return fired(rule_set, facts), REFERENCE


def _is_sample(facts: Facts) -> bool:
    """True for one of a hundred facts, for the same ones in every process."""
    return crc32(repr(sorted(facts.items())).encode("utf-8", "backslashreplace")) % SAMPLE == 0
