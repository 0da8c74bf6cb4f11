"""What is wrong with a document, whatever its kind: the one answer for drafts, bundles and the starter pack."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from voxloop.domain.calendar_reader import read_day
from voxloop.domain.calendars import time_zones
from voxloop.domain.documents import Kind
from voxloop.domain.problems import Known, Problem, is_sound
from voxloop.domain.process_checker import check_process
from voxloop.domain.process_reader import read_process
from voxloop.domain.quiet_hours import never_end
from voxloop.domain.reading import Place
from voxloop.domain.rule_reader import read_rule_set
from voxloop.domain.rules import INTAKE, Occasion
from voxloop.domain.templates import check_template
from voxloop.rules.calendar_checker import check_calendar
from voxloop.rules.cases import failing_cases
from voxloop.rules.checker import check_rule_set
from voxloop.rules.process_conditions import check_conditions

Body = Mapping[str, object]


def check_document(kind: str, key: str, body: Body, known: Known) -> list[Problem]:
    """Everything that is wrong with a document, as far as it can be told without trying it on the engine."""
    problems = _CHECKS[Kind(kind)](key, body, known)
    if "key" in body and body["key"] != key:
        problems.append(Problem("key", "document.other_key", {"wanted": key, "value": str(body["key"])[:60]}))
    return problems


def _rule_set(key: str, body: Body, known: Known) -> list[Problem]:
    problems = check_rule_set(body, known)
    if not is_sound(problems):
        return problems
    rule_set = read_rule_set(body)
    if rule_set.on == Occasion.RECEIVED and key != INTAKE:
        problems.append(Problem("on", "rule.never_asked", {"set": INTAKE}, warning=True))
    return [*problems, *failing_cases(rule_set)]


def _process(key: str, body: Body, known: Known) -> list[Problem]:
    problems = check_process(body, known)
    return [*problems, *check_conditions(read_process(body))] if is_sound(problems) else problems


def _template(key: str, body: Body, known: Known) -> list[Problem]:
    return check_template(body)


def _organisation(key: str, body: Body, known: Known) -> list[Problem]:
    problems: list[Problem] = []
    if key != Kind.ORGANISATION:
        problems.append(Problem("", "document.other_key", {"wanted": Kind.ORGANISATION, "value": key}))
    fields = Place(body, "", problems).fields(("title", "time_zone"), ("approval", "quiet_hours"))
    fields["title"].translated()
    zone = fields["time_zone"].text()
    if zone and zone not in time_zones():
        fields["time_zone"].wrong("organisation.unknown_time_zone", value=zone)
    if never_end(read_day(fields["quiet_hours"])):
        fields["quiet_hours"].wrong("organisation.always_quiet")
    for kind in fields["approval"].items():
        kind.word(Kind)
    return problems


def _calendar(key: str, body: Body, known: Known) -> list[Problem]:
    return check_calendar(body, datetime.now(UTC).date())


_CHECKS: Mapping[Kind, Callable[[str, Body, Known], list[Problem]]] = {
    Kind.RULE_SET: _rule_set,
    Kind.PROCESS: _process,
    Kind.TEMPLATE: _template,
    Kind.ORGANISATION: _organisation,
    Kind.CALENDAR: _calendar,
}
