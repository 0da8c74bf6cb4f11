"""Work: what waits for a member, as a filter of items. It is hers, or lies in the queue of a team of hers."""

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
    mine = Where((Comparison("owner", "eq", viewer.member),))
    queued = (Comparison("owner", "is_null", True), Comparison("stage", "eq", Stage.WORKING))
    team = Where((Comparison("team", "in", viewer.teams), *queued))
    return Where(some={Work.MINE: (mine,), Work.TEAM: (team,), Work.BOTH: (mine, team)}[of])
