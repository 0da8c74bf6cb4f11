"""A rule as one sentence, so that whoever reads it need not know how rules are written.

A draft may be read before it is checked: what the checker would not let through stands there as it was written.
"""

from collections.abc import Mapping

from voxloop.domain.decision import Open, Reward, Route, Tell
from voxloop.domain.rules import (
    Action,
    AddTag,
    All,
    AnyOf,
    Condition,
    HoldForReview,
    Leaf,
    MarkSpam,
    Not,
    Rule,
    Scalar,
    SetPriority,
    SetType,
)
from voxloop.domain.texts import label, say, texts
from voxloop.rules.evaluator import values_of
from voxloop.rules.vocabulary import FACTS


def sentence(rule: Rule, language: str) -> str:
    """The whole rule in ``language``: when it fires, what it does, and whether later rules are still looked at."""
    actions = [action_sentence(action, language) for action in rule.then]
    then = say(language, "rule.also").join(actions) or say(language, "rule.nothing")
    if isinstance(rule.when, All) and not rule.when.parts:
        text = say(language, "rule.always", then=then)
    else:
        text = say(language, "rule.when", when=condition_sentence(rule.when, language), then=then)
    return text + say(language, "rule.stop" if rule.stop else "rule.end")


def condition_sentence(condition: Condition, language: str) -> str:
    """The condition as a clause, as an explanation or an editor shows it."""
    match condition:
        case Leaf():
            return _leaf(language, condition)
        case Not(part):
            return say(language, "rule.not", part=condition_sentence(part, language))
        case All(parts):
            joint, empty = "rule.and", "rule.true"
        case AnyOf(parts):
            joint, empty = "rule.or", "rule.false"
    clauses = [_inner(language, part) for part in parts]
    return say(language, joint).join(clauses) or say(language, empty)


def _inner(language: str, part: Condition) -> str:
    clause = condition_sentence(part, language)
    grouped = isinstance(part, All | AnyOf) and len(part.parts) > 1
    return say(language, "rule.group", part=clause) if grouped else clause


def _leaf(language: str, leaf: Leaf) -> str:
    values = [value_label(language, leaf.fact, value) for value in values_of(leaf.value)]
    fact = texts(language).get(f"fact.{leaf.fact}", leaf.fact)
    clause = f"operator_clause.{leaf.operator}"
    if leaf.operator == "between" and len(values) == 2:
        return say(language, clause, fact=fact, low=values[0], high=values[1])
    if leaf.operator == "between" or clause not in texts(language):
        return " ".join((fact, leaf.operator, _list(language, values)))
    return say(language, clause, fact=fact, value=_list(language, values))


def action_sentence(action: Action, language: str) -> str:
    """What an action does, as a clause."""
    match action:
        case SetType(value):
            return say(language, "rule.set_type", value=value_label(language, "type", value))
        case SetPriority(value):
            return say(language, "rule.set_priority", value=value_label(language, "priority", value))
        case AddTag(value):
            return say(language, "rule.add_tag", value=value)
        case Route():
            parts = {"process": action.process, "team": action.team, "member": action.member}
            named = [say(language, f"rule.{part}", name=key) for part, key in parts.items() if key is not None]
            return say(language, "rule.route", to=_list(language, named))
        case Tell(to, via, copy):
            text = say(language, "rule.cc" if copy else "rule.tell", to=_recipient(language, to))
            ways = [str(label(language, "way", way)) for way in via]
            return text + say(language, "rule.via", ways=_list(language, ways)) if ways else text
        case Open(system, template):
            return say(language, "rule.open", system=system, template=template)
        case Reward(points, template):
            text = say(language, "rule.reward", points=points)
            return text + say(language, "rule.announced", template=template) if template else text
        case HoldForReview():
            return say(language, "rule.hold_for_review")
        case MarkSpam():
            return say(language, "rule.mark_spam")


def _recipient(language: str, to: Mapping[str, str] | str) -> str:
    if isinstance(to, str):
        return say(language, f"recipient.{to}")
    return _list(language, [say(language, f"rule.{kind}", name=key) for kind, key in to.items()])


def value_label(language: str, fact: str, value: Scalar) -> str:
    """The label of a value that has one, else as it is written."""
    if isinstance(value, bool):
        return say(language, "rule.yes" if value else "rule.no")
    named = fact in FACTS and value in (FACTS[fact].allowed or ())
    return texts(language).get(f"{fact}.{value}", str(value)) if named else str(value)


def _list(language: str, parts: list[str]) -> str:
    return say(language, "rule.comma").join(parts)
