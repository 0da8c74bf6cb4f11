"""Who may do what: the acts that each role's tokens let through."""

from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.viewer import Role, Viewer

SUBMIT, ADVANCE = "submit", "advance"

# Admins and managers may do everything.
_MAY = {
    Role.HANDLER: {"accept", "complete", "reply", "note", "reassign", "reopen", ADVANCE},
    Role.INTAKE: {SUBMIT, "confirm", "reject", "customer_reply", "reopen"},
}


def demand_right(viewer: Viewer, act: str) -> None:
    """Go on only if the viewer's role may do this.

    Raises:
        Refused: it may not.
    """
    if act not in _MAY.get(viewer.role, {act}):
        raise Refused(RefusalCode.FORBIDDEN)
