"""Documents as people write them in files: YAML, read with care.

A value is what JSON would take it for, else a text: ``yes``, ``on``, ``1:30`` and ``2026-12-31`` mean themselves,
whatever YAML 1.1 made of them, and so does every name. Nothing is built but mappings, lists and scalars; whatever could
make a small file a large document, or mean two things, is refused with its line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from voxloop.domain.documents import DEEPEST_BODY, LARGEST_BODY, LARGEST_NUMBER
from voxloop.domain.problems import Problem
from voxloop.domain.reading import shown
from voxloop.domain.submission import unreadable

LARGEST_FILE = 4 * LARGEST_BODY  # bytes: comments, and signs of several bytes

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT_TAG = "tag:yaml.org,2002:str"
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MOST_DIGITS = 20
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_LAST_PART = re.compile(r"(?:\.[^.\[\]]*|\[[0-9]+\])$")


class Unreadable(Exception):
    """A file that holds no document: what is wrong with it, and in which line."""

    def __init__(self, line: int, code: str, **params: str) -> None:
        self.line, self.problem = line, Problem("", f"file.{code}", params)
        super().__init__(f"line {line}: {code} {params}")


@dataclass(frozen=True)
class Written:
    """A document as it stands in a file: what it says, its text, and in which line each path of it begins."""

    body: dict[str, Any]
    text: str
    lines: Mapping[str, int] = field(repr=False, default_factory=dict)

    def line(self, path: str) -> int:
        """The line of a path, or of the nearest thing around it that is there."""
        while path and path not in self.lines:
            shorter = _LAST_PART.sub("", path)
            path = shorter if shorter != path else ""
        return self.lines.get(path, 1)


def read_document(content: bytes) -> Written:
    """The document in a file of this content.

    Raises:
        Unreadable: there is none.
    """
    if len(content) > LARGEST_FILE:
        raise Unreadable(1, "too_large", limit=str(LARGEST_FILE))
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(content.count(b"\n", 0, error.start) + 1, "not_utf8") from error
    return read_text(text)


def read_text(text: str) -> Written:
    """The document that a text says.

    Raises:
        Unreadable: it says none.
    """
    reading = _Reading(text)
    try:
        body = reading.document()
    except yaml.reader.ReaderError as error:
        line = text.encode(errors="replace")[: error.position].count(b"\n") + 1
        raise Unreadable(line, "syntax", reason=error.reason) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, "syntax", reason=error.problem or error.context or "") from error
    if not isinstance(body, dict):
        raise Unreadable(1, "not_a_mapping")
    return Written(body, text, reading.lines)


class _Reading:
    """One pass over the events of a text; nothing of it goes deeper than a document may."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._anchored: dict[str, tuple[object, int]] = {}
        self._size = 0
        self.lines: dict[str, int] = {}

    def document(self) -> object:
        """The only document in the text; None when there is none."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        body = self._value(next(self._events), "", 0)
        next(self._events)
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            raise Unreadable(_line(following), "several")
        return body

    def _value(self, event: Any, path: str, depth: int) -> object:
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        began = self._size
        self._grow(event, 1)
        if isinstance(event, yaml.ScalarEvent):
            self._grow(event, len(event.value))
            value: object = _scalar(event)
        elif event.tag is not None:
            raise Unreadable(_line(event), "tag", tag=shown(event.tag))
        elif depth == DEEPEST_BODY:
            raise Unreadable(_line(event), "too_deep", limit=str(DEEPEST_BODY))
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(path, depth + 1)
        else:
            value = self._mapping(path, depth + 1)
        if event.anchor is not None:
            self._anchored[event.anchor] = (value, self._size - began)
        return value

    def _list(self, path: str, depth: int) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, f"{path}[{len(items)}]", depth))
        return items

    def _mapping(self, path: str, depth: int) -> dict[str, object]:
        table: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise Unreadable(_line(event), "no_name")
            name = _text(event)
            if name in table:
                raise Unreadable(_line(event), "repeated", name=shown(name))
            self._grow(event, 1 + len(name))
            inner = f"{path}.{shown(name)}" if path else shown(name)
            self.lines[inner] = _line(event)
            table[name] = self._value(next(self._events), inner, depth)
        return table

    def _alias(self, event: Any) -> object:
        if event.anchor not in self._anchored:
            raise Unreadable(_line(event), "no_anchor", name=shown(event.anchor))
        value, size = self._anchored[event.anchor]
        self._grow(event, size)
        return value

    def _grow(self, event: Any, by: int) -> None:
        self._size += by
        if self._size > LARGEST_BODY:
            raise Unreadable(_line(event), "too_much", limit=str(LARGEST_BODY))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _text(event: Any) -> str:
    if unreadable(event.value):
        raise Unreadable(_line(event), "unreadable")
    return str(event.value)


def _scalar(event: Any) -> str | int | float | bool | None:
    text = _text(event)
    if event.tag not in (None, "!", _TEXT_TAG):
        raise Unreadable(_line(event), "tag", tag=shown(event.tag))
    if event.tag is not None or not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text
    whole = number[1] is None and number[2] is None and len(text) <= _MOST_DIGITS
    value = int(text) if whole else float(text) + 0.0  # the database knows no negative zero
    if abs(value) > LARGEST_NUMBER:
        raise Unreadable(_line(event), "number", value=shown(text), most=str(LARGEST_NUMBER))
    return value
