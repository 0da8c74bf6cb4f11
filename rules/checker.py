"""Whether a rule set that can be read makes sense: asks only what can be asked, and refers only to what exists.

Publishing asks this. Every problem has the path of the place in the document and a sentence in both languages; a
warning forbids nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from voxloop.domain.decision import RECIPIENT_KINDS, WAYS, Open, Reward, Route, Tell
from voxloop.domain.problems import InvalidDocument, Known, Problem, is_sound
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import INTAKE, SETTINGS, Action, HoldForReview, Occasion, Rule, RuleSet, effects, leaves
from voxloop.domain.templates import COPY, NOTICE
from voxloop.rules.cases import case_problems
from voxloop.rules.chains import chain_problems
from voxloop.rules.condition_checker import check_condition, placed_leaves
from voxloop.rules.patterns import MOST_STEPS, steps
from voxloop.rules.relations import relation_problems
from voxloop.rules.vocabulary import AT_FIRST

_ONCE = (*SETTINGS, "reward")


def check_rule_set(body: Mapping[str, Any], known: Known) -> list[Problem]:
    """Everything that is wrong with a rule set document; what cannot be read hides the rest."""
    try:
        rule_set = read_rule_set(body)
    except InvalidDocument as invalid:
        return list(invalid.problems)
    problems = [*_key_problems(rule_set), *_untimely(rule_set)]
    sound = {}
    for place, rule in enumerate(rule_set.rules):
        path = f"rules[{place}]"
        found = check_condition(rule.when, f"{path}.when")
        if is_sound(found):
            sound[path] = rule
        problems += found
        problems += _then_problems(f"{path}.then", rule, body["rules"][place]["then"], known)
    problems += _pattern_problems(rule_set)
    return [*problems, *relation_problems(sound), *chain_problems(sound), *case_problems(rule_set)]


def _key_problems(rule_set: RuleSet) -> Iterator[Problem]:
    keys: set[str] = set()
    for place, rule in enumerate(rule_set.rules):
        if rule.key in keys:
            yield Problem(f"rules[{place}].key", "rule.duplicate", {"rule": rule.key})
        keys.add(rule.key)


def _pattern_problems(rule_set: RuleSet) -> Iterator[Problem]:
    """Each alone is harmless; together they could keep an item waiting."""
    asked = (leaf for rule in rule_set.rules for leaf in leaves(rule.when) if leaf.operator == "matches")
    count = steps(leaf.value for leaf in asked if isinstance(leaf.value, str))
    if count > MOST_STEPS:
        yield Problem("rules", "rule.patterns_too_costly", {"limit": f"{MOST_STEPS:,}", "count": f"{count:,}"})


def _untimely(rule_set: RuleSet) -> Iterator[Problem]:
    """What is asked before it can differ, and what is wanted when it can no longer be."""
    if rule_set.key == INTAKE and rule_set.on != Occasion.RECEIVED:
        yield Problem("on", "rule.intake_is_first", {"set": INTAKE})
    for place, rule in enumerate(rule_set.rules):
        if rule_set.on == Occasion.RECEIVED:
            yield from _too_early(f"rules[{place}].when", rule)
        else:
            yield from _too_late(f"rules[{place}].then", rule)


def _too_early(path: str, rule: Rule) -> Iterator[Problem]:
    for place, leaf in placed_leaves(rule.when, path):
        if leaf.fact in AT_FIRST:
            yield Problem(f"{place}.fact", "rule.too_early", {"fact": leaf.fact}, warning=True)


def _too_late(path: str, rule: Rule) -> Iterator[Problem]:
    for number, action in enumerate(rule.then):
        if isinstance(action, Route | HoldForReview):
            yield Problem(f"{path}[{number}]", "rule.too_late", {"rule": rule.key}, warning=True)


def _then_problems(path: str, rule: Rule, written: Iterable[Mapping[str, Any]], known: Known) -> Iterator[Problem]:
    if not rule.then and not rule.stop:
        yield Problem(path, "rule.idle", {"rule": rule.key})
    done: set[str] = set()
    for number, (action, [word]) in enumerate(zip(rule.then, written, strict=True)):
        place = f"{path}[{number}].{word}"
        yield from _action_problems(place, action, known)
        does = {name if name in _ONCE else f"{name} {value}" for name, value in effects(action)}
        if done & does:
            yield Problem(place, "rule.twice", {"rule": rule.key})
        done |= does


def _action_problems(path: str, action: Action, known: Known) -> Iterator[Problem]:
    match action:
        case Route(process, team, member):
            yield from _unknown(path, "process", process, known.processes)
            yield from _unknown(path, "team", team, known.teams)
            yield from _unknown(path, "member", member, known.members)
        case Tell(to, via, copy):
            yield from _unknown(path, "template", COPY if copy else NOTICE, known.templates)
            if not isinstance(to, str):
                for noun, keys in zip(RECIPIENT_KINDS, (known.roles, known.teams, known.members), strict=True):
                    yield from _unknown(f"{path}.to", noun, to.get(noun), keys)
            for way in via:
                if way not in WAYS:
                    params = {"value": way, "known": ", ".join(WAYS)}
                    yield Problem(f"{path}.via", "rule.unknown_way", params, warning=True)
        case Open(system, template):
            yield from _unknown(path, "system", system, known.systems)
            yield from _unknown(path, "template", template, known.templates)
        case Reward(template=template):
            yield from _unknown(path, "template", template, known.templates)


def _unknown(path: str, noun: str, key: str | None, known: Iterable[str]) -> Iterator[Problem]:
    if key is not None and key not in known:
        params = {"value": key, "known": ", ".join(sorted(known))}
        yield Problem(f"{path}.{noun}", f"rule.unknown_{noun}", params)
