"""What a rule set decides about one item, and why.

Everything here is plain data that ``dataclasses.asdict`` turns into JSON: it is stored beside the item and shown as
it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from voxloop.domain.reading import Place

NAMED_RECIPIENTS = ("assignee", "team_lead", "account_owner")
RECIPIENT_KINDS = ("role", "team", "member")


@dataclass(frozen=True)
class Route:
    """Where the item goes: keys of a process, the team of its first task step, a member. None leaves a part open."""

    process: str | None = None
    team: str | None = None
    member: str | None = None


@dataclass(frozen=True)
class Tell:
    """A notification. ``to`` is one of ``NAMED_RECIPIENTS`` or ``{"role" | "team" | "member": key}``; ``via`` channels.

    Without ``via`` the recipient's usual channel is taken.
    """

    to: dict[str, str] | str
    via: tuple[str, ...] = ()


@dataclass(frozen=True)
class Open:
    """An item to open in another department's system, made from a template."""

    system: str
    template: str


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

    ``engine``: which of the two decided, ``durable-rules`` or ``reference``.
    """

    facts: dict[str, object]
    fired: tuple[str, ...]
    overruled: tuple[Overruled, ...]
    nearest: Nearest | None
    engine: str


@dataclass(frozen=True)
class Decision:
    """What the rules say; ``None`` and empty where they say nothing."""

    type: str | None
    priority: str | None
    route: Route
    tags: tuple[str, ...]
    tells: tuple[Tell, ...]
    opens: tuple[Open, ...]
    hold: bool
    spam: bool
    explanation: Explanation


def read_tell(place: Place) -> Tell:
    """The ``{to: ..., via: [...]}`` of a document; rules and processes write it alike."""
    fields = place.fields(("to",), ("via",))
    return Tell(_recipient(fields["to"]), tuple(way.key() for way in fields["via"].items()))


def _recipient(place: Place) -> dict[str, str] | str:
    if isinstance(place.value, str):
        if place.value not in NAMED_RECIPIENTS:
            place.wrong("document.unknown_value", value=place.value, known=", ".join(NAMED_RECIPIENTS))
        return place.value
    named = {kind: name.key() for kind, name in place.fields((), RECIPIENT_KINDS).items() if name.value is not None}
    if isinstance(place.value, Mapping) and len(named) != 1:
        place.wrong("rule.one_recipient", known=", ".join(RECIPIENT_KINDS))
    return named
