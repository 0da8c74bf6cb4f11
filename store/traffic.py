"""What happens at the steps of a process, whichever version of it items keep to."""

from datetime import timedelta

from sqlalchemy import func, select

from voxloop.domain.documents import Kind
from voxloop.domain.statistics import StepTraffic
from voxloop.domain.viewer import Viewer
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Session
from voxloop.store.statistics import rows_in_time
from voxloop.store.tables import document
from voxloop.store.visibility import visible
from voxloop.store.work_tables import step_run


async def of_process(session: Session, viewer: Viewer, key: str, days: int) -> dict[str, StepTraffic]:
    """By step, of the items that ``viewer`` may see: who stands there now, and who left in the last ``days``.

    Who was withdrawn from a step without an outcome has not left it.

    Raises:
        TooSlow: it took too long and was stopped.
    """
    stands = step_run.c.ended_at.is_(None)
    has_left = (step_run.c.ended_at >= func.now() - timedelta(days=days)) & step_run.c.outcome.is_not(None)
    stayed = func.percentile_cont(0.5).within_group(step_run.c.ended_at - step_run.c.entered_at)
    wanted = (
        select(step_run.c.step, func.count().filter(stands), func.count().filter(has_left), stayed.filter(has_left))
        .join(feedback, feedback.c.id == step_run.c.item)
        .join(document, document.c.id == feedback.c.process)
        .where(document.c.kind == Kind.PROCESS, document.c.key == key, visible(viewer), stands | has_left)
        .group_by(step_run.c.step)
        .order_by(step_run.c.step)
    )
    return {step: StepTraffic(*numbers) for step, *numbers in await rows_in_time(session, wanted)}
