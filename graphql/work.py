"""Work: what waits for a member, as a filter of items. It, or a branch of it, is hers or in her team's queue.

Nobody has put it aside.
"""

from enum import StrEnum

from voxloop.domain.feedback import Stage
from voxloop.domain.viewer import Viewer
from voxloop.store.listing import Comparison, Where


class Work(StrEnum):
    """Whose work."""

    MINE = "mine"
    TEAM = "team"
    BOTH = "both"


def work_of(viewer: Viewer, of: Work) -> Where:
    """The items that wait for the viewer's member; none for a token that stands for no member."""
    if viewer.member is None:
        return Where(some=())
    queued = (
        Comparison("owner", "is_null", True),
        Comparison("stage", "eq", Stage.WORKING),
        Comparison("waits", "is_null", True),
    )
    mine = [Where((Comparison(column, "eq", viewer.member),)) for column in ("owner", "branch_owner")]
    team = [
        Where((Comparison("team", "in", viewer.teams), *queued)),
        Where((Comparison("branch_queue", "in", viewer.teams),)),
    ]
    awake = Comparison("snoozed_until", "is_null", True)
    return Where((awake,), some=tuple({Work.MINE: mine, Work.TEAM: team, Work.BOTH: [*mine, *team]}[of]))
