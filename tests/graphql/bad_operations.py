"""Wrong wishes about people, runs over many items, migrations, relations and what-ifs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from voxloop.domain.identity import global_id
from voxloop.tests.graphql.bad_input import GQL_INPUT, GQL_INVALID, LONG, LONGEST, NUL, Bad, act, query

_NOBODY = UUID(int=7)
_RUN, _GONE, _MIGRATION = (global_id(kind, _NOBODY) for kind in ("BulkRun", "Absence", "Migration"))
_WHAT_IF, _ITEM = global_id("WhatIf", _NOBODY), global_id("Feedback", _NOBODY)
_NEXT_YEAR = {
    name: (datetime.now(UTC) + timedelta(days=days)).isoformat() for name, days in (("since", 9), ("until", 99))
}


def of(mutation: str, code: str, *place: str, by: str = "manager", **given: Any) -> Bad:
    """A wish that is not fulfilled."""
    return Bad(code, place, by, mutation, given)


def many(code: str, *place: str, by: str = "manager", act: Any = None, **given: Any) -> Bad:
    """A run over many items that is not begun."""
    return of("bulkUpdate", code, *place, by=by, **{"key": "many", "act": act or {"addTag": "x"}} | given)


def moved(code: str, *place: str, by: str = "manager", **given: Any) -> Bad:
    """A migration that is not begun."""
    return of("startMigration", code, *place, by=by, **{"key": "moved", "process": "product_defect"} | given)


def tried(code: str, *place: str, by: str = "manager", **given: Any) -> Bad:
    """A what-if that is not begun."""
    return of("startWhatIf", code, *place, by=by, **given)


def simulated(code: str, *place: str, **given: Any) -> Bad:
    """A sample that is not walked."""
    document = "query ($input: SimulateProcessInput!) { simulateProcess(input: $input) { end } }"
    return query(document, code, *place, input={"process": {"key": "product_defect"}} | given)


RELATIONS = {
    "linked to itself": act("linkFeedback", "ITSELF", "other", other="OPEN", kind="RELATED"),
    "linked to nothing": act("linkFeedback", "NOT_FOUND", "other", other="FB-999999", kind="RELATED"),
    "linked to control characters": act("linkFeedback", "NOT_FOUND", "other", other=NUL, kind="RELATED"),
    "an unknown kind of link": act("linkFeedback", GQL_INPUT, other="CLOSED", kind="TWIN"),
    "unlinked from what it is not linked to": act("unlinkFeedback", "NOT_LINKED", other="CLOSED", kind="RELATED"),
    "linked by an intake token": act("linkFeedback", "FORBIDDEN", by="web", other="CLOSED", kind="RELATED"),
    "linked when finished": act("linkFeedback", "ALREADY_FINISHED", id="FINISHED", other="OPEN", kind="RELATED"),
    "merged into itself": act("mergeFeedback", "ITSELF", "into", into="OPEN"),
    "merged into nothing": act("mergeFeedback", "NOT_FOUND", "into", into=_ITEM),
    "merged into something else": act("mergeFeedback", "NOT_FOUND", "into", into=_RUN),
    "merged into a finished item": act("mergeFeedback", "OTHER_FINISHED", into="FINISHED"),
    "merged by an intake token": act("mergeFeedback", "FORBIDDEN", by="web", into="CLOSED"),
    "merged when closed": act("mergeFeedback", "ALREADY_CLOSED", id="CLOSED", into="OPEN"),
    "unmerged, but not merged": act("unmergeFeedback", "NOT_MERGED"),
    "unmerged by an intake token": act("unmergeFeedback", "FORBIDDEN", by="web"),
    "followed by nobody": of("followFeedback", "FORBIDDEN", id="OPEN"),
    "followed by an intake token": of("followFeedback", "FORBIDDEN", by="web", id="OPEN"),
    "nothing is followed": of("followFeedback", "NOT_FOUND", "id", by="zhou_ming", id=NUL),
    "nothing is followed no more": of("unfollowFeedback", "NOT_FOUND", "id", by="zhou_ming", id=_RUN),
    "followed out of sight": of("followFeedback", "NOT_FOUND", "id", by="sun_yi", id="OPEN"),
    "nobody is mentioned": act("addNote", "NOT_FOUND", "mentions", text="x", mentions=["nobody"]),
    "control characters are mentioned": act("addNote", "UNREADABLE", "mentions", text="x", mentions=[NUL]),
    "duplicates of nothing": query('{ duplicates(of: "12") { similarity } }', GQL_INPUT, "of"),
    "too many duplicates": query(f'{{ duplicates(of: "{_ITEM}", first: 101) {{ similarity }} }}', GQL_INPUT, "first"),
    "followed by an unreadable key": query(
        "query ($key: String!) { feedbacks(where: {followedBy: $key}) { nodes { id } } }",
        GQL_INPUT,
        "where.followedBy",
        key=NUL,
    ),
    "branch of an unreadable team": query(
        "query ($key: String!) { feedbacks(where: {branchTeam: {eq: $key}}) { nodes { id } } }",
        GQL_INPUT,
        "where.branchTeam",
        key=NUL,
    ),
    "mentions from nowhere": query('{ myMentions(after: "x") { nodes { feedback { id } } } }', GQL_INPUT, "after"),
}
PEOPLE = {
    "claimed from nowhere": of("claimNext", "NOT_FOUND", "team", by="zhou_ming", team=NUL, key="c"),
    "claimed from another team": of("claimNext", "NOT_FOUND", "team", by="zhou_ming", team="quality", key="c"),
    "claimed without a key": of("claimNext", "REQUIRED", "key", by="zhou_ming", team="rd_bugfix"),
    "claimed under an endless key": of("claimNext", "TOO_LONG", "key", by="zhou_ming", team="rd_bugfix", key="k" * 201),
    "accepted at a step with control characters": act("accept", "BAD_KEY", "step", step=NUL),
    "reassigned at no step": act("reassign", "BAD_KEY", "step", step="", team="quality"),
    "reassigned to control characters": act("reassign", "UNREADABLE", "member", member=NUL),
    "a note on reassigning too long": act("reassign", "TOO_LONG", "note", team="quality", note=LONGEST),
    "a member changed by a handler": of("updateMember", "FORBIDDEN", by="zhou_ming", member="zhou_ming", capacity=99),
    "a team changed by an intake token": of("updateTeam", "FORBIDDEN", by="web", team="quality", members=[]),
    "a skill too long": of("updateMember", "BAD_KEY", "skills", member="wu_hao", skills=["x" * 101]),
    "a calendar of a member unreadable": of("updateMember", "UNKNOWN_VALUE", "calendar", member="wu_hao", calendar=NUL),
    "a capacity in words": of("updateMember", GQL_INPUT, member="wu_hao", capacity="much"),
    "more capacity than a number holds": of("updateMember", GQL_INPUT, member="wu_hao", capacity=2**40),
    "a lead unreadable": of("updateTeam", "UNKNOWN_VALUE", "lead", team="quality", lead=NUL),
    "a time zone unreadable": of("updateTeam", "UNKNOWN_VALUE", "timeZone", team="quality", timeZone=NUL),
    "a time zone above its folder": of("updateTeam", "UNKNOWN_VALUE", "timeZone", team="quality", timeZone="../UTC"),
    "members unreadable": of("updateTeam", "UNKNOWN_VALUE", "members", team="quality", members=[NUL]),
    "an order that is none": of("updateTeam", GQL_INPUT, team="quality", queue="BEAUTY"),
    "somebody else is away": of("addAbsence", "FORBIDDEN", by="zhou_ming", member="wu_hao", **_NEXT_YEAR),
    "away by an intake token": of("addAbsence", "FORBIDDEN", by="web", member="zhou_ming", **_NEXT_YEAR),
    "an unreadable member is away": of("addAbsence", "NOT_FOUND", "member", member=NUL, **_NEXT_YEAR),
    "away without an offset": of("addAbsence", GQL_INPUT, member="wu_hao", since="2027-01-01", until="2027-01-02"),
    "an unreadable substitute": of(
        "addAbsence", "UNKNOWN_VALUE", "substitute", member="wu_hao", substitute=NUL, **_NEXT_YEAR
    ),
    "no absence": of("removeAbsence", "NOT_FOUND", "id", id="12"),
    "an absence that is gone": of("removeAbsence", "NOT_FOUND", "id", id=_GONE),
}
MANY = {
    "none of many": many("REQUIRED", "ids"),
    "all of many by an empty search": many("REQUIRED", "ids", search=" "),
    "all of many by an empty filter": many("REQUIRED", "ids", where={}),
    "many by a code of none": many("NOT_FOUND", "ids", ids=["FB-999999"]),
    "many without a key": many("REQUIRED", "key", ids=["OPEN"], key=""),
    "unreadable ids of many": many("NOT_FOUND", "ids", ids=[NUL]),
    "many by an intake token": many("FORBIDDEN", by="web", ids=[_ITEM]),
    "many given up by a handler": many("FORBIDDEN", by="zhou_ming", ids=[_ITEM], act={"cancel": {}}),
    "many that nobody sees": many("NOT_FOUND", "ids", ids=[_ITEM]),
    "many by an unreadable search": many(GQL_INPUT, "search", search=NUL),
    "many noted too long": many("TOO_LONG", "addNote", ids=[_ITEM], act={"addNote": LONGEST}),
    "many noted unreadably": many("UNREADABLE", "addNote", ids=[_ITEM], act={"addNote": NUL}),
    "many spam for an unreadable reason": many("UNREADABLE", "markSpam", ids=[_ITEM], act={"markSpam": NUL}),
    "many given up for no reason's key": many(
        "BAD_KEY", "closingReason", ids=[_ITEM], act={"cancel": {"closingReason": "Because!"}}
    ),
    "many handed to nobody": many("REQUIRED", "team", ids=[_ITEM], act={"reassign": {}}),
    "many handed to control characters": many("UNREADABLE", "team", ids=[_ITEM], act={"reassign": {"team": NUL}}),
    "many with a tag too long": many("TOO_LONG", "tag", ids=[_ITEM], act={"addTag": LONG}),
    "a view without a title": of("saveView", "REQUIRED", "title", key="v", title=" "),
    "a view with a title too long": of("saveView", "TOO_LONG", "title", key="v", title="x" * 81),
    "a view that is gone": of("removeView", "NOT_FOUND", "id", id=global_id("View", _NOBODY)),
    "no view to be removed": of("removeView", "NOT_FOUND", "id", id=NUL),
    "no run to be stopped": of("cancelBulk", "NOT_FOUND", "id", id=_RUN),
    "an unreadable run": of("cancelBulk", "NOT_FOUND", "id", id=NUL),
    "a run by no id": query('{ bulkRun(id: "x") { done } }', GQL_INPUT, "id"),
}
MIGRATIONS = {
    "moved without a key": moved("REQUIRED", "key", key=" "),
    "moved under no process": moved("NO_PROCESS", "process", process="nothing"),
    "moved under an unreadable process": moved(GQL_INPUT, "process", process=NUL),
    "moved to no version": moved("NO_PROCESS", "version", version=99),
    "moved to a negative version": moved("NO_PROCESS", "version", version=-1),
    "none moved": moved("OUT_OF_RANGE", "limit", limit=0),
    "too many moved": moved("OUT_OF_RANGE", "limit", limit=10_001),
    "a step for itself twice": moved(GQL_INPUT, "steps", steps=[{"from": "a", "to": "b"}] * 2),
    "an unreadable step": moved(GQL_INPUT, "steps", steps=[{"from": NUL, "to": "b"}]),
    "steps without end": moved(GQL_INPUT, "steps", steps=[{"from": f"a{n}", "to": "b"} for n in range(101)]),
    "moved by a handler": moved("FORBIDDEN", by="zhou_ming"),
    "moved by an intake token": moved("FORBIDDEN", by="web"),
    "nothing to move": moved("NOTHING_TO_MOVE"),
    "no migration to stop": of("cancelMigration", "NOT_FOUND", "id", id=_MIGRATION),
    "no migration to take back": of("undoMigration", "NOT_FOUND", "id", id=_MIGRATION, key="u"),
    "preview of nothing": query('{ migrationPreview(process: "nothing") { total } }', "NO_PROCESS", "process"),
    "migrations from nowhere": query('{ migrations(process: "x", after: "x") { totalCount } }', GQL_INPUT, "after"),
}
WHAT_IFS = {
    "tried by a handler": tried("FORBIDDEN", by="zhou_ming"),
    "tried backwards": tried("OUT_OF_RANGE", "since", since="2026-02-01T00:00:00Z", until="2026-01-01T00:00:00Z"),
    "tried in antiquity": tried("OUT_OF_RANGE", "since", until="0001-01-02T00:00:00Z"),
    "tried from antiquity": tried("OUT_OF_RANGE", "since", since="0001-01-01T00:00:00Z"),
    "another process of no key": tried("NOT_FOUND", "process", process={"key": "nothing"}),
    "another process of an unreadable key": tried("NOT_FOUND", "process", process={"key": NUL}),
    "another process not named": tried("NOT_FOUND", "process", "draft", process={}),
    "something else for a process": tried("NOT_FOUND", "process", "draft", process={"draft": "DRAFT"}),
    "something else for a calendar": tried("NOT_FOUND", "calendars", "0", "draft", calendars=[{"draft": NUL}]),
    "another calendar of an unreadable key": tried("NOT_FOUND", "calendars", "0", calendars=[{"key": NUL}]),
    "a version that is none": tried("NOT_FOUND", "process", process={"key": "product_defect", "version": -1}),
    "a target of nothing": tried(
        "NOT_A_DURATION", "targets", "0", "target", targets=[{"clock": "RESOLUTION", "target": "0h"}]
    ),
    "a target without end": tried(
        "NOT_A_DURATION", "targets", "0", "target", targets=[{"clock": "RESOLUTION", "target": "1000000000h"}]
    ),
    "a target of no process": tried(
        "NOT_FOUND", "targets", "0", "process", targets=[{"clock": "RESOLUTION", "target": "4h", "process": "nothing"}]
    ),
    "a target of an unreadable process": tried(
        "BAD_KEY", "targets", "0", "process", targets=[{"clock": "RESOLUTION", "target": "4h", "process": NUL}]
    ),
    "a target of an unreadable step": tried(
        "BAD_KEY", "targets", "0", "step", targets=[{"clock": "FINISH", "target": "4h", "step": NUL}]
    ),
    "a target in an unknown calendar": tried(
        "NOT_FOUND", "targets", "0", "calendar", targets=[{"clock": "RESOLUTION", "calendar": NUL}]
    ),
    "nobody works": tried("OUT_OF_RANGE", "staffing", "0", "members", staffing=[{"team": "quality", "members": 0}]),
    "nobody has hands": tried(
        "OUT_OF_RANGE", "staffing", "0", "capacity", staffing=[{"team": "quality", "members": 1, "capacity": 0}]
    ),
    "a crowd works": tried("OUT_OF_RANGE", "staffing", "0", "members", staffing=[{"team": "quality", "members": 9**9}]),
    "crowds work": tried("TOO_MANY", "staffing", staffing=[{"team": "quality", "members": 1000, "capacity": 101}]),
    "an unknown team works": tried("NOT_FOUND", "staffing", "0", "team", staffing=[{"team": NUL, "members": 1}]),
    "endless targets": tried(GQL_INPUT, "input.targets", targets=[{"clock": "RESOLUTION"}] * 101),
    "an unreadable key of a what-if": tried("UNREADABLE", "key", key=NUL),
    "an endless key of a what-if": tried("TOO_LONG", "key", key="k" * 201),
    "no what-if to stop": of("cancelWhatIf", "NOT_FOUND", "id", id=_WHAT_IF),
    "a sample of no process": simulated("NOT_FOUND", "process", process={"key": NUL}),
    "a sample with an unreadable outcome": simulated(
        "BAD_KEY", "outcomes.0.outcome", outcomes=[{"step": "repair", "outcome": NUL}]
    ),
    "a sample with an unreadable step": simulated(
        "BAD_KEY", "outcomes.0.step", outcomes=[{"step": NUL, "outcome": "fixed"}]
    ),
    "a sample after a time without end": simulated(
        "NOT_A_DURATION", "outcomes.0.after", outcomes=[{"step": "repair", "outcome": "fixed", "after": "999999d"}]
    ),
    "a sample from antiquity": simulated(GQL_INPUT, "input.receivedAt", receivedAt="0001-01-01T00:00:00Z"),
    "a sample from the end of days": simulated(GQL_INPUT, "input.receivedAt", receivedAt="9999-12-31T23:59:59Z"),
    "a sample with an unreadable fact": simulated("UNREADABLE", "facts", facts={"region": NUL}),
    "a sample with an unreadable text": simulated("UNREADABLE", "text", text=NUL),
}
CALENDARS = {
    "due by an unreadable calendar": query(
        'query ($key: String!) { calendarDue(key: $key, start: "2026-01-01T00:00:00Z", duration: "1h") }',
        GQL_INPUT,
        "key",
        key=NUL,
    ),
    "due in no zone": query(
        'query ($z: String) { calendarDays(key: "office", from: "2026-01-01", timeZone: $z) { day } }',
        GQL_INPUT,
        "timeZone",
        z="../../etc/passwd",
    ),
    "due after days of 24 hours": query(
        '{ calendarDue(key: "office", start: "2026-01-01T00:00:00Z", duration: "2d") }', GQL_INPUT, "duration"
    ),
    "due from antiquity": query(
        '{ calendarDue(key: "office", start: "0001-01-01T00:00:00Z", duration: "2h") }', GQL_INPUT, "start"
    ),
    "days of antiquity": query('{ calendarDays(key: "office", from: "0001-01-01") { day } }', GQL_INPUT, "from"),
    "no days": query('{ calendarDays(key: "office", from: "2026-01-01", days: 0) { day } }', GQL_INPUT, "days"),
    "too many days": query('{ calendarDays(key: "office", from: "2026-01-01", days: 401) { day } }', GQL_INPUT, "days"),
    "a day that is none": query('{ calendarDays(key: "office", from: "2026-02-30") { day } }', GQL_INVALID),
}
OPERATIONS = RELATIONS | PEOPLE | MANY | MIGRATIONS | WHAT_IFS | CALENDARS
