"""What is known of an item at this moment, as rules, escalations and choices may ask (``rules/vocabulary``)."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from voxloop.activities.scene import Scene
from voxloop.store import facts

_DIRECT = (
    *("text", "language", "channel", "form", "scenario", "rating", "nps", "product_line", "product", "module"),
    *("batch", "region", "type", "type_confidence", "urgency", "priority"),
)
_WINDOW = timedelta(days=30)
_LEANING = 0.2


async def known(scene: Scene, asked: Collection[str], accepted: bool = False) -> dict[str, Any]:
    """The facts by name, without those that are absent; items are counted only for a count that is ``asked`` for.

    ``accepted``: whether a member has taken the matter on.
    """
    item, customer = scene.item, await scene.customer()
    found = {name: item[name] for name in _DIRECT}
    if not facts.COUNTS.isdisjoint(asked):
        found |= await facts.recent_counts(scene.session, item, item["received_at"] - _WINDOW)
    found |= {
        "version": item["product_version"],
        "sentiment": None if item["sentiment"] is None else _leaning(item["sentiment"]),
        "customer_level": customer["level"] if customer else None,
        "follow_up": item["follow_up_of"] is not None,
        "is_reopen": item["round"] > 1,
        "accepted": accepted,
    }
    return {name: value for name, value in found.items() if value is not None}


def _leaning(sentiment: float) -> str:
    if abs(sentiment) < _LEANING:
        return "neutral"
    return "positive" if sentiment > 0 else "negative"
