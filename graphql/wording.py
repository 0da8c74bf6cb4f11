"""Sentences for people, made from codes and values. A value that is missing leaves a gap, never an error."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from voxloop.domain.texts import texts


def sentence(language: str, key: str, params: Mapping[str, Any]) -> str:
    """The text ``key`` with what is known of its values; a dash stands for the others."""
    known = {name: value for name, value in params.items() if value not in (None, "")}
    return texts(language)[key].format_map(defaultdict(lambda: "–", known))


def label(language: str, section: str, value: str | None) -> str | None:
    """The label of a code, or the code itself where it has none, as with words of a process's author."""
    return None if value is None else texts(language).get(f"{section}.{value}", value)
