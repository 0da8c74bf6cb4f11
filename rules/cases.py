"""Golden cases: facts that an author gives with her rules, and what the rules must decide of them.

A set whose cases fail is not published. They are decided by the reference evaluator, which may take long for a set that
was made to be slow.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from voxloop.domain.decision import Decision
from voxloop.domain.problems import Problem
from voxloop.domain.rules import RuleSet
from voxloop.rules.condition_checker import fact_problems
from voxloop.rules.decide import REFERENCE, made_up, merge
from voxloop.rules.evaluator import fired


def case_problems(rule_set: RuleSet) -> Iterator[Problem]:
    """Facts of cases that no item can have."""
    for number, case in enumerate(rule_set.cases):
        yield from fact_problems(case.facts, f"cases[{number}].facts")


def failing_cases(rule_set: RuleSet) -> list[Problem]:
    """Everything that is decided otherwise than the cases expect, by its path in the document."""
    return [problem for number in range(len(rule_set.cases)) for problem in _differences(rule_set, number)]


def _differences(rule_set: RuleSet, number: int) -> Iterator[Problem]:
    case = rule_set.cases[number]
    facts = made_up(rule_set, case.facts)
    decision = merge(rule_set, fired(rule_set, facts), facts, None, REFERENCE)
    for part, expected in case.expect.items():
        decided = DECIDED[part](decision)
        if decided != (expected if part == "fired" or not isinstance(expected, tuple) else _any_order(expected)):
            params = {"title": case.title, "expected": _shown(expected), "decided": _shown(decided)}
            yield Problem(f"cases[{number}].expect.{part}", "rule.case_differs", params)


def _any_order(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words)))


def _shown(value: object) -> str:
    """The value as an author would write it; a dash for nothing."""
    if isinstance(value, tuple):
        return ", ".join(value) or "–"
    return "–" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


# What ``voxloop.domain.case_reader.EXPECTED`` is compared with.
DECIDED: Mapping[str, Callable[[Decision], object]] = {
    "fired": lambda decision: decision.explanation.fired,
    "type": lambda decision: decision.type,
    "priority": lambda decision: decision.priority,
    "process": lambda decision: decision.route.process,
    "team": lambda decision: decision.route.team,
    "member": lambda decision: decision.route.member,
    "tags": lambda decision: _any_order(decision.tags),
    "told": lambda decision: _any_order(tell.recipient for tell in decision.tells if not tell.copy),
    "copied": lambda decision: _any_order(tell.recipient for tell in decision.tells if tell.copy),
    "opened": lambda decision: _any_order(f"{opened.system}/{opened.template}" for opened in decision.opens),
    "points": lambda decision: sum(reward.points for _, reward in decision.rewards),
    "hold": lambda decision: decision.hold,
    "spam": lambda decision: decision.spam,
}
