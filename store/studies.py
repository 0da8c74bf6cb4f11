"""What studies have in common: those of past items go over them page by page, and all keep differences.

A page's differences and the place up to which it went are written together, and only by whoever began at the place
before: a page that is worked on twice counts once.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Column, ColumnElement, Select, Table, func, insert, select, tuple_, update

from voxloop.store import saved_filters
from voxloop.store.item_tables import feedback
from voxloop.store.listing import Wanted, condition
from voxloop.store.runs import Runs
from voxloop.store.sessions import Row, Session
from voxloop.store.slices import Slice, cut

Study = Mapping[str, Any] | Row


def differences_in(table: Table, study: Column[UUID]) -> Callable[[Session, UUID, Slice], Awaitable[Sequence[Row]]]:
    """Reads the differences that ``table`` keeps of a ``study``, by position; one more than the slice if it goes on.

    Each comes with its changes and the item's id and code.
    """

    async def differences(session: Session, id_: UUID, slice_: Slice) -> Sequence[Row]:
        wanted = select(table, feedback.c.code).join(feedback, feedback.c.id == table.c.item).where(study == id_)
        return (await session.execute(cut(wanted, [table.c.position], slice_))).mappings().all()

    return differences


def about(study: Study) -> list[ColumnElement[bool]]:
    """What items have in common that a study is about: received in its time, and let through by its filter."""
    window = feedback.c.received_at.between(study["since"], study["until"])
    return [window, condition(Wanted(saved_filters.read(study["filter"])))]


def following(items: Select[Any], study: Study, limit: int) -> Select[Any]:
    """The next of the ``items`` that a study is about, in order of their reception."""
    wanted = items.where(*about(study)).order_by(feedback.c.received_at, feedback.c.id).limit(limit)
    if study["after_id"] is None:
        return wanted
    place = tuple_(feedback.c.received_at, feedback.c.id)
    return wanted.where(place > tuple_(study["after_at"], study["after_id"]))


class OfPast(Runs):
    """A table of studies of past items, and the one of their differences, whose column ``study`` names theirs."""

    def __init__(self, table: Table, kept: Table, study: str) -> None:
        super().__init__(table)
        self._kept, self._study = kept, study
        self.differences = differences_in(kept, kept.c[study])

    async def of_ids(self, session: Session, ids: Iterable[UUID]) -> Sequence[Row]:
        """These studies."""
        return (await session.execute(select(self._table).where(self._table.c.id.in_(list(ids))))).mappings().all()

    async def count(self, session: Session, study: Row) -> int:
        """How many items it is about."""
        counted = select(func.count()).select_from(feedback).where(*about(study))
        return (await session.execute(counted)).scalar_one()

    async def begun(self, session: Session, id_: UUID) -> Row | None:
        """The study, with the number of items that it is about noted; None when it has ended, or there is none."""
        study = await self.get(session, id_)
        if study is None or study["finished_at"] is not None:
            return None
        if study["total"] is None:
            total = await self.count(session, study)
            await session.execute(update(self._table).where(self._table.c.id == id_).values(total=total))
        return study

    async def write(
        self, session: Session, study: Row, rows: Sequence[Row], found: Mapping[UUID, Any], **sums: Any
    ) -> bool:
        """Write what a page gave, and go on behind it; False when somebody else has worked on that page.

        ``found``: the changes by item. ``sums``: the columns ``skipped`` and ``sums`` as they are now.
        """
        changed = [(row, found[row["id"]]) for row in rows if found.get(row["id"])]
        values = {
            "done": study["done"] + len(rows),
            "changed": study["changed"] + len(changed),
            "after_at": rows[-1]["received_at"],
            "after_id": rows[-1]["id"],
            "digest": _digest(study["digest"], changed),
            **sums,
        }
        here = self.running(study["id"]) & (self._table.c.done == study["done"])
        if (await session.execute(update(self._table).where(here).values(**values))).rowcount != 1:
            return False
        kept = [
            {self._study: study["id"], "position": study["changed"] + number, "item": row["id"], "changes": changes}
            for number, (row, changes) in enumerate(changed)
        ]
        if kept:
            await session.execute(insert(self._kept), kept)
        return True


def _digest(before: str, changed: Iterable[tuple[Row, Any]]) -> str:
    """A chain over all differences in order, however they were cut into pages."""
    chain = before
    for row, changes in changed:
        one = orjson.dumps([row["code"], changes], option=orjson.OPT_SORT_KEYS)
        chain = hashlib.sha256(chain.encode() + one).hexdigest()
    return chain
