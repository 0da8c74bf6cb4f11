"""What a viewer may see: the one predicate that every read applies, of items also for a row at hand."""

from collections.abc import Hashable

from sqlalchemy import ColumnElement, false, or_, select, true

from voxloop.domain.documents import RELEASED
from voxloop.domain.viewer import Role, Viewer
from voxloop.store import branches
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row
from voxloop.store.tables import document
from voxloop.store.work_tables import assignment, step_run


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """True for the items that ``viewer`` may see.

    Admins and managers see all; a handler sees what stands with a team of hers, a branch of it too, or once stood with
    her; an intake token sees what it handed in, and a customer's link one item.
    """
    if viewer.item is not None:
        return feedback.c.id == viewer.item
    if viewer.sees_all:
        return true()
    if viewer.role is Role.INTAKE:
        return feedback.c.source == viewer.name
    worked_on = select(assignment.c.item).where(assignment.c.member == viewer.member)
    beside = select(step_run.c.item).where(step_run.c.team.in_(viewer.teams), branches.OPEN)
    return or_(feedback.c.team.in_(viewer.teams), feedback.c.id.in_(worked_on), feedback.c.id.in_(beside))


def sees(viewer: Viewer, row: Row) -> bool:
    """``visible`` for one row of ``changes.newest``."""
    if viewer.item is not None:
        return bool(row["id"] == viewer.item)
    if viewer.sees_all:
        return True
    if viewer.role is Role.INTAKE:
        return bool(row["source"] == viewer.name)
    return not {row["team"], *row["branch_team"]}.isdisjoint(viewer.teams) or viewer.member in row["workers"]


def scope(viewer: Viewer) -> Hashable:
    """The same for viewers who see the same items."""
    if viewer.item is not None or viewer.sees_all:
        return viewer.item
    return viewer.name if viewer.role is Role.INTAKE else (viewer.member, viewer.teams)


def readable(viewer: Viewer) -> ColumnElement[bool]:
    """True for the versions of documents that ``viewer`` may read.

    Admins and managers edit them and read all, a handler reads what was published, and an intake token nothing.
    """
    if viewer.item is None and viewer.sees_all:
        return true()
    return document.c.state.in_(RELEASED) if viewer.role is Role.HANDLER else false()
