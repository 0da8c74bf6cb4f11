"""Wrong requests of every kind. ``OPEN``, ``CLOSED`` and ``FINISHED`` stand for the codes of such items."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from voxloop.domain.submission import LONGEST_TEXT

Place = tuple[str, ...]
NUL, LONG, LONGEST = "a\0b", "x" * 101, "x" * (LONGEST_TEXT + 1)
GOOD = {"text": "Leaks", "channel": "APP", "key": "good"}
GQL_INPUT, GQL_INVALID, GQL_UNREADABLE = "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"
ME = "{ me { name } }"


@dataclass(frozen=True)
class Bad:
    """One wrong request, and the one refusal that it must get: its code, and the place it is about."""

    code: str
    place: Place = ()
    by: str = "manager"
    mutation: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    document: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


def submission(code: str, *place: str, **given: Any) -> Bad:
    """Feedback that is not accepted."""
    return Bad(code, place, "web", "submitFeedback", GOOD | given)


def act(mutation: str, code: str, *place: str, by: str = "manager", **given: Any) -> Bad:
    """An act that is not done; on the open item unless another is named."""
    return Bad(code, place, by, mutation, {"id": "OPEN", "key": f"{mutation}-{code}"} | given)


def query(document: str, refusal: str, /, *place: str, **variables: Any) -> Bad:
    """A question that is not answered."""
    return Bad(refusal, place, document=document, given=variables)


def raw(body: bytes, code: str = "BAD_REQUEST", method: str = "POST", **headers: str) -> Bad:
    """A body that is no request."""
    return Bad(
        code, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()}, method=method
    )


SUBMISSIONS = {
    "no text": submission("REQUIRED", "text", text=" \n\t "),
    "no key": submission("REQUIRED", "key", key="  "),
    "key too long": submission("TOO_LONG", "key", key="k" * 201),
    "text too long": submission("TOO_LONG", "text", text=LONGEST),
    "control characters": submission("UNREADABLE", "text", text=NUL),
    "more than five stars": submission("OUT_OF_RANGE", "rating", rating=6),
    "less than nothing": submission("OUT_OF_RANGE", "nps", nps=-1),
    "unknown product": submission("UNKNOWN_VALUE", "product", product="toaster"),
    "unknown module": submission("UNKNOWN_VALUE", "module", product="air_fryer_p3", module="wheels"),
    "module of no product": submission("REQUIRED", "product", module="basket"),
    "from the future": submission("OUT_OF_RANGE", "receivedAt", receivedAt="2999-01-01T00:00:00Z"),
    "from antiquity": submission("OUT_OF_RANGE", "receivedAt", receivedAt="0001-01-01T00:00:00Z"),
    "no e-mail address": submission("BAD_EMAIL", "customer", "email", customer={"ref": "B", "email": "nobody"}),
    "no telephone number": submission("BAD_PHONE", "customer", "phone", customer={"ref": "B", "phone": "call me"}),
    "customer without reference": submission("REQUIRED", "customer", "ref", customer={"ref": ""}),
    "customer's name too long": submission("TOO_LONG", "customer", "name", customer={"ref": "B", "name": "x" * 201}),
    "region too long": submission("TOO_LONG", "region", region=LONG),
    "part too long": submission("TOO_LONG", "part", part=LONG),
    "follows nothing": submission("NOT_FOUND", "followUpOf", followUpOf="FB-999999"),
    "replayed key with another body": submission("KEY_REUSED", "key", key="standing", text="something else"),
    "unknown channel": submission(GQL_INPUT, channel="PIGEON"),
    "stars in words": submission(GQL_INPUT, rating="five"),
    "more stars than a number holds": submission(GQL_INPUT, rating=2**40),
    "an instant without offset": submission(GQL_INPUT, receivedAt="2026-10-01T08:00:00"),
    "no instant": submission(GQL_INPUT, receivedAt="yesterday"),
    "unknown field": submission(GQL_INPUT, colour="red"),
    "text of the wrong type": submission(GQL_INPUT, text=["Leaks"]),
    "text is null": submission(GQL_INPUT, text=None),
}
ACTS = {
    "unknown code": act("accept", "NOT_FOUND", "id", id="FB-999999"),
    "no id": act("accept", "NOT_FOUND", "id", id="nothing"),
    "id with control characters": act("accept", "NOT_FOUND", "id", id=NUL),
    "id of something else": act("accept", "NOT_FOUND", "id", id="UHJvZHVjdDphaXJfZnJ5ZXJfcDM="),
    "item of another source": act("confirm", "NOT_FOUND", "id", by="shop", satisfied=True),
    "no key for an act": act("accept", "REQUIRED", "key", key=""),
    "stale expect": act("accept", "CHANGED_MEANWHILE", "expect", expect=1),
    "expect in words": act("accept", GQL_INPUT, expect="newest"),
    "unknown outcome": act("completeStep", "UNKNOWN_OUTCOME", "outcome", outcome="magic"),
    "no outcome": act("completeStep", "REQUIRED", "outcome", outcome=" "),
    "required field missing": act("completeStep", "REQUIRED", "fields", "root_cause", outcome="fixed"),
    "fields are no object": act("completeStep", "BAD_FIELDS", "fields", outcome="fixed", fields=["a"]),
    "field is no text": act(
        "completeStep", "NOT_A_TEXT", "fields", "root_cause", outcome="fixed", fields={"root_cause": 1}
    ),
    "field too long": act(
        "completeStep", "TOO_LONG", "fields", "root_cause", outcome="fixed", fields={"root_cause": "x" * 5001}
    ),
    "field unreadable": act(
        "completeStep", "UNREADABLE", "fields", "root_cause", outcome="fixed", fields={"root_cause": NUL}
    ),
    "reply without words": act("reply", "REQUIRED", "text", text=" "),
    "reply too long": act("reply", "TOO_LONG", "text", text=LONGEST),
    "note unreadable": act("addNote", "UNREADABLE", "text", text=NUL),
    "reassigned to nobody": act("reassign", "REQUIRED", "team"),
    "reassigned to an unknown team": act("reassign", "NOT_FOUND", "team", team="nobody"),
    "reassigned to somebody elsewhere": act("reassign", "NOT_FOUND", "member", member="li_na"),
    "confirmed unasked": act("confirm", "NOT_ASKED", satisfied=True),
    "comment too long": act("confirm", "TOO_LONG", "comment", satisfied=False, comment=LONGEST),
    "customer says nothing": act("customerReply", "REQUIRED", "text", text=""),
    "reopened while open": act("reopen", "NOT_CLOSED"),
    "cancelled for an unreadable reason": act("cancel", "UNREADABLE", "reason", reason=NUL),
    "question unreadable": act("waitForCustomer", "UNREADABLE", "text", text=NUL),
    "resumed while it goes on": act("resume", "NOT_WAITING"),
    "priority that it has": act("changePriority", "UNCHANGED", priority="NORMAL"),
    "unknown priority": act("changePriority", GQL_INPUT, priority="TOP"),
    "type that it has": act("changeType", "UNCHANGED", type="DEFECT"),
    "unknown type": act("changeType", GQL_INPUT, type="PIGEON"),
    "blank tag": act("addTag", "REQUIRED", "tag", tag=" \n "),
    "tag too long": act("addTag", "TOO_LONG", "tag", tag=LONG),
    "tag unreadable": act("removeTag", "UNREADABLE", "tag", tag=NUL),
    "reason for spam too long": act("markSpam", "TOO_LONG", "reason", reason=LONGEST),
    "act's key for something else": act("addNote", "KEY_REUSED", "key", key="standing", text="other words"),
    "accepted after closing": act("accept", "ALREADY_CLOSED", id="CLOSED"),
    "waiting after closing": act("waitForCustomer", "ALREADY_CLOSED", id="CLOSED"),
    "spam after closing": act("markSpam", "ALREADY_CLOSED", id="CLOSED"),
    "priority after closing": act("changePriority", "ALREADY_CLOSED", id="CLOSED", priority="HIGH"),
    "note on a finished item": act("addNote", "ALREADY_FINISHED", id="FINISHED", text="late"),
    "reopened when finished": act("reopen", "ALREADY_FINISHED", id="FINISHED"),
    "tag on a finished item": act("addTag", "ALREADY_FINISHED", id="FINISHED", tag="late"),
    "cancelled by the customer": act("cancel", "FORBIDDEN", by="web"),
    "spam by the customer": act("markSpam", "FORBIDDEN", by="web"),
    "type put right by the customer": act("changeType", "FORBIDDEN", by="web", type="PRAISE"),
    "unknown linked item": act("advanceLinkedItem", "NOT_FOUND", "id", id="vox-none-1", state="DONE"),
    "unknown state of a linked item": act("advanceLinkedItem", GQL_INPUT, id="vox-none-1", state="LOST"),
}
_LIST = "query ($where: FeedbackWhere, $search: String, $first: Int, $last: Int, $after: String) { feedbacks(where: $where, search: $search, first: $first, last: $last, after: $after) { nodes { id } } }"  # noqa: E501
_ONE = "query ($id: ID, $code: String) { feedback(id: $id, code: $code) { id } }"
_TOTALS = "query ($by: [Dimension!], $period: PeriodInput) { statistics(by: $by, period: $period) { groupCount } }"
_DEEP: dict[str, Any] = reduce(lambda inner, _: {"AND": [inner]}, range(9), {})
QUERIES = {
    "neither id nor code": query(_ONE, GQL_INPUT, "id"),
    "both id and code": query(_ONE, GQL_INPUT, "id", id="x", code="OPEN"),
    "no code": query(_ONE, GQL_INPUT, "code", code="12"),
    "no global id": query(_ONE, GQL_INPUT, "id", id="12"),
    "page too large": query(_LIST, GQL_INPUT, "first", first=1000),
    "page of less than nothing": query(_LIST, GQL_INPUT, "first", first=-1),
    "both ends of a list": query(_LIST, GQL_INPUT, "last", first=1, last=1),
    "no cursor": query(_LIST, GQL_INPUT, "after", after="somewhere"),
    "search too long": query(_LIST, GQL_INPUT, "search", search="x" * 201),
    "search unreadable": query(_LIST, GQL_INPUT, "search", search=NUL),
    "filter too deep": query(_LIST, GQL_INPUT, "where", where=_DEEP),
    "filter of an unknown stage": query(_LIST, GQL_INPUT, where={"stage": {"eq": "ASLEEP"}}),
    "any node": query("query ($id: ID!) { node(id: $id) { id } }", GQL_INPUT, "id", id="12"),
    "variable missing": query("query ($id: ID!) { node(id: $id) { id } }", GQL_INPUT),
    "period of no length": query(_TOTALS, GQL_INPUT, "period.days", period={"days": 0}),
    "a dimension twice": query(_TOTALS, GQL_INPUT, "by", by=["STAGE", "STAGE"]),
    "unknown field of a type": query("{ nothing }", GQL_INVALID),
    "unknown argument": query('{ feedback(colour: "red") { id } }', GQL_INVALID),
    "brace missing": query("{ me { name ", GQL_UNREADABLE),
    "too many aliases": query("{" + " ".join(f"a{n}: me {{ name }}" for n in range(200)) + "}", "QUERY_TOO_LARGE"),
    "operation that is not there": Bad("BAD_REQUEST", body=b'{"query": "{ me { name } }", "operationName": "other"}'),
}
TRANSPORT = {
    "no token": Bad("UNAUTHENTICATED", document=ME, headers={"Authorization": ""}),
    "wrong token": Bad("UNAUTHENTICATED", document=ME, headers={"Authorization": "Bearer vox_wrong"}),
    "token with a strange sign": Bad("UNAUTHENTICATED", document=ME, headers={"Authorization": "Basic dm94"}),
    "broken JSON": raw(b'{"query": '),
    "half a surrogate pair": raw(b'{"query": "\\ud800"}'),
    "no UTF-8": raw(b'{"query": "\xff"}'),
    "a list of requests": raw(b"[]"),
    "no document": raw(b"{}"),
    "variables are no object": raw(b'{"query": "{ me { name } }", "variables": []}'),
    "document is no text": raw(b'{"query": 1}'),
    "ten megabytes of text": raw(b'{"query": "' + b"x" * 10_000_000 + b'"}'),
    "a form": raw(b"query=1", content_type="application/x-www-form-urlencoded"),
    "by PUT": raw(b"{}", method="PUT"),
}
OTHERS = SUBMISSIONS | ACTS | QUERIES | TRANSPORT
