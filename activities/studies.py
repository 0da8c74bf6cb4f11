"""What backtests and shadows share: items with the facts as they were, and sums that grow page by page."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from temporalio import activity

from voxloop.activities import facts
from voxloop.domain.decision import read_decision
from voxloop.domain.feedback import FeedbackType
from voxloop.domain.process import StepKind
from voxloop.domain.process_reader import read_process
from voxloop.rules.comparison import Compared, Item
from voxloop.rules.judge import JudgeFailed, JudgeLost
from voxloop.rules.outcomes import Places
from voxloop.store import references
from voxloop.store.sessions import Row, Session

PAGE = 500
_ATTEMPTS = 3


async def places(session: Session) -> Places:
    """Where items of each type go, and which team has the first task there, as published now."""
    read = [read_process(body) for body in await references.processes(session)]
    teams = {
        process.key: next((step.team for step in process.steps if step.kind is StepKind.TASK), None) for process in read
    }
    handled = {type_: process.key for process in reversed(read) for type_ in process.handles}
    return Places({type_: handled.get(type_, handled.get(FeedbackType.OTHER, "")) for type_ in FeedbackType}, teams)


async def as_they_were(session: Session, rows: Sequence[Row], asked: Collection[str]) -> list[Item]:
    """Items of rows that hold an item's columns and its decision as ``decided``.

    Facts are those that stand with the decision; a count that nobody asked for then is counted now, as of then.
    """
    found = []
    for row, counted in zip(rows, await facts.facts_of(session, [dict(row) for row in rows], asked), strict=True):
        stood = row["decided"]["explanation"]["facts"]
        found.append(Item({**counted, **stood}, read_decision(row["decided"])))
    return found


def added(sums: Mapping[str, Any], compared: Compared) -> dict[str, Any]:
    """The sums with those of another page: items by changed field, and by the team that gets them before and after."""
    page = {"fields": compared.fields, "before": compared.before, "after": compared.after}
    return {name: dict(sorted((Counter(sums.get(name, {})) + counted).items())) for name, counted in page.items()}


def demand_final(lost: JudgeLost | JudgeFailed) -> None:
    """Go on only if a draft is to blame: a process that somebody killed is no reason to give a study up.

    Raises:
        JudgeLost: it ended by itself or was ended, and this is not the last attempt; what is done stands in the row.
    """
    ended = isinstance(lost, JudgeLost) and lost.exit is not None
    if ended and activity.info().attempt < _ATTEMPTS:
        raise lost
