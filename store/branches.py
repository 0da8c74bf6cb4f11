"""Who has the open branches of items, which stand beside the item's own team and owner: to filter by, and to see by.

And whether the item as a whole waits for a member at all, or for its branches, the customer, another system or a day.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal_column, select

from voxloop.domain.process import MEMBER_STEPS, StepKind
from voxloop.store.item_tables import feedback
from voxloop.store.work_tables import assignment, step_run

OPEN = step_run.c.parent.is_not(None) & step_run.c.ended_at.is_(None)
_HAD = (assignment.c.item == step_run.c.item) & (assignment.c.seq == step_run.c.seq) & assignment.c.ended_at.is_(None)
_WAITS = step_run.c.parent.is_(None) & step_run.c.ended_at.is_(None) & step_run.c.kind.not_in(MEMBER_STEPS)
_QUEUED = OPEN & (step_run.c.kind == StepKind.TASK) & assignment.c.member.is_(None)
# What is asked of which open steps: of the item's own if no member does it, of its branches, of those that nobody has.
# Of a row at hand they are lists.
COLUMNS: Mapping[str, tuple[ColumnElement[Any], ColumnElement[bool]]] = {
    "waits": (step_run.c.step, _WAITS),
    "branch_team": (step_run.c.team, OPEN),
    "branch_owner": (assignment.c.member, OPEN),
    "branch_queue": (step_run.c.team, _QUEUED),
}


def stands_with(column: str, operator: str, value: Any) -> ColumnElement[bool]:
    """Whether some open branch of an item is like that; ``is_null``: whether none has any."""
    found, which = COLUMNS[column]
    if operator != "is_null":
        wanted = found.in_(value) if operator == "in" else found == value
        return feedback.c.id.in_(_such(step_run.c.item, which).where(wanted))
    if which is _WAITS:  # most items may; so it is looked for item by item, which PostgreSQL would not do by itself
        mine = _such(found, which).where(step_run.c.item == feedback.c.id).limit(literal_column("1"))
        first = mine.correlate(feedback).scalar_subquery()
        return first.is_(None) if value else first.is_not(None)
    some = feedback.c.id.in_(_such(step_run.c.item, which).where(found.is_not(None)))
    return ~some if value else some


def in_queue(item: UUID, team: str) -> Select[Any]:
    """The keys of an item's branches in the queue of that team, in order."""
    mine = (step_run.c.item == item, step_run.c.team == team)
    return _such(step_run.c.step, _QUEUED).where(*mine).order_by(step_run.c.seq)


def queues() -> Select[Any]:
    """Each ``team`` that has branches in its queue, with the items that they are of."""
    return _such(step_run.c.team, _QUEUED).add_columns(step_run.c.item)


def _such(what: ColumnElement[Any], which: ColumnElement[bool]) -> Select[Any]:
    return select(what).select_from(step_run if which is _WAITS else step_run.outerjoin(assignment, _HAD)).where(which)


def row_stands_with(found: list[Any], operator: str, value: Any) -> bool:
    """The same of a row at hand."""
    if operator == "is_null":
        return (not found) is value
    return not set(found).isdisjoint(value if operator == "in" else (value,))


def of_item(*names: str) -> list[ColumnElement[Any]]:
    """Those of ``COLUMNS``, or all, each as a list, of an item that is selected."""
    return [func.coalesce(_listed(name).scalar_subquery(), []).label(name) for name in names or COLUMNS]


def _listed(name: str) -> Select[Any]:
    found, which = COLUMNS[name]
    mine = _such(func.array_agg(found), which).where(step_run.c.item == feedback.c.id, found.is_not(None))
    return mine.correlate(feedback)
