"""From a document to limits: targets by priority, level and type, and the instants that are counted from them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from voxloop.domain.durations import Duration, read_length
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority, Stage
from voxloop.domain.limits import REAL, Anchor, Limits, Targets
from voxloop.domain.reading import Place, read_share, shown

_Word = TypeVar("_Word", bound=StrEnum)


def read_limits(place: Place) -> Limits:
    """``{high: 4h, normal: 2wd, calendar: office, warn: [75%], levels: {vip: {normal: 1wd}}}``."""
    places = place.fields((), (*Priority, "calendar", "warn", "pause", "levels", "types"))
    calendar = places["calendar"].key() or None
    under = calendar not in (None, REAL)
    stages = [stage.word(Stage) for stage in places["pause"].items()]
    return Limits(
        targets=_targets(places, under),
        warn=tuple(share.share() for share in places["warn"].items()),
        pause=tuple(filter(None, stages)),
        calendar=calendar if under else None,
        levels=_targets_by(places["levels"], CustomerLevel, under),
        types=_targets_by(places["types"], FeedbackType, under),
    )


def _targets_by(place: Place, words: type[_Word], under_calendar: bool) -> dict[_Word, Targets]:
    tables = place.fields((), list(words))
    given = {word: tables[word] for word in words if tables[word].value is not None}
    return {word: _targets(table.fields((), list(Priority)), under_calendar) for word, table in given.items()}


def _targets(places: Mapping[str, Place], under_calendar: bool) -> Targets:
    read = {priority: places[priority].length(under_calendar) for priority in Priority}
    return {priority: target for priority, target in read.items() if target}


def read_instant(place: Place, under_calendar: bool) -> tuple[Anchor, float, Duration]:
    """When an escalation is due: ``75%`` of the limit, ``+4h`` after it, or ``2h`` since the step began."""
    text = place.value if isinstance(place.value, str) else ""
    try:
        if text.endswith("%"):
            return Anchor.SHARE, read_share(text), Duration()
        anchor, share = (Anchor.AFTER, 1.0) if text.startswith("+") else (Anchor.SINCE, 0.0)
        read_length(text.removeprefix("+"))
    except ValueError:
        if place.value is not None:
            place.wrong("process.not_an_instant", value=shown(place.value))
        return Anchor.SINCE, 0.0, Duration()
    offset = Place(text.removeprefix("+"), place.path, place.problems).length(under_calendar)
    return anchor, share, offset or Duration()
