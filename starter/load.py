"""Loading what a fresh install gets: the organisation and its documents, each checked before it is published.

Loading again publishes only what has changed and never touches what an installation added itself.
"""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import available_timezones

import yaml

from voxloop.domain.linked import ItemSystem
from voxloop.domain.problems import InvalidDocument, Known, Problem
from voxloop.domain.process_checker import check_process
from voxloop.domain.process_reader import read_process
from voxloop.domain.statistics import DEFAULT_TIME_ZONE
from voxloop.domain.templates import check_template
from voxloop.rules.checker import check_rule_set
from voxloop.rules.process_conditions import check_conditions
from voxloop.store import documents, organisation
from voxloop.store.sessions import Session

AUTHOR = "starter"


async def load(session: Session, folder: Traversable | None = None) -> int:
    """Load the starter pack (or another of the same layout); answers how many documents are published.

    Raises:
        InvalidDocument: a document is wrong; nothing is loaded then.
    """
    root = folder or files("voxloop.starter")
    company = {"time_zone": DEFAULT_TIME_ZONE, **_read(root, "organisation.yaml")}
    templates = _read(root, "templates.yaml")
    processes = _read_all(root.joinpath("processes"))
    rule_sets = _read_all(root.joinpath("rules"))
    _check(company, templates, processes, rule_sets)
    await organisation.load(session, company)
    kinds = {
        "organisation": {"organisation": {name: company[name] for name in ("title", "time_zone")}},
        "template": templates,
        "process": processes,
        "rule_set": rule_sets,
    }
    pairs = [(kind, key, body) for kind, bodies in kinds.items() for key, body in bodies.items()]
    for kind, key, body in pairs:
        await documents.publish(session, kind, key, body, AUTHOR)
    return len(pairs)


def _check(
    company: Mapping[str, Any],
    templates: Mapping[str, Any],
    processes: Mapping[str, Any],
    rule_sets: Mapping[str, Any],
) -> None:
    known = Known(
        teams=frozenset(team["key"] for team in company["teams"]),
        members=frozenset(member["key"] for member in company["members"]),
        roles=frozenset(role for member in company["members"] for role in member["roles"]),
        processes=frozenset(processes),
        templates=frozenset(templates),
        systems=frozenset(ItemSystem),
    )
    problems: list[Problem] = []
    if company["time_zone"] not in available_timezones():
        problems.append(Problem("time_zone", "organisation.unknown_time_zone", {"value": str(company["time_zone"])}))
    for key, template in templates.items():
        problems += check_template(key, template)
    for body in processes.values():
        problems += check_process(body, known) or check_conditions(read_process(body))
    for body in rule_sets.values():
        problems += check_rule_set(body, known)
    wrong = [problem for problem in problems if not problem.warning]
    if wrong:
        raise InvalidDocument(wrong)


def _read_all(folder: Traversable) -> dict[str, Any]:
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yaml"))
    bodies = [_read(folder, name) for name in names]
    return {body["key"]: body for body in bodies}


def _read(folder: Traversable, name: str) -> Any:
    return yaml.safe_load(folder.joinpath(name).read_text("utf-8"))
