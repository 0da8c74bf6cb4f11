"""Reads that lists live on, by the driver itself: SQLAlchemy writes their SQL and stays out of their execution.

The same rows cost a quarter of the processor time so (``benchmarks/list_query.py``). Each is a statement of its own,
outside any transaction. A row is asyncpg's record, which answers to ``row["name"]`` as SQLAlchemy's rows do.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from voxloop.store.sessions import Row, Session

_DIALECT = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


class Read:
    """A ``select`` as the driver takes it. What it leaves open as ``bindparam`` is given with each execution."""

    def __init__(self, wanted: Select[*tuple[Any, ...]]) -> None:
        compiled = wanted.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        self.text, self._values = str(compiled), dict(compiled.construct_params(_check=False))
        self._names = compiled.positiontup or ()

    async def rows(self, session: Session, **given: Any) -> Sequence[Row]:
        """The rows."""
        values = self._values | given if given else self._values
        driver: Any = (await session.get_raw_connection()).driver_connection
        found: Sequence[Row] = await driver.fetch(self.text, *[values[name] for name in self._names])
        return found
