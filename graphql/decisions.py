"""Decisions and their explanations, as the schema shows them."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.decision import Tell, read_decision
from voxloop.domain.feedback import FeedbackType, Priority
from voxloop.domain.linked import ItemSystem
from voxloop.domain.viewer import Viewer
from voxloop.graphql.enums import RecipientKind
from voxloop.store.sessions import Row

_FOR_MANAGERS = ("customer_segment", "customer_value", "customer_health")


@strawberry.type(description="An action of a rule that lost against an earlier rule.")
class Overruled:
    rule: str = strawberry.field(description="The rule that lost.")
    action: str = strawberry.field(description="What it would have done.")
    value: str = strawberry.field(description="The value it would have set.")
    by: str = strawberry.field(description="The rule that had set it already.")


@strawberry.type(description="The rule that came closest to firing.")
class NearestRule:
    rule: str = strawberry.field(description="Its key.")
    failed: JSON = strawberry.field(description="The first of its conditions that did not hold.")


@strawberry.type(description="Where rules send an item; what is empty is left to its type and its process.")
class DecidedRoute:
    process: str | None = strawberry.field(description="Key of the process.")
    team: str | None = strawberry.field(description="Key of the team that gets its first task.")
    member: str | None = strawberry.field(description="Key of the member who gets it.")


@strawberry.type(description="Somebody whom rules have told of an item.")
class DecidedNotice:
    to: RecipientKind = strawberry.field(description="Who.")
    key: str | None = strawberry.field(description="Key of the role, the team or the member.")
    via: list[str] = strawberry.field(description="By which ways; empty: by the usual one.")


@strawberry.type(description="An item that rules open in another department's system.")
class DecidedOpening:
    system: ItemSystem = strawberry.field(description="The kind of system.")
    template: str = strawberry.field(description="Key of the template that it is made from.")


@strawberry.type(description="Points that a rule gives to the customer.")
class DecidedReward:
    rule: str = strawberry.field(description="The rule.")
    points: int = strawberry.field(description="How many.")
    template: str | None = strawberry.field(description="Key of the template that tells her of them.")


@strawberry.type(description="The rule behind a value that was set.")
class Because:
    action: str = strawberry.field(description="What was set: `set_type`, `set_priority`, `route.team` ...")
    rule: str = strawberry.field(description="The rule that set it.")


@strawberry.type(description="What rules say about an item, and why.")
class Decided:
    type: FeedbackType | None = strawberry.field(description="The type that they set.")
    priority: Priority | None = strawberry.field(description="The priority that they set.")
    tags: list[str] = strawberry.field(description="The tags that they added.")
    route: DecidedRoute = strawberry.field(description="Where they send it.")
    tells: list[DecidedNotice] = strawberry.field(description="Who is told.")
    copies: list[DecidedNotice] = strawberry.field(description="Who only gets a copy.")
    opens: list[DecidedOpening] = strawberry.field(description="What is opened in other departments' systems.")
    rewards: list[DecidedReward] = strawberry.field(description="What the customer gets.")
    hold: bool = strawberry.field(description="Whether a person looks at it before anything else happens.")
    spam: bool = strawberry.field(description="Whether they take it for spam.")
    facts: JSON = strawberry.field(description="The facts as they were.")
    fired: list[str] = strawberry.field(description="The rules that fired, in order.")
    because: list[Because] = strawberry.field(description="Which rule set which value.")
    overruled: list[Overruled] = strawberry.field(description="What lost against an earlier rule.")
    nearest: NearestRule | None = strawberry.field(description="The rule that came closest to firing.")
    engine: str = strawberry.field(description="Which engine decided: `durable-rules` or `reference`.")


@strawberry.type(description="What the rules decided about an item, and why.")
class Decision(Decided):
    rule_set: str = strawberry.field(description="The rule set's key.")
    version: int = strawberry.field(description="The rule set's version.")
    at: datetime = strawberry.field(description="When it was decided.")


def decision(row: Row, viewer: Viewer) -> Decision:
    """A decision from its row."""
    of_set = {"rule_set": row["rule_set_key"], "version": row["rule_set_version"], "at": row["at"]}
    return Decision(**of_set, **_parts(row["body"], viewer))


def decided(kept: Mapping[str, Any], viewer: Viewer) -> Decided:
    """What rules say, from how it is kept."""
    return Decided(**_parts(kept, viewer))


def shown_facts(facts: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    """The facts that a viewer may read: what a customer is worth is for managers, as it is in ``Customer``."""
    return {name: value for name, value in facts.items() if viewer.sees_all or name not in _FOR_MANAGERS}


def _parts(kept: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    body = read_decision(kept)
    why = body.explanation
    return {
        "type": FeedbackType(body.type) if body.type else None,
        "priority": Priority(body.priority) if body.priority else None,
        "tags": list(body.tags),
        "route": DecidedRoute(**asdict(body.route)),
        "tells": [_notice(told) for told in body.tells if not told.copy],
        "copies": [_notice(told) for told in body.tells if told.copy],
        "opens": [DecidedOpening(system=ItemSystem(wish.system), template=wish.template) for wish in body.opens],
        "rewards": [DecidedReward(rule=rule, **asdict(given)) for rule, given in body.rewards],
        "hold": body.hold,
        "spam": body.spam,
        "facts": JSON(shown_facts(why.facts, viewer)),
        "fired": list(why.fired),
        "because": [Because(action=action, rule=rule) for action, rule in why.because.items()],
        "overruled": [Overruled(**asdict(lost)) for lost in why.overruled],
        "nearest": NearestRule(rule=why.nearest.rule, failed=JSON(why.nearest.failed)) if why.nearest else None,
        "engine": why.engine,
    }


def _notice(told: Tell) -> DecidedNotice:
    [(kind, key)] = [(told.to, None)] if isinstance(told.to, str) else told.to.items()
    return DecidedNotice(to=RecipientKind(kind), key=key, via=list(told.via))
