"""Wrong wishes about documents. ``DRAFT``, ``PUBLISHED`` and ``PROCESS`` stand for the global ids of such documents."""

import json
from functools import reduce
from typing import Any
from uuid import UUID

from voxloop.domain.documents import DEEPEST_BODY
from voxloop.domain.identity import global_id
from voxloop.tests.graphql.bad_input import GQL_INPUT, LONG, LONGEST, NUL, Bad, query, raw

BODY: dict[str, Any] = {"key": "bad", "rules": []}
_DEEP, _DEEPER = (reduce(lambda inner, _: [inner], range(depth), list[Any]()) for depth in (DEEPEST_BODY, 900))
_WHERE: dict[str, Any] = reduce(lambda inner, _: {"OR": [inner]}, range(9), {})
_NOBODY = UUID(int=7)


def wish(mutation: str, code: str, *place: str, by: str = "manager", **given: Any) -> Bad:
    """A wish that is not fulfilled; about the draft unless another document is named."""
    return Bad(code, place, by, mutation, {"id": "DRAFT"} | given)


def begun(code: str, *place: str, by: str = "manager", **given: Any) -> Bad:
    """A draft that is not begun."""
    return Bad(code, place, by, "createDraft", {"kind": "RULE_SET", "key": "bad", "body": BODY} | given)


def saved(code: str, *place: str, **given: Any) -> Bad:
    """A draft that is not saved."""
    known: dict[str, Any] = {"revision": 1, "body": BODY}
    return wish("saveDraft", code, *place, **known | given)


def tried(code: str, *place: str, by: str = "manager", **given: Any) -> Bad:
    """A backtest that is not begun."""
    return Bad(code, place, by, "startBacktest", {"draft": "PUBLISHED"} | given)


def written(body: str, code: str = GQL_INPUT) -> Bad:
    """A draft whose body stands in the document, as GraphQL writes it."""
    create = (
        f'createDraft(input: {{kind: RULE_SET, key: "bad", body: {body}}}) {{ userErrors {{ code field message }} }}'
    )
    return Bad(code, ("body",), document=f"mutation {{ done: {create} }}")


DRAFTS = {
    "a key with blanks": begun("BAD_KEY", "key", key="bad key"),
    "a key that is none": begun("BAD_KEY", "key", key=""),
    "a key with control characters": begun("BAD_KEY", "key", key=NUL),
    "a key that is too long": begun("BAD_KEY", "key", key="k" * 61),
    "a new key without a body": begun("NOT_FOUND", "key", key="unheard_of", body=None),
    "body is a list": begun("NOT_AN_OBJECT", "body", body=[BODY]),
    "body is a text": begun("NOT_AN_OBJECT", "body", body=json.dumps(BODY)),
    "body is a number": begun("NOT_AN_OBJECT", "body", body=5),
    "body is too deep": begun("TOO_DEEP", "body", body={"a": _DEEP}),
    "body is much too deep": begun("TOO_DEEP", "body", body={"a": _DEEPER}),
    "text of a body unreadable": begun("UNREADABLE", "body", body={"a": [NUL]}),
    "name in a body unreadable": begun("UNREADABLE", "body", body={"a": {NUL: 1}}),
    "number in a body too large": begun("NOT_A_NUMBER", "body", body={"a": 1e300}),
    "whole number in a body too large": begun("NOT_A_NUMBER", "body", body={"a": 2**53 + 1}),
    "infinity in a body": written("{a: 1e999}", "NOT_A_NUMBER"),
    "body of more than a megabyte": raw(
        json.dumps({"query": "mutation { a }", "variables": {"body": {"a": "x" * 1_000_000}}}).encode()
    ),
    "a body that is not a number": raw(b'{"query": "mutation { a }", "variables": {"body": {"a": NaN}}}'),
    "a document of an unknown kind": begun(GQL_INPUT, kind="POEM"),
    "begun by an intake token": begun("FORBIDDEN", by="web"),
    "no id of a document": saved("NOT_FOUND", "id", id="nothing"),
    "id of another kind of thing": saved("NOT_FOUND", "id", id=global_id("Product", "air_fryer_p3")),
    "id that is no number": saved("NOT_FOUND", "id", id=global_id("Document", "x")),
    "id that is too large a number": saved("NOT_FOUND", "id", id=global_id("Document", 10**30)),
    "unknown document": saved("NOT_FOUND", "id", id=global_id("Document", 10**9)),
    "saved over somebody else's work": saved("CHANGED_MEANWHILE", "revision", revision=7),
    "revision in words": saved(GQL_INPUT, revision="newest"),
    "revision larger than a number": saved(GQL_INPUT, revision=2**40),
    "saved without a body": saved(GQL_INPUT, body=None),
    "saved as a list": saved("NOT_AN_OBJECT", "body", body=[]),
    "saved after publishing": saved("NOT_EDITABLE", "id", id="PUBLISHED"),
    "saved by an intake token": saved("FORBIDDEN", by="shop"),
    "checked after publishing": wish("checkDraft", "NOT_EDITABLE", "id", id="PUBLISHED"),
    "approved unchecked": wish("approveDraft", "NOT_CHECKED", revision=1),
    "discarded after publishing": wish("discardDraft", "NOT_EDITABLE", "id", id="PUBLISHED"),
    "shadow that is not checked": wish("startShadow", "NOT_CHECKED"),
    "no shadow to stop": wish("stopShadow", "NOT_EDITABLE", "id"),
    "published unchecked": wish("publishDraft", "NOT_CHECKED"),
    "published in words": wish("publishDraft", GQL_INPUT, effectiveAt="tomorrow"),
    "published at an instant without offset": wish("publishDraft", GQL_INPUT, effectiveAt="2026-12-01T08:00:00"),
    "published on a day that is none": wish("publishDraft", GQL_INPUT, effectiveAt="2026-02-30T08:00:00Z"),
    "published before time began": wish("publishDraft", GQL_INPUT, effectiveAt="0001-01-01T00:00:00+14:00"),
    "published in a number": wish("publishDraft", GQL_INPUT, effectiveAt=1_800_000_000),
    "published at the end of time": wish(
        "publishDraft", "OUT_OF_RANGE", "effectiveAt", effectiveAt="9999-12-31T23:59:59Z"
    ),
    "not scheduled": wish("unscheduleDraft", "NOT_EDITABLE", "id"),
    "rolled back to a draft": wish("rollBack", "NOT_EDITABLE", "id"),
    "rolled back to what is published": wish("rollBack", "UNCHANGED", id="PUBLISHED"),
}
STUDIES = {
    "backtest of nothing": tried("NOT_FOUND", "draft", draft="nothing"),
    "backtest of an unknown draft": tried("NOT_FOUND", "draft", draft=global_id("Document", 10**9)),
    "backtest of a process": tried("NO_RULE_SET", "draft", draft="PROCESS"),
    "backtest that ends before it begins": tried(
        "OUT_OF_RANGE", "since", since="2026-10-02T00:00:00Z", until="2026-10-01T00:00:00Z"
    ),
    "backtest of no time": tried("OUT_OF_RANGE", "since", since="2026-10-01T00:00:00Z", until="2026-10-01T00:00:00Z"),
    "backtest from antiquity": tried("OUT_OF_RANGE", "since", since="0001-01-01T00:00:00Z"),
    "backtest until antiquity": tried("OUT_OF_RANGE", "since", until="0001-01-01T00:00:00Z"),
    "backtest through too deep a filter": tried(GQL_INPUT, "where", where=_WHERE),
    "backtest by an intake token": tried("FORBIDDEN", by="web"),
    "unknown backtest": Bad("NOT_FOUND", ("id",), "manager", "cancelBacktest", {"id": global_id("Backtest", _NOBODY)}),
    "no backtest": Bad("NOT_FOUND", ("id",), "manager", "cancelBacktest", {"id": global_id("Feedback", _NOBODY)}),
}
_ONE = "query ($id: ID!) { document(id: $id) { id } }"
_LIST = "query ($key: String, $first: Int, $after: String) { documents(key: $key, first: $first, after: $after) { nodes { id } } }"  # noqa: E501
_SHADOW = "query ($id: ID!) { shadowReport(document: $id) { state } }"
_DIFF = "query ($from: ID!, $to: ID!) { diffDocuments(from: $from, to: $to) { equal } }"
_SIMULATE = "query ($ruleSet: ID, $facts: JSON, $text: String) { simulateRules(ruleSet: $ruleSet, facts: $facts, text: $text) { sentences } }"  # noqa: E501
_EXPLAIN = "query ($id: ID!, $last: Int) { explainDecision(id: $id, last: $last) { version } }"
QUESTIONS = {
    "no document's id": query(_ONE, GQL_INPUT, "id", id="12"),
    "a product's id": query(_ONE, GQL_INPUT, "id", id=global_id("Product", "air_fryer_p3")),
    "node of a document that is no number": query(
        "query ($id: ID!) { node(id: $id) { id } }", GQL_INPUT, "id", id=global_id("Document", "x")
    ),
    "key too long to be one": query(_LIST, GQL_INPUT, "key", key="k" * 201),
    "key unreadable": query(_LIST, GQL_INPUT, "key", key=NUL),
    "page of documents too large": query(_LIST, GQL_INPUT, "first", first=101),
    "no cursor of documents": query(_LIST, GQL_INPUT, "after", after="WyJET0NVTUVOVCIsIngiXQ=="),
    "cursor beyond numbers": query(_LIST, GQL_INPUT, "after", after="WyJET0NVTUVOVCIsIDFlMzBd"),
    "difference of a process and rules": query(_DIFF, GQL_INPUT, "to", **{"from": "PUBLISHED", "to": "PROCESS"}),
    "difference from nothing": query(_DIFF, GQL_INPUT, "from", **{"from": "x", "to": "PROCESS"}),
    "no backtest's id": query("query ($id: ID!) { backtest(id: $id) { state } }", GQL_INPUT, "id", id="DRAFT"),
    "no draft's id": query(
        "query ($id: ID!) { shadowReport(document: $id) { state } }", GQL_INPUT, "document", id=LONG
    ),
    "explanation of nothing": query(_EXPLAIN, GQL_INPUT, "id", id=NUL),
    "too many explanations": query(_EXPLAIN, GQL_INPUT, "last", id="OPEN", last=101),
    "facts are a list": query(_SIMULATE, "NOT_AN_OBJECT", "facts", facts=["rating"]),
    "facts too deep": query(_SIMULATE, "TOO_DEEP", "facts", facts={"text": _DEEP}),
    "facts unreadable": query(_SIMULATE, "UNREADABLE", "facts", facts={"text": NUL}),
    "a fact too long": query(_SIMULATE, "TOO_LONG", "facts.region", facts={"region": LONGEST}),
    "too many facts": query(_SIMULATE, GQL_INPUT, "facts", facts={f"fact_{number}": 1 for number in range(201)}),
    "text to be simulated too long": query(_SIMULATE, "TOO_LONG", "text", text=LONGEST),
    "text to be simulated unreadable": query(_SIMULATE, "UNREADABLE", "text", text=NUL),
    "no rule set": query(_SIMULATE, GQL_INPUT, "ruleSet", ruleSet="x", text="x"),
    "a process for a rule set": query(_SIMULATE, "NOT_FOUND", "ruleSet", ruleSet="PROCESS", text="x"),
    "unknown rule set": query(_SIMULATE, "NOT_FOUND", "ruleSet", ruleSet=global_id("Document", 10**9), text="x"),
    "simulated by an intake token": Bad("FORBIDDEN", by="web", document=_SIMULATE, given={"text": "x"}),
    "vocabulary for an intake token": Bad("FORBIDDEN", by="web", document="{ vocabulary { example } }"),
}
DOCUMENTS = DRAFTS | STUDIES | QUESTIONS
