"""The ways in which a wish is refused: one enum, worded in ``texts`` under ``refusal.<CODE>``."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from voxloop.domain.texts import label, sentence, texts


class RefusalCode(StrEnum):
    """Why a mutation changed nothing."""

    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    REQUIRED = "REQUIRED"
    TOO_LONG = "TOO_LONG"
    UNREADABLE = "UNREADABLE"
    BAD_EMAIL = "BAD_EMAIL"
    BAD_PHONE = "BAD_PHONE"
    BAD_FIELDS = "BAD_FIELDS"
    UNKNOWN_VALUE = "UNKNOWN_VALUE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    KEY_REUSED = "KEY_REUSED"
    CHANGED_MEANWHILE = "CHANGED_MEANWHILE"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    ALREADY_FINISHED = "ALREADY_FINISHED"
    ALREADY_CLOSED = "ALREADY_CLOSED"
    ALREADY_ACCEPTED = "ALREADY_ACCEPTED"
    NOT_CLOSED = "NOT_CLOSED"
    NOT_ASKED = "NOT_ASKED"
    WRONG_STEP = "WRONG_STEP"
    STEP_NEEDED = "STEP_NEEDED"
    STEP_NOT_OPEN = "STEP_NOT_OPEN"
    UNKNOWN_OUTCOME = "UNKNOWN_OUTCOME"
    FIELDS_MISSING = "FIELDS_MISSING"
    ALREADY_WAITING = "ALREADY_WAITING"
    NOT_WAITING = "NOT_WAITING"
    UNCHANGED = "UNCHANGED"
    TOO_MANY_TAGS = "TOO_MANY_TAGS"
    CLOCK_NOT_RUNNING = "CLOCK_NOT_RUNNING"
    NOT_IN_FUTURE = "NOT_IN_FUTURE"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    NOT_A_TEXT = "NOT_A_TEXT"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    NO_NUMBER = "NO_NUMBER"
    NOT_A_DATE = "NOT_A_DATE"
    NOT_A_DURATION = "NOT_A_DURATION"
    NOT_A_FLAG = "NOT_A_FLAG"
    NOT_A_LIST = "NOT_A_LIST"
    TOO_LOW = "TOO_LOW"
    TOO_HIGH = "TOO_HIGH"
    TOO_SHORT = "TOO_SHORT"
    TOO_FEW = "TOO_FEW"
    TOO_MANY = "TOO_MANY"
    REASON_NEEDED = "REASON_NEEDED"
    UNKNOWN_REASON = "UNKNOWN_REASON"
    NO_SCORE = "NO_SCORE"
    ALREADY_ANSWERED = "ALREADY_ANSWERED"
    NOT_AN_INSTANT = "NOT_AN_INSTANT"
    NOT_AN_OBJECT = "NOT_AN_OBJECT"
    TOO_DEEP = "TOO_DEEP"
    BAD_KEY = "BAD_KEY"
    NOT_EDITABLE = "NOT_EDITABLE"
    NOT_CHECKED = "NOT_CHECKED"
    NOT_APPROVED = "NOT_APPROVED"
    OWN_WORK = "OWN_WORK"
    PUBLISHED_MEANWHILE = "PUBLISHED_MEANWHILE"
    NO_RULE_SET = "NO_RULE_SET"
    NOTHING_PUBLISHED = "NOTHING_PUBLISHED"
    NOT_ON_RECEPTION = "NOT_ON_RECEPTION"
    SHADOW_TAKEN = "SHADOW_TAKEN"
    HAS_ENDED = "HAS_ENDED"
    OVERLAPS = "OVERLAPS"
    NOTHING_WAITS = "NOTHING_WAITS"
    ITSELF = "ITSELF"
    ALREADY_LINKED = "ALREADY_LINKED"
    NOT_LINKED = "NOT_LINKED"
    IS_MERGED = "IS_MERGED"
    NOT_MERGED = "NOT_MERGED"
    OTHER_MERGED = "OTHER_MERGED"
    OTHER_FINISHED = "OTHER_FINISHED"
    CANNOT_SEE = "CANNOT_SEE"
    EXACTLY_ONE = "EXACTLY_ONE"
    STEP_MISSING = "STEP_MISSING"
    STEP_OF_OTHER_KIND = "STEP_OF_OTHER_KIND"
    PARALLEL_CHANGED = "PARALLEL_CHANGED"
    PROCESS_CHANGED = "PROCESS_CHANGED"
    NO_PROCESS = "NO_PROCESS"
    UNKNOWN_STEP = "UNKNOWN_STEP"
    NOTHING_TO_MOVE = "NOTHING_TO_MOVE"
    GOES_ON = "GOES_ON"
    INTERNAL = "INTERNAL"


class Refused(Exception):
    """A wish that is refused in words: the code, the input field it is about, the values of its sentence."""

    def __init__(self, code: RefusalCode, field: Sequence[str] = (), **params: str | int) -> None:
        super().__init__(code, tuple(field), params)
        self.code, self.field, self.params = code, tuple(field), params


class RefusedTogether(Exception):
    """Several refusals at once, each about its own field."""

    def __init__(self, problems: Sequence[Refused]) -> None:
        super().__init__(*problems)
        self.problems = problems


def demand(*problems: Refused | None) -> None:
    """Go on only without problems.

    Raises:
        RefusedTogether: with all there are.
    """
    found = [problem for problem in problems if problem is not None]
    if found:
        raise RefusedTogether(found)


def told_params(code: RefusalCode, params: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that the sentence of a refusal tells: a loop knows no sentences and gives all it has."""
    told = texts("en")[f"refusal.{code}"]
    return {name: value for name, value in params.items() if f"{{{name}}}" in told}


def refusal_sentence(language: str, refused: Refused) -> str:
    """Why, for people; of states they read the names."""
    state = refused.params.get("state")
    named = {"state": label(language, "document_state", str(state))} if state is not None else {}
    return sentence(language, f"refusal.{refused.code}", {**refused.params, **named})
