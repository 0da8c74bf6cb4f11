"""Message templates: a subject and a body in each language, with names in braces that are filled from the item.

Nothing but a plain name may stand in braces: templates are written by owners and must not reach into objects.
"""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from voxloop.domain.problems import Problem
from voxloop.domain.texts import LANGUAGES

NAMES = (
    *("code", "customer", "organisation", "title", "text", "step", "status", "status_link", "product", "batch"),
    *("points", "outcome"),
)
PARTS = ("subject", "body")
# What members read whom a rule tells, or to whom it sends a copy.
NOTICE, COPY = "notice_rule", "notice_copy"
# What a member reads who is given a step, and a team's lead when nobody of it could be.
ASSIGNED, UNASSIGNED = "notice_assigned", "notice_unassigned"
# What members read who worked beside others until one of these was done.
WITHDRAWN = "notice_withdrawn"
_KNOWN = " ".join(f"{{{name}}}" for name in NAMES)
_UNKNOWN = "-"


def fill(template: Mapping[str, Any], language: str, words: Mapping[str, str | None]) -> tuple[str, str]:
    """Subject and body in one language; a name of ``NAMES`` that ``words`` does not know reads ``-``."""
    known = {name: words.get(name) or _UNKNOWN for name in NAMES}
    subject, body = (str(template[part][language]).format_map(known) for part in PARTS)
    return subject, body


def check_template(template: Any) -> list[Problem]:
    """What is wrong with a template."""
    problems: list[Problem] = []
    for part in PARTS:
        for language in LANGUAGES:
            path = f"{part}.{language}"
            text = template.get(part, {}).get(language) if isinstance(template, Mapping) else None
            if not isinstance(text, str) or not text.strip():
                problems.append(Problem(path, "template.missing"))
            else:
                problems += (
                    Problem(path, "template.bad_name", {"name": name, "known": _KNOWN}) for name in _bad_names(text)
                )
    return problems


def _bad_names(text: str) -> Iterator[str]:
    try:
        for _, name, form, conversion in Formatter().parse(text):
            if name is not None and (name not in NAMES or form or conversion):
                yield name
    except ValueError as error:
        yield str(error)
