"""What would differ if other rules had decided: two decisions about the same facts, item by item.

Backtests and shadows are made of this. Nothing is sent, opened or written here.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from voxloop.domain.decision import Decision
from voxloop.domain.studies import Field
from voxloop.rules.evaluator import Facts
from voxloop.rules.outcomes import Outcome, Places, changes, outcome

NO_TEAM = ""


@dataclass(frozen=True)
class Item:
    """The facts as they were, and the decision that was made of them then."""

    facts: Facts
    decided: Decision


@dataclass(frozen=True)
class Compared:
    """Of each item what would change; how many items each team would get, before and after; how often each field."""

    changes: list[list[dict[str, Any]]] = field(default_factory=list)
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)


Decide = Callable[[Facts], Decision]


def compare(standing: Decide | None, tried: Decide, items: Sequence[Item], places: Places) -> Compared:
    """Decide by both; without ``standing`` what was decided then is compared with."""
    found = Compared()
    for item in items:
        first = item.decided if standing is None else standing(item.facts)
        type_ = str(item.facts["type"])
        before, after = (outcome(decision, type_, places) for decision in (first, tried(item.facts)))
        changed = changes(before, after)
        found.changes.append(changed)
        found.fields.update(each["field"] for each in changed)
        found.before[_team(before)] += 1
        found.after[_team(after)] += 1
    return found


def _team(of: Outcome) -> str:
    return str(of.values[Field.TEAM] or NO_TEAM)
