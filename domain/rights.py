"""Who may do what: the acts that each role's tokens let through."""

from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.viewer import Role, Viewer

SUBMIT, ADVANCE, READ_DOCUMENTS, EDIT_DOCUMENTS = "submit", "advance", "read_documents", "edit_documents"
MANAGE_PEOPLE = "manage_people"
FOLLOW = "follow"
SAVE_VIEWS, SHARE_VIEWS = "save_views", "share_views"

# The events that concern the customer; the rest is between colleagues, and intake tokens do not see it.
SHOWN_TO_CUSTOMERS = frozenset(
    (
        "received",
        "acknowledged",
        "replied",
        "customer_replied",
        "confirmed",
        "rejected",
        "reopened",
        "cancelled",
        "waiting",
        "closed",
        "survey_answered",
        *("merged", "unmerged", "canonical_closed", "canonical_reopened"),
    )
)

# Admins and managers may do everything.
_MAY = {
    Role.HANDLER: {
        *("accept", "complete", "reply", "note", "reassign", "reopen", "wait_for_customer", "resume"),
        *("change_priority", "change_type", "add_tag", "remove_tag", "mark_spam", "answer_survey", ADVANCE),
        *("link", "unlink", "merge", "unmerge", "snooze", FOLLOW),
        READ_DOCUMENTS,
        SAVE_VIEWS,
    },
    Role.INTAKE: {SUBMIT, "confirm", "reject", "customer_reply", "reopen", "answer_survey"},
}


def may(viewer: Viewer, act: str) -> bool:
    """Whether the viewer's role may do this."""
    return act in _MAY.get(viewer.role, {act})


def demand_right(viewer: Viewer, act: str) -> None:
    """Go on only if the viewer's role may do this.

    Raises:
        Refused: it may not.
    """
    if not may(viewer, act):
        raise Refused(RefusalCode.FORBIDDEN)
