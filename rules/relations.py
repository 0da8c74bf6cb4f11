"""What the rules of one set do to each other: which never fire or are never looked at, which have no effect, which say
the same.

A rule is compared with each earlier one that stops, or does something that it does too, and that fires for a few items
for which the rule fires. All comparisons of a set together take at most ``MAX_STEPS`` steps of the search, which keeps
the largest sets below five seconds; what is not compared then counts as fine.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from voxloop.domain.decision import Reward
from voxloop.domain.problems import Problem, is_sound
from voxloop.domain.rules import Rule, effects, mark
from voxloop.rules.possible import Example, Search

MAX_STEPS = 500_000


def relation_problems(rules: Mapping[str, Rule]) -> Iterator[Problem]:
    """What is wrong with rules beside each other, by the path at which each stands; their conditions must be right."""
    search = Search((rule.when for rule in rules.values()), MAX_STEPS)
    earlier: list[_Earlier] = []
    for path, rule in rules.items():
        problems = list(_beside(path, rule, earlier, search))
        yield from problems
        if is_sound(problems):
            earlier.append(_Earlier(rule, _done(rule), search.question(rule.when)))


@dataclass(frozen=True)
class _Earlier:
    """A rule that was looked at, what it does, and whether it fires for an item."""

    rule: Rule
    done: frozenset[str]
    fires: Callable[[Example], bool]


def _beside(path: str, rule: Rule, earlier: Iterable[_Earlier], search: Search) -> Iterator[Problem]:
    examples, done = search.examples(rule.when), _done(rule)
    if not examples:
        yield Problem(f"{path}.when", "rule.never", {"rule": rule.key})
        return
    seen_to: dict[str, str] = {}
    for other in () if search.is_spent else earlier:
        compared = (other.rule.stop or not done.isdisjoint(other.done)) and all(map(other.fires, examples))
        if compared and search.implies(rule.when, other.rule.when):
            if other.rule.stop:
                yield Problem(path, "rule.unreachable", {"rule": rule.key, "by": other.rule.key})
                return
            if (rule.when, rule.then, rule.stop) == (other.rule.when, other.rule.then, other.rule.stop):
                yield Problem(path, "rule.duplicate_rule", {"rule": rule.key, "by": other.rule.key}, warning=True)
                return
            seen_to = dict.fromkeys(other.done, other.rule.key) | seen_to
    yield from _overshadowed(path, rule, seen_to)


def _overshadowed(path: str, rule: Rule, seen_to: Mapping[str, str]) -> Iterator[Problem]:
    for number, action in enumerate(rule.then):
        by = [seen_to.get(mark(*effect)) for effect in effects(action)]
        # Every rule gives its own reward.
        if not isinstance(action, Reward) and None not in by:
            params = {"rule": rule.key, "by": ", ".join(dict.fromkeys(filter(None, by)))}
            yield Problem(f"{path}.then[{number}]", "rule.overshadowed", params, warning=True)


def _done(rule: Rule) -> frozenset[str]:
    return frozenset(mark(*effect) for action in rule.then for effect in effects(action))
