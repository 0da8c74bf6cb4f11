"""What a process writes to its log: lines for people, or JSON for machines, and never what a customer wrote.

The messages of errors quote values (``DETAIL: Key (phone)=(...) already exists``), so an error is logged as its types,
the places in the code that it went through, and the codes and names that PostgreSQL gives.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

from pythonjsonlogger.json import JsonFormatter

from voxloop.tracing import trace_id

# What the running task works for: the request by its id, the item by its.
REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
ITEM: ContextVar[str | None] = ContextVar("item", default=None)

_TOLD_BY_POSTGRESQL = ("sqlstate", "constraint_name", "table_name", "column_name")
_ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def prepare(form: str) -> None:
    """Let this process log to standard error as ``text`` or ``json``; other people's loggers too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == "json" else Text())
    handler.addFilter(_knows_its_cause)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)


class Text(logging.Formatter):
    """``2026-11-22 09:00:00,000 INFO voxloop.worker: working [request=... item=...]``."""

    def format(self, record: logging.LogRecord) -> str:
        causes = " ".join(f"{name}={value}" for name, value in _causes(record).items())
        record.causes = f" [{causes}]" if causes else ""
        return super().format(record)

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s%(causes)s")

    def formatException(self, ei: _ErrorInfo) -> str:
        return told(ei[1])


class Json(JsonFormatter):
    """One object a line: ``time``, ``level``, ``logger``, ``message``; where known ``request``, ``trace``, ``item``."""

    def __init__(self) -> None:
        super().__init__("%(message)s", json_ensure_ascii=False)

    def process_log_record(self, log_data: dict[str, object]) -> dict[str, object]:
        return log_data

    def add_fields(
        self, log_data: dict[str, object], record: logging.LogRecord, message_dict: dict[str, object]
    ) -> None:
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data |= {"level": record.levelname, "logger": record.name, "message": record.getMessage()}
        log_data |= _causes(record)
        if record.exc_info:
            log_data["error"] = told(record.exc_info[1])

    def formatException(self, ei: _ErrorInfo) -> str:
        return told(ei[1])


def told(error: BaseException | None) -> str:
    """An error and what it came from, without their messages."""
    return "\n".join(line for each in _chain(error) for line in _one(each))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _one(error: BaseException) -> Iterator[str]:
    names = {name: getattr(error, name, None) for name in _TOLD_BY_POSTGRESQL}
    known = " ".join(f"{name}={value}" for name, value in names.items() if isinstance(value, str))
    yield f"{type(error).__module__}.{type(error).__qualname__} {known}".rstrip()
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"


def _knows_its_cause(record: logging.LogRecord) -> bool:
    """Notes at once what a record is about; a formatter may run in another task."""
    record.request, record.item, record.trace = REQUEST.get(), ITEM.get(), trace_id()
    return True


def _causes(record: logging.LogRecord) -> dict[str, object]:
    found = {name: getattr(record, name, None) for name in ("request", "trace", "item")}
    return {name: value for name, value in found.items() if value}
