"""What a rule set decides about one item, and why.

Everything here is plain data that ``dataclasses.asdict`` turns into JSON: it is stored beside the item and shown as
it was. ``read_decision`` makes a decision of that again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from voxloop.domain.reading import Place

NAMED_RECIPIENTS = ("assignee", "team_lead", "account_owner")
RECIPIENT_KINDS = ("role", "team", "member")
# Ways by which members are told. An installation may have others; these are known everywhere.
WAYS = ("wecom", "dingtalk", "feishu", "sms", "email")


class Correctable(StrEnum):
    """What a person can put right of all that is decided by itself."""

    TYPE = "type"
    PRIORITY = "priority"
    TEAM = "team"

    @property
    def action(self) -> str:
        """How ``Explanation.because`` names the action that sets it."""
        return "route.team" if self is Correctable.TEAM else f"set_{self}"


@dataclass(frozen=True)
class Route:
    """Where the item goes: keys of a process, the team of its first task step, a member. None leaves a part open."""

    process: str | None = None
    team: str | None = None
    member: str | None = None


@dataclass(frozen=True)
class Tell:
    """A notification. ``to`` is one of ``NAMED_RECIPIENTS`` or ``{"role" | "team" | "member": key}``; ``via`` channels.

    Without ``via`` the recipient's usual channel is taken. A ``copy`` only informs: nothing is asked of the recipient.
    """

    to: dict[str, str] | str
    via: tuple[str, ...] = ()
    copy: bool = False

    @property
    def recipient(self) -> str:
        """The recipient in one word, like ``assignee`` or ``role:director``."""
        return self.to if isinstance(self.to, str) else ":".join(*self.to.items())


@dataclass(frozen=True)
class Open:
    """An item to open in another department's system, made from a template."""

    system: str
    template: str


@dataclass(frozen=True)
class Reward:
    """Points for the customer, of whom the rule thinks that they are due to her; ``template`` tells her of them."""

    points: int
    template: str | None = None


@dataclass(frozen=True)
class Overruled:
    """An action that lost (``set_priority``, ``route.team`` ...): rule ``by`` stands earlier and had set that value."""

    rule: str
    action: str
    value: str
    by: str


@dataclass(frozen=True)
class Nearest:
    """The rule that came closest to firing, and the first of its conditions that failed, as a document."""

    rule: str
    failed: Mapping[str, object]


@dataclass(frozen=True)
class Explanation:
    """Why: the facts as they were (without texts, which stand in the item), the rules that fired in order, the losers.

    ``engine``: which of the two decided, ``durable-rules`` or ``reference``. ``because``: the rule behind each effect,
    of a value that is set by its word (``set_priority``, ``route.team``), of what adds by word and value (``add_tag
    safety``, ``tell role:director via sms``); rewards name their rules themselves.
    """

    facts: dict[str, object]
    fired: tuple[str, ...]
    overruled: tuple[Overruled, ...]
    nearest: Nearest | None
    engine: str
    because: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What the rules say; ``None`` and empty where they say nothing. ``rewards`` come with their rules."""

    type: str | None
    priority: str | None
    route: Route
    tags: tuple[str, ...]
    tells: tuple[Tell, ...]
    opens: tuple[Open, ...]
    hold: bool
    spam: bool
    explanation: Explanation
    rewards: tuple[tuple[str, Reward], ...] = ()


def read_decision(body: Mapping[str, Any]) -> Decision:
    """The decision of which ``asdict`` has made these values, by now or when it had fewer of them."""
    why = body["explanation"]
    parts = {
        "route": Route(**body["route"]),
        "tags": tuple(body["tags"]),
        "tells": tuple(Tell(**{**told, "via": tuple(told["via"])}) for told in body["tells"]),
        "opens": tuple(Open(**opened) for opened in body["opens"]),
        "rewards": tuple((rule, Reward(**given)) for rule, given in body.get("rewards", ())),
    }
    explained = {
        "fired": tuple(why["fired"]),
        "overruled": tuple(Overruled(**lost) for lost in why["overruled"]),
        "nearest": Nearest(**why["nearest"]) if why["nearest"] else None,
    }
    return Decision(**{**body, **parts, "explanation": Explanation(**{**why, **explained})})


def read_tell(place: Place, copy: bool = False) -> Tell:
    """The ``{to: ..., via: [...]}`` of a document; rules and processes write it alike."""
    fields = place.fields(("to",), ("via",))
    ways = dict.fromkeys(way.key() for way in fields["via"].items())
    return Tell(_recipient(fields["to"]), tuple(ways), copy)


def _recipient(place: Place) -> dict[str, str] | str:
    if isinstance(place.value, str):
        if place.value not in NAMED_RECIPIENTS:
            place.wrong("document.unknown_value", value=place.value, known=", ".join(NAMED_RECIPIENTS))
        return place.value
    named = {kind: name.key() for kind, name in place.fields((), RECIPIENT_KINDS).items() if name.value is not None}
    if isinstance(place.value, Mapping) and len(named) != 1:
        place.wrong("rule.one_recipient", known=", ".join(RECIPIENT_KINDS))
    return named
