"""What is known of items, as rules, escalations and choices may ask (``rules/vocabulary``).

``known`` is for an item in its turn, ``facts_of`` for any number of items as they lie in rows: the same of one item.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from voxloop.activities.scene import Scene
from voxloop.analysis.likeness import ALIKE, LONGEST, shingles, similarity
from voxloop.domain.calendars import WHOSE
from voxloop.domain.documents import Kind
from voxloop.store import attachments, calendars, documents, facts
from voxloop.store import similarity as near
from voxloop.store.customers import TRAITS
from voxloop.store.sessions import Row, Session

Item = Mapping[str, Any]
Counts = dict[str, int]

_AS_COLUMN = (
    *("text", "language", "channel", "form", "scenario", "rating", "nps", "product_line", "product", "module", "batch"),
    *("part", "region", "type", "type_confidence", "urgency", *TRAITS),
)
_LEANING = 0.2
_SERVICE = "service"  # the calendar of customer service
_COMPARED_TOGETHER = 20  # items whose candidates are in memory at once


async def known(scene: Scene, asked: Collection[str], accepted: bool = False) -> dict[str, Any]:
    """The facts by name, without those that are absent; things are counted only for a count that is ``asked`` for.

    ``accepted``: whether a member has taken the matter on.
    """
    item, customer = scene.item, await scene.customer()
    traits = {name: customer[column.name] if customer else None for name, column in TRAITS.items()}
    [found] = await facts_of(scene.session, [{**item, **traits}], asked)
    return found | {"priority": item["priority"], "is_reopen": item["round"] > 1, "accepted": accepted}


async def facts_of(session: Session, items: Sequence[Item], asked: Collection[str]) -> list[dict[str, Any]]:
    """Of each item (columns of ``feedback``, and ``TRAITS`` of its customer) the facts that are not of the moment.

    Whenever they are asked for, windows end when an item was received. ``type`` is taken as it is given.
    """
    recurring = await facts.counts(session, items, asked)
    alike = await _alike(session, items, asked)
    pictures = await _pictures(session, items, asked)
    open_ = await _open(session, items, asked)
    everything = zip(map(_own, items), recurring, alike, pictures, open_, strict=True)
    return [own | counted | resembling | attached | hours for own, counted, resembling, attached, hours in everything]


def _own(item: Item) -> dict[str, Any]:
    found = {name: item[name] for name in _AS_COLUMN} | {
        "version": item["product_version"],
        "order": item["order_ref"],
        **(leaning(item["sentiment"]) if item["sentiment"] is not None else {}),
        "follow_up": item["follow_up_of"] is not None,
    }
    return {name: value for name, value in found.items() if value is not None}


def leaning(strength: float) -> dict[str, Any]:
    """The facts that follow from how well or ill a text means it, from -1 to 1."""
    side = "neutral" if abs(strength) < _LEANING else "positive" if strength > 0 else "negative"
    return {"sentiment": side, "sentiment_strength": strength}


async def _pictures(session: Session, items: Sequence[Item], asked: Collection[str]) -> list[Counts]:
    if "attachments" not in asked:
        return [{} for _ in items]
    counted = await attachments.counts(session, [item["id"] for item in items])
    return [{"attachments": counted.get(item["id"], 0)} for item in items]


async def _open(session: Session, items: Sequence[Item], asked: Collection[str]) -> list[dict[str, bool]]:
    """Whether each was received in service hours; absent where they are unpublished, or in whoever's time it is."""
    if "in_service_hours" not in asked:
        return [{} for _ in items]
    row = await documents.published(session, Kind.CALENDAR, _SERVICE)
    if row is None or row["body"]["time_zone"] in WHOSE:
        return [{} for _ in items]
    hours = calendars.hours_of(row["body"], row["body"]["time_zone"])
    return [{"in_service_hours": hours.is_open(item["received_at"])} for item in items]


async def _alike(session: Session, items: Sequence[Item], asked: Collection[str]) -> list[Counts]:
    """How many items with a text like its own came before each, itself among them; absent for a text too short."""
    windows = {name: window for name, window in near.COUNTED.items() if name in asked}
    found: list[Counts] = [{} for _ in items]
    comparable = [place for place, item in enumerate(items) if windows and item["similar_keys"] is not None]
    for start in range(0, len(comparable), _COMPARED_TOGETHER):
        places = comparable[start : start + _COMPARED_TOGETHER]
        some = [items[place] for place in places]
        candidates = await near.candidates(session, some, max(windows.values()), LONGEST)
        # In a burst each has a thousand of them: loops beside it go on.
        verified = await asyncio.to_thread(_verified, some, candidates, windows)
        for place, counted in zip(places, verified, strict=True):
            found[place] = counted
    return found


def _verified(
    items: Sequence[Item], candidates: Sequence[Sequence[Row]], windows: Mapping[str, timedelta]
) -> list[Counts]:
    compared_by = cache(shingles)  # of a burst, one text is a candidate of many items
    found: list[Counts] = []
    for item, others in zip(items, candidates, strict=True):
        mine = compared_by(item["text"])
        received: list[datetime] = [
            other["received_at"] for other in others if similarity(mine, compared_by(other["text"])) >= ALIKE
        ]
        until = item["received_at"]
        found.append({name: sum(until - at <= window for at in received) for name, window in windows.items()})
    return found
