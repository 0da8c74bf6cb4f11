"""Near-duplicates of items: which recent ones may be like an item, by the keys that they have in common.

The upper eight bits of a stored key are the week in which its item was received. So a look-up reads the weeks of its
window and nothing older, however many items there are, and the index is written at one place that stays in memory.
After 256 weeks they begin anew; what is that old falls out by its date.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnClause, Integer, Select, bindparam, column, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from voxloop.domain.rules import MOST_COUNTED
from voxloop.domain.viewer import Viewer
from voxloop.store.item_tables import feedback
from voxloop.store.sessions import Row, Session
from voxloop.store.visibility import visible

COUNTED: Mapping[str, timedelta] = {
    "similar_count_24h": timedelta(hours=24),
    "similar_count_7d": timedelta(days=7),
}
_WEEK_SECONDS = 604_800
_KEY_BITS = 24


def dated(keys: Collection[int], received_at: datetime) -> list[int]:
    """Keys of a text, as they are stored with an item received then."""
    return _in_week(keys, _week(received_at))


async def candidates(
    session: Session, items: Sequence[Mapping[str, Any]], window: timedelta, signs: int
) -> list[list[Row]]:
    """Of each item (columns of ``feedback``, with keys) those in its window that share a key, itself among them.

    The newest ``MOST_COUNTED`` of each: ``received_at``, and so many ``signs`` of the ``text``.
    """
    given = [_asked(place, item, window) for place, item in enumerate(items)]
    found: list[list[Row]] = [[] for _ in items]
    for row in (await session.execute(_CANDIDATES, {"items": given, "signs": signs})).mappings():
        found[row["place"]].append(row)
    return found


async def near(session: Session, viewer: Viewer, item: Row, window: timedelta) -> Sequence[Row]:
    """The newest ``MOST_COUNTED`` items that ``viewer`` sees, could be merged with ``item`` and share a key with it.

    They were received within that time before or after it.
    """
    since, until = item["received_at"] - window, item["received_at"] + window
    keys = [key for week in range(_week(since), _week(until) + 1) for key in _in_week(item["similar_keys"], week)]
    open_ = (feedback.c.merged_into.is_(None), feedback.c.finished_at.is_(None), feedback.c.id != item["id"])
    wanted = select(feedback).where(feedback.c.similar_keys.overlap(keys), visible(viewer), *open_)
    wanted = wanted.where(feedback.c.received_at.between(since, until)).order_by(feedback.c.received_at.desc())
    return (await session.execute(wanted.limit(MOST_COUNTED))).mappings().all()


def _asked(place: int, item: Mapping[str, Any], window: timedelta) -> dict[str, Any]:
    until: datetime = item["received_at"]
    since = until - window
    weeks = range(_week(since), _week(until) + 1)
    keys = [key for week in weeks for key in _in_week(item["similar_keys"], week)]
    return {"place": place, "since": since, "until": until, "wanted": keys}


def _week(instant: datetime) -> int:
    return int(instant.timestamp()) // _WEEK_SECONDS


def _in_week(keys: Collection[int], week: int) -> list[int]:
    signed = (week + 128) % 256 - 128  # integers of PostgreSQL have a sign
    return [(signed << _KEY_BITS) | (key % (1 << _KEY_BITS)) for key in keys]


def _candidates() -> Select[Any]:
    at = feedback.c.received_at.type
    columns: list[ColumnClause[Any]] = [
        column("place", Integer),
        column("wanted", ARRAY(Integer)),
        column("since", at),
        column("until", at),
    ]
    recordset = func.json_to_recordset(bindparam("items", type_=JSON)).table_valued(*columns)
    given = recordset.render_derived(name="given", with_types=True)
    sharing = select(feedback.c.id, feedback.c.received_at, feedback.c.text)
    sharing = sharing.where(feedback.c.similar_keys.overlap(given.c.wanted)).correlate(given)
    # The offset keeps the window out of the search for keys: it would read all of the week by another index.
    found = sharing.offset(literal_column("0")).subquery("sharing")
    text = func.left(found.c.text, bindparam("signs", type_=Integer)).label("text")
    recent = select(found.c.received_at, text).where(found.c.received_at.between(given.c.since, given.c.until))
    newest = (
        recent.order_by(found.c.received_at.desc(), found.c.id.desc())
        .limit(literal_column(str(MOST_COUNTED)))
        .lateral("newest")
    )
    return select(given.c.place, newest.c.received_at, newest.c.text).select_from(given.join(newest, true()))


_CANDIDATES = _candidates()
