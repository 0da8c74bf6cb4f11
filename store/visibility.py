"""What a viewer may see, as SQL: the one predicate that every read of items applies."""

from sqlalchemy import ColumnElement, or_, select, true

from voxloop.domain.viewer import Role, Viewer
from voxloop.store.item_tables import feedback
from voxloop.store.work_tables import assignment


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """True for the items that ``viewer`` may see.

    Admins and managers see all; a handler sees what stands with a team of hers or once stood with her; an intake token
    sees what it handed in.
    """
    if viewer.sees_all:
        return true()
    if viewer.role is Role.INTAKE:
        return feedback.c.source == viewer.name
    worked_on = select(assignment.c.item).where(assignment.c.member == viewer.member)
    return or_(feedback.c.team.in_(viewer.teams), feedback.c.id.in_(worked_on))
