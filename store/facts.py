"""Counts of what recurs, which rules ask for: how many items came lately from a customer, about a batch, a part ...

Every window ends with an item's own reception and includes the item. A count reads one range of one index and stops at
``MOST_COUNTED``, so that none costs more as items become many; one statement has all of any number of items.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import JSON, ColumnElement, Integer, Select, bindparam, column, func, literal_column, select

from voxloop.domain.rules import MOST_COUNTED
from voxloop.store.item_tables import REPEATS, feedback
from voxloop.store.sessions import Session

_CUSTOMER, _BATCH, _PART, _VERSION, _REGION = REPEATS
_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)
COUNTED: Mapping[str, tuple[tuple[str, ...], timedelta]] = {
    "customer_count_7d": (_CUSTOMER, _WEEK),
    "customer_count_30d": (_CUSTOMER, _MONTH),
    "batch_count_30d": (_BATCH, _MONTH),
    "part_count_30d": (_PART, _MONTH),
    "version_count_7d": (_VERSION, _WEEK),
    "region_count_7d": (_REGION, _WEEK),
}
_COLUMNS = ("received_at", *dict.fromkeys(name for columns, _ in COUNTED.values() for name in columns))


async def counts(session: Session, items: Sequence[Mapping[str, Any]], asked: Collection[str]) -> list[dict[str, int]]:
    """Of each item (columns of ``feedback``) those counts that are ``asked`` for and whose columns it has."""
    names = frozenset(COUNTED).intersection(asked)
    if not names or not items:
        return [{} for _ in items]
    given = [{"place": place, **{name: item[name] for name in _COLUMNS}} for place, item in enumerate(items)]
    rows = (await session.execute(_statement(names), {"items": given})).mappings()
    found = {row["place"]: row for row in rows}
    return [
        {name: found[place][name] for name in names if all(item[each] is not None for each in COUNTED[name][0])}
        for place, item in enumerate(items)
    ]


@cache
def _statement(names: frozenset[str]) -> Select[Any]:
    own = [column(name, feedback.c[name].type) for name in _COLUMNS]
    recordset = func.json_to_recordset(bindparam("items", type_=JSON)).table_valued(column("place", Integer), *own)
    given = recordset.render_derived(name="given", with_types=True)

    def count(columns: tuple[str, ...], window: timedelta) -> ColumnElement[int]:
        of_one = [feedback.c[name] == given.c[name] for name in columns]
        recent = feedback.c.received_at.between(given.c.received_at - window, given.c.received_at)
        enough = (
            select(literal_column("1"))
            .where(*of_one, recent)
            .correlate(given)
            .limit(literal_column(str(MOST_COUNTED)))
            .subquery()
        )
        return select(func.count()).select_from(enough).scalar_subquery()

    return select(given.c.place, *(count(*COUNTED[name]).label(name) for name in sorted(names)))
