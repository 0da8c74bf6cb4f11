"""From a document to a ``Process``: what the keys may be and what their values look like, no more.

Whether the process makes sense is ``process_checker``'s question. Everything that cannot be read is told at once.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from voxloop.domain.branch_reader import BRANCH_KEYS, note_missing_ways, read_ends, read_join, read_joined
from voxloop.domain.decision import Open, read_tell
from voxloop.domain.feedback import FeedbackType, Outcome, Priority
from voxloop.domain.form_reader import read_form
from voxloop.domain.limit_reader import read_instant, read_limits
from voxloop.domain.limits import ITEM_CLOCKS, REAL, Escalation
from voxloop.domain.problems import InvalidDocument, Problem
from voxloop.domain.process import (
    BRANCH_KINDS,
    NO_CHANGE,
    NOT_ASKED_AFTER,
    Assign,
    Case,
    Change,
    Delay,
    Process,
    Reminder,
    Step,
    StepKind,
    Strategy,
    Survey,
)
from voxloop.domain.reading import Place
from voxloop.domain.relations import SurveyKind
from voxloop.domain.rule_reader import read_condition
from voxloop.domain.rules import Condition

_STEP_KEYS = ("title", "team", "assign", "respond", "limit", "wait", "open", "require", "escalate", "send", "system")
_KEYS_OF = {
    StepKind.CHOICE: ("title", "choice"),
    StepKind.AUTOMATIC: ("title", "outcomes", "send", "tell", "open", "set", "wait", "until", "calendar", "call"),
    StepKind.PARALLEL: ("title", "outcomes", "choice", "branches", "join", "team", "limit", "open", "escalate"),
    StepKind.CUSTOMER: ("outcomes", *_STEP_KEYS, "remind"),
    StepKind.TASK: ("outcomes", *_STEP_KEYS, "form"),
    StepKind.REPLY: ("outcomes", *_STEP_KEYS, "form"),
    StepKind.LINKED: ("outcomes", *_STEP_KEYS),
}
_ALL_STEP_KEYS = (
    *("outcomes", *_STEP_KEYS, "choice", "tell", "set", "form", "remind", "until", "calendar", "call"),
    *("branches", "join"),
)
_PROCESS_KEYS = ("handles", "clocks", "closes", "reopen_at", "reasons", "outcomes", "survey")
_STRATEGIES = [strategy for strategy in Strategy if strategy is not Strategy.SAME_AS]


def read_process(body: Mapping[str, object]) -> Process:
    """The process that a document describes.

    Raises:
        InvalidDocument: it has not the form of a process; names every such place.
    """
    problems: list[Problem] = []
    process = _process(Place(body, "", problems))
    if problems:
        raise InvalidDocument(problems)
    return process


def _process(place: Place) -> Process:
    places = place.fields(("key", "title", "reopen_for", "steps"), _PROCESS_KEYS)
    if places["steps"].value == []:
        places["steps"].wrong("document.missing")
    clocks = places["clocks"].fields((), ITEM_CLOCKS)
    steps = tuple(map(_step, places["steps"].items()))
    types = [handled.word(FeedbackType) for handled in places["handles"].items()]
    endings = {outcome: _ending(ending) for outcome, ending in places["closes"].entries().items()}
    return Process(
        key=places["key"].key(),
        title=places["title"].translated(),
        handles=tuple(filter(None, types)),
        reopen_for=places["reopen_for"].duration() or timedelta(),
        clocks={name: read_limits(clocks[name]) for name in ITEM_CLOCKS if clocks[name].value is not None},
        steps=steps,
        closes={outcome: how for outcome, (how, _) in endings.items() if how},
        reopen_at=places["reopen_at"].key() or next((step.key for step in steps), ""),
        reasons=_titles(places["reasons"]),
        closing_reasons={outcome: reason for outcome, (_, reason) in endings.items() if reason},
        outcome_titles=_titles(places["outcomes"]),
        survey=_survey(places["survey"]),
    )


def _titles(place: Place) -> dict[str, dict[str, str]]:
    return {key: title.translated() for key, title in place.entries().items()}


def _ending(place: Place) -> tuple[Outcome | None, str]:
    """``solved``, or ``{outcome: no_answer, reason: no_reply}``."""
    if not isinstance(place.value, Mapping):
        word = place.one_of(list(Outcome), "{outcome: <word>, reason: <key>}")
        return (Outcome(word) if word else None), ""
    places = place.fields(("reason",), ("outcome",))
    return places["outcome"].word(Outcome), places["reason"].key()


def _survey(place: Place) -> Survey | None:
    if place.value is None:
        return None
    places = place.fields(("kind", "send"), ("after", "unless"))
    unless = [outcome.word(Outcome) for outcome in places["unless"].items()]
    return Survey(
        kind=places["kind"].word(SurveyKind) or SurveyKind.CSAT,
        send=places["send"].key(),
        after=places["after"].duration() or timedelta(),
        unless=NOT_ASKED_AFTER if places["unless"].value is None else tuple(filter(None, unless)),
    )


def _step(place: Place, branch: bool = False) -> Step:
    places = place.fields(("key", "kind"), _ALL_STEP_KEYS)
    word = places["kind"].one_of(list(BRANCH_KINDS if branch else StepKind))
    kind = StepKind(word) if word else None
    if isinstance(place.value, Mapping):
        note_missing_ways(places, kind, branch)
    if kind is not None:
        _note_useless_keys(places, kind, BRANCH_KEYS[kind] if branch else _KEYS_OF[kind])
    limit = read_limits(places["limit"])
    return Step(
        key=places["key"].key(),
        kind=kind or StepKind.TASK,
        title=places["title"].translated(),
        team=places["team"].key() or None,
        assign=_assign(places["assign"]),
        respond=read_limits(places["respond"]),
        limit=limit,
        wait=None if kind is StepKind.AUTOMATIC else places["wait"].duration(),
        opens=tuple(map(_open, places["open"].items())),
        form=read_form(places["form"], places["require"]),
        escalate=tuple(_escalation(each, limit.calendar) for each in places["escalate"].items()),
        send=places["send"].key() or None,
        system=places["system"].key() or None,
        tell=tuple(map(read_tell, _one_or_list(places["tell"]))),
        sets=_change(places["set"]),
        remind=tuple(map(_reminder, places["remind"].items())),
        delay=_delay(places) if kind is StepKind.AUTOMATIC else None,
        call=_call(places["call"]),
        branches=() if branch else tuple(_step(each, branch=True) for each in places["branches"].items()),
        join=read_join(places["join"]),
        **_ways(places, kind, branch),
    )


def _ways(places: Mapping[str, Place], kind: StepKind | None, branch: bool) -> dict[str, Any]:
    """Where a step leads: by its outcomes, by the cases of a choice, or by what its branches ended with."""
    joins = kind is StepKind.PARALLEL
    cases = () if joins else tuple(map(_case, places["choice"].items()))
    joined = tuple(map(read_joined, places["choice"].items())) if joins else ()
    outcomes, conditional = (read_ends(places["outcomes"], kind), {}) if branch else _outcomes(places["outcomes"])
    implied = {go: go for go in [*(case.go for case in cases), *(case.go for case in joined)]}
    return {
        "outcomes": outcomes or implied,
        "conditional": conditional,
        "cases": cases,
        "joined": joined,
    }


def _outcomes(place: Place) -> tuple[dict[str, str], dict[str, tuple[Case, ...]]]:
    """``fixed: reply``, or ``fixed: [{if: <condition>, go: verify}, {else: reply}]``."""
    entries = place.entries()
    conditional = {
        outcome: tuple(map(_case, target.items()))
        for outcome, target in entries.items()
        if isinstance(target.value, list | tuple)
    }
    last = {outcome: cases[-1].go if cases else "" for outcome, cases in conditional.items()}
    return {
        outcome: last[outcome] if outcome in last else target.key() for outcome, target in entries.items()
    }, conditional


def _reminder(place: Place) -> Reminder:
    places = place.fields(("at", "send"))
    return Reminder(places["at"].duration() or timedelta(), places["send"].key())


def _call(place: Place) -> str | None:
    """``{event: parts_needed}``."""
    return None if place.value is None else place.fields(("event",))["event"].key()


def _delay(places: Mapping[str, Place]) -> Delay | None:
    """``wait: 2d``, ``wait: 2wd`` with ``calendar: office``, or ``until: office``."""
    calendar = places["calendar"].key() or None
    under = calendar not in (None, REAL)
    length, until = places["wait"].length(under), places["until"].key() or None
    if until is not None and (length is not None or calendar is not None):
        places["until"].wrong("process.two_waits")
    if calendar is not None and length is None:
        places["calendar"].wrong("process.needs_length")
    if until is not None:
        return Delay(None, until)
    return Delay(length, calendar if under else None) if length is not None else None


def _note_useless_keys(places: Mapping[str, Place], kind: StepKind, useful: Collection[str]) -> None:
    for name in _ALL_STEP_KEYS:
        if name not in useful and places[name].value is not None:
            places[name].wrong("process.useless_key", kind=kind, known=", ".join(useful))


def _case(place: Place) -> Case:
    """``{if: <condition>, go: step}`` or ``{else: step}``."""
    if isinstance(place.value, Mapping) and "else" in place.value:
        return Case(None, place.fields(("else",))["else"].key())
    places = place.fields(("if", "go"))
    return Case(_condition(places["if"]), places["go"].key())


def _change(place: Place) -> Change:
    if place.value is None:
        return NO_CHANGE
    places = place.fields((), ("priority", "tags"))
    tags = tuple(" ".join(tag.text().split()) for tag in places["tags"].items())
    return Change(places["priority"].word(Priority), tags)


def _assign(place: Place) -> Assign:
    """``least_loaded``, ``{same_as: step}``, or ``{strategy: skill, skills: [electrics]}``."""
    if not isinstance(place.value, Mapping):
        forms = ("{same_as: <step>}", "{strategy: <word>, skills: [<key>]}")
        return Assign(Strategy(place.one_of(_STRATEGIES, *forms) or Strategy.MANUAL))
    places = place.fields((), ("strategy", "same_as", "skills"))
    same_as = places["same_as"].key() or None
    skills = tuple(skill.key() for skill in places["skills"].items())
    strategy = places["strategy"].one_of(_STRATEGIES) or (Strategy.SAME_AS if same_as else Strategy.SKILL)
    return Assign(Strategy(strategy), same_as, skills)


def _open(place: Place) -> Open:
    places = place.fields(("system", "template"))
    return Open(places["system"].key(), places["template"].key())


def _escalation(place: Place, calendar_of_limit: str | None) -> Escalation:
    places = place.fields(("at",), ("tell", "raise", "if", "calendar"))
    if places["tell"].value is None and places["raise"].value is None:
        places["tell"].wrong("process.idle_escalation")
    calendar = places["calendar"].key() or None
    anchor, share, offset = read_instant(places["at"], (calendar or calendar_of_limit) not in (None, REAL))
    return Escalation(
        anchor=anchor,
        share=share,
        offset=offset,
        tell=tuple(map(read_tell, _one_or_list(places["tell"]))),
        raise_priority=places["raise"].one_of(("priority",)) is not None,
        condition=_condition(places["if"]),
        calendar=calendar,
    )


def _one_or_list(place: Place) -> list[Place]:
    return [place] if isinstance(place.value, Mapping) else place.items()


def _condition(place: Place) -> Condition | None:
    if place.value is None:
        return None
    read = read_condition(place.value, place.path)
    if isinstance(read, list):
        place.problems.extend(read)
        return None
    return read
