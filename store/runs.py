"""What errands carry to its end: a row that runs, is told to stop, and ends once; of operations, what became of items.

What became of an item is written once, by whoever comes first, and counted from what is written: so an attempt of which
nobody hears any more does nothing twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, func, select, update

from voxloop.domain.operations import ItemState, RunState
from voxloop.store.sessions import Row, Session

_OPEN = (RunState.RUNNING, RunState.CANCELLING)


class Runs:
    """A table of such rows."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def get(self, session: Session, id_: UUID) -> Row | None:
        """One of them."""
        return (await session.execute(select(self._table).where(self._table.c.id == id_))).mappings().one_or_none()

    async def cancel(self, session: Session, id_: UUID) -> Row | None:
        """Have it stop behind what is in hand; None when it has ended."""
        stopping = update(self._table).where(self.running(id_)).values(state=RunState.CANCELLING)
        row: Row | None = (await session.execute(stopping.returning(self._table))).mappings().one_or_none()
        return row

    async def end(self, session: Session, id_: UUID, state: RunState, failure: object = None, **values: Any) -> None:
        """It has ended that way."""
        ended = {"state": state, "failure": failure, "finished_at": func.now(), **values}
        await session.execute(update(self._table).where(self.running(id_)).values(**ended))

    def running(self, id_: UUID) -> ColumnElement[bool]:
        """It, while it has not ended."""
        return (self._table.c.id == id_) & self._table.c.state.in_(_OPEN)


class Operations(Runs):
    """A table of acts on many items, and the one of their ``items``, whose column ``of`` names theirs."""

    def __init__(self, table: Table, items: Table, of: str) -> None:
        super().__init__(table)
        self._items, self._of = items, items.c[of]

    async def pending(self, session: Session, id_: UUID, limit: int) -> Sequence[Row]:
        """The next items on which nobody has acted."""
        wanted = select(self._items).where(self._pending(id_)).order_by(self._items.c.position).limit(limit)
        return (await session.execute(wanted)).mappings().all()

    async def write(self, session: Session, id_: UUID, found: Iterable[Mapping[str, Any]]) -> None:
        """Write what became of items (columns, by their ``position``), and how many are done with by that."""
        given = [{f"new_{name}": value for name, value in each.items()} for each in found]
        names = [name for name in given[0] if name != "new_position"]
        new = {name[4:]: bindparam(name, type_=self._items.c[name[4:]].type) for name in names}
        here = self._pending(id_) & (self._items.c.position == bindparam("new_position"))
        await session.execute(update(self._items).where(here).values(new), given)
        await session.execute(update(self._table).where(self.running(id_)).values(self._counted()))

    async def end(self, session: Session, id_: UUID, state: RunState, failure: object = None, **values: Any) -> None:
        """It has ended that way; what was not acted on will not be."""
        await session.execute(update(self._items).where(self._pending(id_)).values(state=ItemState.SKIPPED))
        await super().end(session, id_, state, failure, **values)

    async def count_items(self, session: Session, id_: UUID, state: str | None) -> int:
        """How many of its items stand so."""
        counted = select(func.count()).select_from(self._items).where(*self.such(id_, state))
        return (await session.execute(counted)).scalar_one()

    def such(self, id_: UUID, state: str | None) -> list[ColumnElement[bool]]:
        """Its items that stand so; None: all."""
        mine = [self._of == id_]
        return mine if state is None else [*mine, self._items.c.state == state]

    def _pending(self, id_: UUID) -> ColumnElement[bool]:
        return (self._of == id_) & (self._items.c.state == ItemState.PENDING)

    def _counted(self) -> dict[str, Any]:
        """How many items are done with, and how many of those were refused."""
        mine = self._of == self._table.c.id
        done = select(func.count()).where(mine, self._items.c.state != ItemState.PENDING)
        refused = select(func.count()).where(mine, self._items.c.state == ItemState.REFUSED)
        return {"done": done.scalar_subquery(), "refused": refused.scalar_subquery()}
