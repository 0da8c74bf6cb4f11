"""Instants as commands print them: on the clock of this terminal, with its offset, to the second."""

from datetime import datetime


def local(at: datetime | str | None) -> str:
    """``2026-11-22 09:30:00+08:00``, of an instant or of one in ISO 8601; a dash for none."""
    if at is None:
        return "–"
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    return instant.astimezone().isoformat(" ", "seconds")
