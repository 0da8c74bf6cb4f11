"""What a clock says under one version of its process or another: then, as it was pinned, and now. Pure.

A verdict follows from what happened to the clock, so that it can be asked again under other targets. What has been
stored is never rewritten: a breach under the version of then stays a breach of then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from voxloop.domain.calendars import NeverOpen
from voxloop.domain.clocks import Course, Pace, Verdict, course_of, verdict
from voxloop.domain.feedback import CustomerLevel, FeedbackType, Priority
from voxloop.domain.limits import Limits
from voxloop.domain.moments import StoredRow


@dataclass(frozen=True)
class Subject:
    """What the target of an item's clock depends on."""

    priority: Priority
    level: CustomerLevel | None = None
    type: FeedbackType | None = None


def subject_of(item: StoredRow) -> Subject:
    """The subject of an item's row that has its customer's ``level`` too."""
    level, type_ = item["level"], item["type"]
    return Subject(
        Priority(item["priority"]), CustomerLevel(level) if level else None, FeedbackType(type_) if type_ else None
    )


def courses(events: Iterable[StoredRow]) -> Mapping[int, Course]:
    """The courses of clocks, by their ids, from all that happened to them in order."""
    happened: dict[int, list[tuple[str, datetime]]] = {}
    for event in events:
        happened.setdefault(event["clock"], []).append((event["kind"], event["at"]))
    return {clock: course_of(pairs) for clock, pairs in happened.items()}


def target_of(limits: Limits, subject: Subject, pace: Pace) -> timedelta | None:
    """How long a clock under these limits may run for the subject."""
    found = limits.target(subject.priority, subject.level, subject.type)
    return None if found is None else pace.length(found)


def judged(course: Course, target: timedelta | None, pace: Pace, now: datetime) -> Verdict:
    """What a clock of that course says by ``now``; under a calendar that never opens long enough it only measures."""
    try:
        return verdict(course, target, pace.time, now)
    except NeverOpen:
        return verdict(course, None, pace.time, now)
