"""From a document to a ``Process``: what the keys may be and what their values look like, no more.

Whether the process makes sense is ``process_checker``'s question. Everything that cannot be read is told at once.
"""

from collections.abc import Mapping
from datetime import timedelta

from voxloop.domain.decision import Open, read_tell
from voxloop.domain.durations import read_duration
from voxloop.domain.feedback import FeedbackType, Outcome, Priority, Stage
from voxloop.domain.problems import InvalidDocument, Problem
from voxloop.domain.process import (
    ITEM_CLOCKS,
    NO_CHANGE,
    Anchor,
    Assign,
    Case,
    Change,
    Escalation,
    Limits,
    Process,
    Step,
    StepKind,
)
from voxloop.domain.reading import Place, read_share, shown
from voxloop.domain.rule_reader import read_condition
from voxloop.domain.rules import Condition

_STEP_KEYS = ("title", "team", "assign", "respond", "limit", "wait", "open", "require", "escalate", "send", "system")
_PASSING_KEYS = {
    StepKind.CHOICE: ("title", "choice"),
    StepKind.AUTOMATIC: ("title", "outcomes", "send", "tell", "open", "set"),
}
_ALL_STEP_KEYS = ("outcomes", *_STEP_KEYS, "choice", "tell", "set")
_STRATEGIES = ("manual", "least_loaded", "account_owner")


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
    places = place.fields(("key", "title", "reopen_for", "steps"), ("handles", "clocks", "closes", "reopen_at"))
    if places["steps"].value == []:
        places["steps"].wrong("document.missing")
    clocks = places["clocks"].fields((), ITEM_CLOCKS)
    steps = tuple(map(_step, places["steps"].items()))
    types = [handled.word(FeedbackType) for handled in places["handles"].items()]
    closes = {outcome: ending.word(Outcome) for outcome, ending in places["closes"].entries().items()}
    return Process(
        key=places["key"].key(),
        title=places["title"].translated(),
        handles=tuple(filter(None, types)),
        reopen_for=places["reopen_for"].duration() or timedelta(),
        clocks={name: _limits(clocks[name]) for name in ITEM_CLOCKS if clocks[name].value is not None},
        steps=steps,
        closes={outcome: ending for outcome, ending in closes.items() if ending},
        reopen_at=places["reopen_at"].key() or next((step.key for step in steps), ""),
    )


def _step(place: Place) -> Step:
    places = place.fields(("key", "kind"), _ALL_STEP_KEYS)
    kind = places["kind"].word(StepKind)
    if isinstance(place.value, Mapping):
        places["choice" if kind is StepKind.CHOICE else "outcomes"].needed()
    if kind is not None:
        _note_useless_keys(places, kind)
    cases = tuple(map(_case, places["choice"].items()))
    outcomes = {outcome: target.key() for outcome, target in places["outcomes"].entries().items()}
    return Step(
        key=places["key"].key(),
        kind=kind or StepKind.TASK,
        title=places["title"].translated(),
        outcomes=outcomes or {case.go: case.go for case in cases},
        team=places["team"].key() or None,
        assign=_assign(places["assign"]),
        respond=_limits(places["respond"]),
        limit=_limits(places["limit"]),
        wait=places["wait"].duration(),
        opens=tuple(map(_open, places["open"].items())),
        require=tuple(field.key() for field in places["require"].items()),
        escalate=tuple(map(_escalation, places["escalate"].items())),
        send=places["send"].key() or None,
        system=places["system"].key() or None,
        cases=cases,
        tell=tuple(map(read_tell, _one_or_list(places["tell"]))),
        sets=_change(places["set"]),
    )


def _note_useless_keys(places: Mapping[str, Place], kind: StepKind) -> None:
    useful = _PASSING_KEYS.get(kind, ("outcomes", *_STEP_KEYS))
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


def _limits(place: Place) -> Limits:
    places = place.fields((), (*Priority, "warn", "pause"))
    targets = {priority: places[priority].duration() for priority in Priority}
    stages = [stage.word(Stage) for stage in places["pause"].items()]
    return Limits(
        targets={priority: target for priority, target in targets.items() if target},
        warn=tuple(share.share() for share in places["warn"].items()),
        pause=tuple(filter(None, stages)),
    )


def _assign(place: Place) -> Assign:
    if isinstance(place.value, Mapping):
        return Assign("same_as", place.fields(("same_as",))["same_as"].key())
    return Assign(place.one_of(_STRATEGIES, "{same_as: <step>}") or "manual")


def _open(place: Place) -> Open:
    places = place.fields(("system", "template"))
    return Open(places["system"].key(), places["template"].key())


def _escalation(place: Place) -> Escalation:
    places = place.fields(("at",), ("tell", "raise", "if"))
    if places["tell"].value is None and places["raise"].value is None:
        places["tell"].wrong("process.idle_escalation")
    anchor, share, offset = _instant(places["at"])
    return Escalation(
        anchor=anchor,
        share=share,
        offset=offset,
        tell=tuple(map(read_tell, _one_or_list(places["tell"]))),
        raise_priority=places["raise"].one_of(("priority",)) is not None,
        condition=_condition(places["if"]),
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


def _instant(place: Place) -> tuple[Anchor, float, timedelta]:
    text = place.value if isinstance(place.value, str) else ""
    try:
        if text.endswith("%"):
            return Anchor.SHARE, read_share(text), timedelta()
        if text.startswith("+"):
            return Anchor.AFTER, 1.0, read_duration(text[1:])
        return Anchor.SINCE, 0.0, read_duration(text)
    except ValueError:
        if place.value is not None:
            place.wrong("process.not_an_instant", value=shown(place.value))
        return Anchor.SINCE, 0.0, timedelta()
