"""What studies share: the way over their pages, items with the facts as they were, and sums that grow page by page."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from temporalio import activity

from voxloop.activities import facts
from voxloop.domain.decision import read_decision
from voxloop.domain.operations import RunState
from voxloop.domain.process import handlers
from voxloop.domain.process_reader import read_process
from voxloop.rules.comparison import Compared, Item
from voxloop.rules.judge import JudgeFailed, JudgeLost
from voxloop.rules.outcomes import Places
from voxloop.store import references
from voxloop.store.sessions import Row, Session

PAGE = 500
_ATTEMPTS = 3
Study = Mapping[str, Any] | Row


class Page(Protocol):
    """Items in a row, ready to be worked on."""

    @property
    def rows(self) -> Sequence[Row]: ...


Paged = TypeVar("Paged", bound=Page)
Found = TypeVar("Found")


async def go_over(
    study: Row,
    read: Callable[[Study], Awaitable[Paged]],
    work: Callable[[Paged], Awaitable[Found]],
    write: Callable[[Row, Paged, Found], Awaitable[Row]],
) -> RunState:
    """Go over a study page by page, the next being read while one is worked on; how it ended.

    ``write`` answers the study as it stands then.
    """
    page = await read(study)
    while page.rows:
        after = {**study, "after_at": page.rows[-1]["received_at"], "after_id": page.rows[-1]["id"]}
        following, found = await asyncio.gather(read(after), work(page))
        study = await write(study, page, found)
        if study["state"] != RunState.RUNNING:
            return RunState.CANCELLED
        # Another attempt, of which nobody heard any more, may have come first.
        page = following if study["after_id"] == after["after_id"] else await read(study)
    return RunState.DONE


async def places(session: Session) -> Places:
    """Where items of each type go, and which team has the first task there, as published now."""
    read = [read_process(body) for body in await references.processes(session)]
    teams = {process.key: process.first_task.team if process.first_task else None for process in read}
    return Places({type_: process.key for type_, process in handlers(read).items()}, teams)


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
    return summed(sums, {"fields": compared.fields, "before": compared.before, "after": compared.after})


def summed(sums: Mapping[str, Any], page: Mapping[str, Counter[str]]) -> dict[str, Any]:
    """Counters by name with those of another page."""
    return {name: dict(sorted((Counter(sums.get(name, {})) + counted).items())) for name, counted in page.items()}


def demand_final(lost: JudgeLost | JudgeFailed) -> None:
    """Go on only if a draft is to blame: a process that somebody killed is no reason to give a study up.

    Raises:
        JudgeLost: it ended by itself or was ended, and this is not the last attempt; what is done stands in the row.
    """
    ended = isinstance(lost, JudgeLost) and lost.exit is not None
    if ended and activity.info().attempt < _ATTEMPTS:
        raise lost
