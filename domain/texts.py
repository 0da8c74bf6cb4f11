"""Every sentence and label that a person reads, in both languages.

The texts are data (``texts/en.toml``, ``texts/zh-CN.toml``) with the same keys in both files; code names a key and
gives the values. A key that is missing is a bug, so it raises.
"""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh-CN", "en")
DEFAULT_LANGUAGE = "zh-CN"

# What people call things of one kind: by key, in each language.
Titles = Mapping[str, Mapping[str, str]]


@cache
def texts(language: str) -> dict[str, str]:
    """All texts of one language, flat: ``{"refusal.NOT_FOUND": "..."}``."""
    source = files("voxloop.domain").joinpath("texts", f"{language}.toml").read_text("utf-8")
    return dict(_flat("", tomllib.loads(source)))


def say(language: str, key: str, /, **params: Any) -> str:
    """The text ``key`` in ``language``, its ``{names}`` filled from ``params``.

    Raises:
        KeyError: no such text, or a name in it has no value.
    """
    return texts(language)[key].format_map(params)


def best_language(accept: str) -> str:
    """The language of ours that an ``Accept-Language`` header (RFC 9110, 12.5.4) prefers; Chinese if it names none."""
    wanted = sorted(map(_weighted, accept.split(",")), key=lambda pair: -pair[0])
    ours = (language for weight, tag in wanted for language in LANGUAGES if weight > 0 and tag == language[:2])
    return next(ours, DEFAULT_LANGUAGE)


def _weighted(part: str) -> tuple[float, str]:
    tag, _, quality = part.replace(" ", "").lower().partition(";q=")
    try:
        return float(quality or 1), tag.partition("-")[0]
    except ValueError:
        return 0.0, ""


def _flat(prefix: str, table: dict[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        pairs += _flat(f"{prefix}{key}.", value) if isinstance(value, dict) else [(prefix + key, value)]
    return pairs


def sentence(language: str, key: str, params: Mapping[str, Any]) -> str:
    """The text ``key`` with what is known of its values; a dash stands for the others."""
    known = {name: value for name, value in params.items() if value not in (None, "")}
    return texts(language)[key].format_map(defaultdict(lambda: "–", known))


def label(language: str, section: str, value: str | None) -> str | None:
    """The label of a code, or the code itself where it has none, as with words of a process's author."""
    return None if value is None else texts(language).get(f"{section}.{value}", value)


def outcome_title(titles: Titles, outcome: str, language: str) -> str:
    """What people call an outcome of a step: as its process says, else by our word for it, else by its key."""
    return titles.get(outcome, {}).get(language) or str(label(language, "answer", outcome))
