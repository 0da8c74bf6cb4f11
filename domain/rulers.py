"""A calendar laid out once over a time: many clocks are then measured by looking up, where ``Hours`` walks the days."""

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from itertools import accumulate

from voxloop.domain.calendars import Hours

_NONE = timedelta()


class Ruler:
    """Answers as its ``Hours`` do, between two instants from what is laid out, else by asking them."""

    def __init__(self, hours: Hours, first: datetime, last: datetime) -> None:
        self._hours, self._first, self._last = hours, first, last
        spans = list(hours.spans(first, last))
        self._opened = [opened for opened, _ in spans]
        self._closed = [closed for _, closed in spans]
        # How much open time has passed when a span closes.
        self._passed = list(accumulate(closed - opened for opened, closed in spans))

    def due(self, start: datetime, open_time: timedelta) -> datetime:
        """The first instant from ``start`` on by which that much open time has passed.

        Raises:
            NeverOpen: there is none within ten years.
        """
        if open_time <= _NONE:
            return start
        if start >= self._first:
            wanted = self._at(start) + open_time
            place = bisect_left(self._passed, wanted)
            if place < len(self._passed):
                return self._closed[place] - (self._passed[place] - wanted)
        return self._hours.due(start, open_time)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The open time between two instants; none when ``end`` is before ``start``."""
        if start >= end:
            return _NONE
        if start < self._first or end > self._last:
            return self._hours.elapsed(start, end)
        return self._at(end) - self._at(start)

    def opens(self, at: datetime) -> datetime:
        """The first instant from ``at`` on at which it is open.

        Raises:
            NeverOpen: there is none within ten years.
        """
        place = bisect_right(self._closed, at)
        if at < self._first or place == len(self._closed):
            return self._hours.opens(at)
        return max(at, self._opened[place])

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at that instant."""
        return self._hours.is_open(at)

    def _at(self, instant: datetime) -> timedelta:
        """How much open time has passed by then since the beginning."""
        place = bisect_right(self._opened, instant) - 1
        if place < 0:
            return _NONE
        return self._passed[place] - (self._closed[place] - min(instant, self._closed[place]))
