"""What a decision comes to, what would differ if another had been made of the same facts, and by which rule."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voxloop.domain.decision import Decision
from voxloop.domain.feedback import Priority
from voxloop.domain.rules import SETTINGS, effects
from voxloop.domain.studies import Field

Value = str | int | bool | list[str] | None

# The actions from which a field comes, those first that say it most directly.
_SOURCES: Mapping[Field, tuple[tuple[str, ...], ...]] = {
    Field.TYPE: (("set_type",),),
    Field.PRIORITY: (("set_priority",),),
    Field.PROCESS: (("route.process",), ("set_type",)),
    Field.TEAM: (("mark_spam",), ("route.team",), ("route.process",), ("set_type",)),
    Field.MEMBER: (("mark_spam",), ("route.member",)),
    Field.TAGS: (("add_tag",),),
    Field.MESSAGES: (("tell", "cc"),),
    Field.LINKED_ITEMS: (("open",),),
    Field.REWARDS: (("mark_spam",), ("reward",)),
    Field.HOLD: (("hold_for_review",),),
    Field.SPAM: (("mark_spam",),),
}


@dataclass(frozen=True)
class Places:
    """Where items go of themselves: the process that handles a type, the team that gets the first task of a process."""

    processes: Mapping[str, str]
    teams: Mapping[str, str | None]


@dataclass(frozen=True)
class Outcome:
    """A decision, and what comes of it; of what is held, once a person has let it go on."""

    decision: Decision
    values: Mapping[Field, Value]


@dataclass(frozen=True)
class Effect:
    """What a fired rule wanted, like ``route.team`` and ``rd_bugfix``; ``by`` is the earlier rule that it lost to."""

    rule: str
    action: str
    value: str
    by: str | None = None


def outcome(decision: Decision, type_: str, places: Places) -> Outcome:
    """What comes of a decision about an item of that type. Spam gets no team and no reward."""
    process = decision.route.process or places.processes.get(decision.type or type_)
    spam = decision.spam
    values: dict[Field, Value] = {
        Field.TYPE: decision.type or type_,
        Field.PRIORITY: decision.priority or str(decision.explanation.facts.get("priority", Priority.NORMAL)),
        Field.PROCESS: process,
        Field.TEAM: None if spam else decision.route.team or places.teams.get(process or ""),
        Field.MEMBER: None if spam else decision.route.member,
        Field.TAGS: sorted(decision.tags),
        Field.MESSAGES: sorted(" ".join(effect) for told in decision.tells for effect in effects(told)),
        Field.LINKED_ITEMS: sorted(value for opened in decision.opens for _, value in effects(opened)),
        Field.REWARDS: 0 if spam else sum(reward.points for _, reward in decision.rewards),
        Field.HOLD: decision.hold,
        Field.SPAM: spam,
    }
    return Outcome(decision, values)


def changes(before: Outcome, after: Outcome) -> list[dict[str, Any]]:
    """In what two outcomes differ: ``field``, ``before``, ``after`` and the ``rule`` that is the reason.

    That is the rule of the later decision that brings something new, else the one of the earlier that fires no more, or
    no more has its way; None where what was stored does not tell.
    """
    differing = [field for field, value in before.values.items() if value != after.values[field]]
    if not differing:
        return []
    old, new = ([effect for effect in wanted(side.decision) if effect.by is None] for side in (before, after))
    return [
        {
            "field": field.value,
            "before": before.values[field],
            "after": after.values[field],
            "rule": _reason(_SOURCES[field], old, new),
        }
        for field in differing
    ]


def wanted(decision: Decision) -> list[Effect]:
    """What every fired rule wanted and whether it got its way, in the order of the rules.

    What an earlier rule said already is not said again. Decisions that were stored before ``because`` was kept in full
    name losers only.
    """
    found = [*_effective(decision), *_lost(decision)]
    order = {rule: place for place, rule in enumerate(decision.explanation.fired)}
    return sorted(found, key=lambda effect: (order.get(effect.rule, len(order)), effect.action, effect.value))


def _effective(decision: Decision) -> Iterator[Effect]:
    settings = dict(zip(SETTINGS, (decision.type, decision.priority, *_route(decision)), strict=True))
    for mark, rule in decision.explanation.because.items():
        action, _, value = mark.partition(" ")
        yield Effect(rule, action, settings.get(action) or value)
    for rule, reward in decision.rewards:
        yield Effect(rule, "reward", str(reward.points))


def _route(decision: Decision) -> tuple[str | None, str | None, str | None]:
    return decision.route.process, decision.route.team, decision.route.member


def _lost(decision: Decision) -> Iterator[Effect]:
    for lost in decision.explanation.overruled:
        yield Effect(lost.rule, lost.action, lost.value, lost.by)


def _reason(sources: Iterable[tuple[str, ...]], old: Sequence[Effect], new: Sequence[Effect]) -> str | None:
    for actions in sources:
        was, is_ = _rules(actions, old), _rules(actions, new)
        rules = [is_[what] for what in is_ if what not in was] + [was[what] for what in was if what not in is_]
        if rules:
            return rules[0]
    return None


def _rules(actions: tuple[str, ...], done: Iterable[Effect]) -> dict[tuple[str, str, str], str]:
    """The rule behind each effect of these actions; a reward is another one when another rule gives it."""
    return {
        (effect.action, effect.value, effect.rule if effect.action == "reward" else ""): effect.rule
        for effect in done
        if effect.action in actions
    }
