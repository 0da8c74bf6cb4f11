"""What a subscriber may see, read from the rows as GraphQL shows them: the measure of what it holds in the end."""

from typing import Any

from sqlalchemy import select

from voxloop.domain.viewer import Viewer
from voxloop.graphql.nodes import global_id
from voxloop.store import listing
from voxloop.store.item_tables import feedback
from voxloop.store.listing import Comparison, Wanted, Where
from voxloop.store.sessions import Row, Session
from voxloop.store.visibility import visible

SHOWN = "id version stage priority region orderRef overdue team { key } owner { key }"
ONE = f"subscription ($id: ID!) {{ news: feedbackChanged(id: $id) {{ {SHOWN} }} }}"
_CHANGES = f"initial removed changed {{ {SHOWN} }}"
MANY = f"subscription ($where: FeedbackWhere) {{ news: feedbacksChanged(where: $where) {{ {_CHANGES} }} }}"


async def sight(session: Session, viewer: Viewer, given: dict[str, Any]) -> dict[str, Any]:
    """The states that it should hold, by id; ``given`` are its variables."""
    condition = listing.condition(Wanted(_where(given.get("where") or {})))
    rows = (await session.execute(select(feedback).where(visible(viewer), condition))).mappings().all()
    states = {state["id"]: state for state in map(_state, rows)}
    return {given["id"]: states[given["id"]]} if "id" in given else states


def _where(given: dict[str, Any]) -> Where:
    tests = [
        Comparison(column, "eq", value if isinstance(value, bool) else value["eq"].lower())
        for column, value in given.items()
    ]
    return Where(tuple(tests))


def _state(row: Row) -> dict[str, Any]:
    return {
        "id": str(global_id("Feedback", row["id"])),
        "version": row["version"],
        "stage": row["stage"].upper(),
        "priority": row["priority"].upper(),
        "region": row["region"],
        "orderRef": row["order_ref"],
        "overdue": row["overdue"],
        "team": {"key": row["team"]} if row["team"] else None,
        "owner": {"key": row["owner"]} if row["owner"] else None,
    }
