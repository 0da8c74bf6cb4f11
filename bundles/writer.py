"""Documents as an author would write them: YAML in which names stand in the order of their sense.

The database forgets in which order names came, and comments. What is written here is read back as the very same by
``reader`` and by readers of YAML 1.1 and 1.2: a text that one of them might take for something else is quoted.
One thing stands in one line wherever lines are compared: a rule's action, a step's clock, a language's words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_WIDTH = 120
_LONGEST_PLAIN_NAME = 800  # YAML wants longer ones marked as names
_STEP = "  "

_ORDER = (
    *("key", "kind", "title", "on", "handles", "reopen_for", "reopen_at", "time_zone", "country", "day_hours"),
    *("approval", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "from"),
    *("fact", "is", "value", "all", "any", "not", "at", "if", "go", "else", "when", "to", "via", "then", "stop"),
    *("fired", "type", "priority", "process", "team", "member", "role", "tags", "told", "opened", "points", "hold"),
    *("spam", "system", "template", "same_as", "assign", "send", "clocks", "first_response", "next_reply"),
    *("resolution", "total_resolution", "urgent", "high", "normal", "low", "calendar", "warn", "pause", "respond"),
    *("limit", "wait", "until", "open", "after", "unless", "required", "required_for", "min", "max", "options", "form"),
    *("require", "remind", "set", "call", "event", "tell", "raise", "join", "branches", "choice", "escalate"),
    *("outcomes", "outcome", "reason", "steps", "closes", "reasons", "survey"),
    *("week", "makeup", "seasons", "days", "facts", "expect", "rules", "cases", "subject", "body", "zh-CN", "en"),
)  # fmt: skip
_RANK = {name: place for place, name in enumerate(_ORDER)}
# What these hold begins lines of its own, however short it is; of the second, each item's names do so too.
_SPREAD = frozenset(
    ("clocks", "then", "escalate", "choice", "rules", "steps", "branches", "cases", "week", "days", "form", "reasons")
)
_SPREAD_WIDE = frozenset(("rules", "steps", "branches", "cases"))

_WORD = re.compile(r"[^\W\d_](?:[\w .%+@/()（）《》“”…—·，。、；：！？-]*[\w.%)）》”…，。、；：！？-])?")
_SPAN = re.compile(r"\+?[0-9]{1,9}(?:wd|[mhd%])", re.ASCII)
_NO_TEXT = re.compile(r"y|n|yes|no|on|off|true|false|null", re.ASCII | re.IGNORECASE)
# Signs that YAML, an editor or a reader's eye takes for something else.
_ESCAPED = re.compile(
    '["\\\\\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]'
)
_NAMED_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_UNFIT_FOR_LINES = re.compile(r"[^\S\n]$|\A\s|\n\n\Z", re.MULTILINE)


def write_document(body: Mapping[str, Any]) -> str:
    """The text of a document, which ends with a line's end."""
    return "\n".join([*_mapping(body, "")] if body else ["{}"]) + "\n"


def _mapping(table: Mapping[str, Any], margin: str) -> Iterator[str]:
    for name in sorted(table, key=lambda name: (_RANK.get(name, len(_RANK)), name)):
        written = _scalar(name)
        if len(written) > _LONGEST_PLAIN_NAME:
            yield f"{margin}? {written}"
            written = ""
        yield from _entry(f"{margin}{written}:", table[name], name)


def _list(items: Sequence[Any], margin: str, name: str) -> Iterator[str]:
    for item in items:
        yield from _entry(f"{margin}-", item, name, listed=True)


def _entry(head: str, value: Any, name: str, listed: bool = False) -> Iterator[str]:
    """A value behind its name, or (``listed``) behind the dash of a list of that name."""
    inner = head[: len(head) - len(head.lstrip())] + _STEP
    if isinstance(value, str) and _fits_lines(value):
        yield f"{head} |" + ("" if value.endswith("\n") else "-")
        yield from (f"{inner}{line}" if line else "" for line in value.removesuffix("\n").split("\n"))
    elif not value or not isinstance(value, Mapping | list | tuple) or _stays_on_line(head, value, name, listed):
        yield f"{head} {_flow(value)}"
    else:
        lines = _mapping(value, inner) if isinstance(value, Mapping) else _list(value, inner, name)
        yield from _begun(head, lines, inner) if listed else (head, *lines)


def _begun(head: str, lines: Iterator[str], inner: str) -> Iterator[str]:
    """The lines of a list's item, the first of them behind its dash."""
    yield f"{head} {next(lines).removeprefix(inner)}"
    yield from lines


def _stays_on_line(head: str, value: Any, name: str, listed: bool) -> bool:
    if name in (_SPREAD_WIDE if listed else _SPREAD) or _has_lines(value):
        return False
    if listed and isinstance(value, Mapping) and len(value) == 1:
        return False
    return len(head) + 1 + len(_flow(value)) <= _WIDTH


def _has_lines(value: Any) -> bool:
    if isinstance(value, str):
        return _fits_lines(value)
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return any(map(_has_lines, parts))


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: (_RANK.get(name, len(_RANK)), name))
        return "{" + ", ".join(f"{_scalar(name)}: {_flow(value[name])}" for name in names) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        plain = (_WORD.fullmatch(value) and not _NO_TEXT.fullmatch(value)) or _SPAN.fullmatch(value)
        return value if plain else f'"{_ESCAPED.sub(_escape, value)}"'
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text else text.replace("e", ".0e")  # YAML 1.1 wants the point
    return "null" if value is None else str(value).lower()


def _escape(sign: re.Match[str]) -> str:
    number = ord(sign[0])
    return _NAMED_ESCAPES.get(sign[0]) or (f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}")


def _fits_lines(text: str) -> bool:
    """Whether a text of several lines can stand as they are, and keeps its blanks in every editor."""
    if "\n" not in text or _UNFIT_FOR_LINES.search(text):
        return False
    return all(sign[0] in '\n"\\' for sign in _ESCAPED.finditer(text))
