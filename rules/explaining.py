"""Rules and decisions in lines that a person reads: what each rule says, which fired and why, what came close."""

from collections.abc import Iterator

from voxloop.domain.decision import Decision
from voxloop.domain.rule_reader import read_condition
from voxloop.domain.rules import Rule, RuleSet, effects, mark
from voxloop.domain.texts import say
from voxloop.rules.sentences import action_sentence, condition_sentence, sentence


def rule_lines(rule_set: RuleSet, language: str) -> Iterator[str]:
    """Every rule, numbered, with its title, as one sentence."""
    for number, rule in enumerate(rule_set.rules, 1):
        yield f"{number}. {_named(rule, language)}"
        yield f"   {sentence(rule, language)}"


def decision_lines(rule_set: RuleSet, decision: Decision, language: str) -> Iterator[str]:
    """The rules that fired with what each came to, and the one that came closest to firing."""
    why, rules = decision.explanation, {rule.key: rule for rule in rule_set.rules}
    positions = {key: number for number, key in enumerate(rules, 1)}
    for key in why.fired:
        yield f"{positions[key]}. {_named(rules[key], language)}"
        yield f"   {sentence(rules[key], language)}"
        yield from (f"   {line}" for line in _effect_lines(rules[key], decision, language))
    if not why.fired:
        yield say(language, "explained.nothing")
    if why.nearest is not None:
        condition = read_condition(why.nearest.failed, "")
        clause = "" if isinstance(condition, list) else condition_sentence(condition, language)
        named = f"{positions[why.nearest.rule]}. {_named(rules[why.nearest.rule], language)}"
        yield say(language, "explained.nearest", rule=named, clause=clause)


def _effect_lines(rule: Rule, decision: Decision, language: str) -> Iterator[str]:
    because = decision.explanation.because
    for action in rule.then:
        words = action_sentence(action, language)
        others = {because.get(mark(*effect), rule.key) for effect in effects(action)} - {rule.key}
        if others:
            yield say(language, "explained.lost", action=words, by=", ".join(sorted(others)))
        else:
            yield say(language, "explained.done", action=words)


def _named(rule: Rule, language: str) -> str:
    title = rule.title.get(language)
    return f"{title} ({rule.key})" if title else rule.key
