"""Who works: what teams and members are to those who look for one to do a step, and what may be said of them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from voxloop.domain.reading import KEY
from voxloop.domain.refusals import RefusalCode, Refused
from voxloop.domain.submission import unreadable

MOST_CAPACITY = 10_000
LONGEST_ABSENCE = timedelta(days=3 * 366)
_LONGEST_REGION = 100


class QueueOrder(StrEnum):
    """What comes first in a team's queue."""

    DUE = "due"
    PRIORITY = "priority"
    RECEIVED = "received"


@dataclass(frozen=True)
class Staff:
    """The keys of what members and teams may refer to; ``members``: those who are active."""

    members: Collection[str] = ()
    products: Collection[str] = ()
    calendars: Collection[str] = ()
    zones: Collection[str] = ()


def member_problems(changes: Mapping[str, Any], known: Staff) -> Iterator[Refused]:
    """What of a member cannot be changed so, by the names of its columns."""
    for skill in changes.get("skills") or ():
        if not KEY.fullmatch(skill):
            yield Refused(RefusalCode.BAD_KEY, ["skills"], value=skill[:60])
    for region in changes.get("regions") or ():
        if len(region) > _LONGEST_REGION:
            yield Refused(RefusalCode.TOO_LONG, ["regions"], limit=_LONGEST_REGION, length=len(region))
        elif not region.strip() or unreadable(region):
            yield Refused(RefusalCode.UNREADABLE, ["regions"])
    yield from _unknown("products", changes.get("products") or (), known.products)
    yield from _unknown("calendar", _one(changes, "calendar"), known.calendars)
    capacity = changes.get("capacity")
    if capacity is not None and not 0 <= capacity <= MOST_CAPACITY:
        yield Refused(RefusalCode.OUT_OF_RANGE, ["capacity"], least=0, most=MOST_CAPACITY)


def team_problems(changes: Mapping[str, Any], known: Staff) -> Iterator[Refused]:
    """What of a team cannot be changed so, by the names of its columns; ``members`` beside them."""
    yield from _unknown("lead", _one(changes, "lead"), known.members)
    yield from _unknown("calendar", _one(changes, "calendar"), known.calendars)
    yield from _unknown("members", changes.get("members") or (), known.members)
    zone = changes.get("time_zone")
    if zone is not None and zone not in known.zones:
        yield Refused(RefusalCode.UNKNOWN_VALUE, ["time_zone"], value=zone[:60], known="Asia/Shanghai, Europe/Berlin …")


def absence_problems(absence: Mapping[str, Any], known: Staff, now: datetime) -> Iterator[Refused]:
    """Why somebody cannot be absent so: columns of ``absence``."""
    since, until = absence["since"], absence["until"]
    if not now - LONGEST_ABSENCE <= since <= now + LONGEST_ABSENCE:
        yield _out_of_range("since", now - LONGEST_ABSENCE, now + LONGEST_ABSENCE)
    elif not max(since, now) < until <= since + LONGEST_ABSENCE:
        yield _out_of_range("until", max(since, now), since + LONGEST_ABSENCE)
    yield from _unknown("substitute", _one(absence, "substitute"), set(known.members) - {absence["member"]})


def _out_of_range(name: str, least: datetime, most: datetime) -> Refused:
    bounds = {"least": least.isoformat(timespec="seconds"), "most": most.isoformat(timespec="seconds")}
    return Refused(RefusalCode.OUT_OF_RANGE, [name], **bounds)


def _one(changes: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = changes.get(name)
    return () if value is None else (value,)


def _unknown(name: str, keys: Collection[str], known: Collection[str]) -> Iterator[Refused]:
    for key in keys:
        if key not in known:
            yield Refused(RefusalCode.UNKNOWN_VALUE, [name], value=key[:60], known=", ".join(sorted(known)))
