"""The timeline, as the schema shows it: each event with a sentence in the reader's language."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.process import CLOSE
from voxloop.domain.rights import SHOWN_TO_CUSTOMERS
from voxloop.domain.texts import label, outcome_title, say, sentence, texts
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.assignments import in_short, instant_in_words
from voxloop.graphql.context import Context, Info
from voxloop.graphql.enums import ActorKind
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import made
from voxloop.graphql.people import member_name
from voxloop.store.sessions import Row

Runs = Mapping[str, Row]
# What an event may say besides: what rules did in its turn. Its own sentence may say some of it.
_BESIDES = (
    *("branch", "because", "assigned", "unassigned", "fired", "copied", "rewarded", "unrewarded", "ignored"),
    *("called", "uncalled", "ended", "withdrawn", "joined", "closing_reason", "never_due", "woken"),
)
_AS_THEY_ARE = ("score", "called", "uncalled", "tag", "other", "level")
# Of the details of an event, what its sentence needs where the customer reads it.
_FOR_CUSTOMERS = ("outcome", "score")


@strawberry.type(description="Something that happened to an item. Events are never changed.")
class Event:
    version: int = strawberry.field(description="The version of the item that it made.")
    at: datetime = strawberry.field(description="When it happened.")
    kind: str = strawberry.field(description="What happened: `received`, `decided`, `accepted`, `escalated` ...")
    actor_kind: ActorKind = strawberry.field(description="What kind of actor did it.")
    actor: str | None = strawberry.field(description="Who: the member's key, the integration's or the rule set's name.")
    round: int = strawberry.field(description="The round it belongs to.")
    step: str | None = strawberry.field(description="The step at which the item stood then.")
    changes: JSON = strawberry.field(description="The values that it changed, as they were afterwards.")
    detail: JSON = strawberry.field(description="More about it.")
    row: strawberry.Private[Row]
    steps: strawberry.Private[Runs]

    @resolver("What happened, as a sentence.")
    def sentence(self, info: Info, language: InLanguage = None) -> str:
        return said(info.context, self.row, self.steps, language or info.context.language)


def by_step(runs: Iterable[Row]) -> Runs:
    """The newest run of each step. It knows also what outcomes were called that only earlier ones had."""
    found: dict[str, Row] = {}
    for run in runs:
        key, titles = run["step"], run["outcome_titles"]
        if key in found:
            run = cast(Row, {**run, "outcome_titles": {**found[key]["outcome_titles"], **titles}})
        found[key] = run
    return found


def event(row: Row, steps: Runs) -> Event:
    """An event from its row; ``steps``: the item's step runs as ``by_step`` has them."""
    return made(Event, row, row=row, steps=steps)


def for_customers(rows: Iterable[Row]) -> list[Row]:
    """Of some events, those that concern the customer, without what is between colleagues."""
    shown = [row for row in rows if row["kind"] in SHOWN_TO_CUSTOMERS]
    return [cast(Row, {**row, "detail": _shown_detail(row.get("detail", {}))}) for row in shown]


def _shown_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {name: detail[name] for name in _FOR_CUSTOMERS if name in detail}


def said(context: Context, row: Row, steps: Runs, language: str) -> str:
    """What happened, in one sentence, and what rules did besides."""
    kind = str(row["kind"])
    if f"event.{kind}" not in texts(language):
        return kind
    params = _params(context, row, steps, language)
    key = _own_sentence(kind, params, language)
    own = texts(language)[key]
    besides = [name for name in _BESIDES if row["detail"].get(name) and f"{{{name}}}" not in own]
    keys = (key, *(f"beside.{name}" for name in besides))
    return "".join(sentence(language, each, params) for each in keys)


def _own_sentence(kind: str, params: Mapping[str, Any], language: str) -> str:
    """The key of an event's sentence: another one where there is nobody whom it would name."""
    usual, alone = f"event.{kind}", f"event_alone.{kind}"
    unnamed = any(f"{{{name}}}" in texts(language)[usual] and not params[name] for name in ("with", "told"))
    return alone if unnamed and alone in texts(language) else usual


def _params(context: Context, row: Row, steps: Runs, language: str) -> dict[str, Any]:
    changes, detail, kind = row["changes"], row["detail"], row["kind"]
    changed = kind.partition("_")[0]  # of priority_changed and type_changed, the labels' section
    step, outcome = detail.get("step") or row["step"], detail.get("outcome")
    following = detail.get("next", outcome)
    member = detail.get("member") or changes.get("owner")
    team = detail.get("team") or changes.get("team") or (steps[step]["team"] if step in steps else None)
    return {
        **{name: detail.get(name) for name in _AS_THEY_ARE},
        "actor": _actor(context, row, language),
        "with": member_name(context, member, language) or _team(context, team, language),
        "step": _step(steps, step, language),
        "round": row["round"],
        "channel": label(language, "channel", changes.get("channel")),
        "type": label(language, "type", changes.get("type")),
        "fired": _listed(language, detail.get("fired", ())),
        "outcome": label(language, "outcome", outcome) if kind == "closed" else _answer(steps, row, language),
        "next": label(language, "stage", "closed") if following == CLOSE else _step(steps, following, language),
        "until": instant_in_words(detail.get("until")),
        "closing_reason": detail.get("closing_reason", {}).get(language),
        "because": detail.get("because", {}).get(language),
        "from": instant_in_words(detail["from"]) if kind == "due_set" else label(language, changed, detail.get("from")),
        "to": instant_in_words(detail["to"]) if kind == "due_set" else label(language, changed, detail.get("to")),
        "clock": label(language, "clock", detail.get("clock") or re.split("[./]", str(detail.get("moment", "")))[0]),
        "never_due": _labels(language, "clock", detail.get("never_due", ())),
        **_of_branches(context, detail, steps, language),
        "told": _members(context, detail.get("told", ()), language),
        "copied": _members(context, detail.get("copied", ()), language),
        "link": label(language, "link_kind", detail.get("link")),
        "rewarded": sum(reward["points"] for reward in detail.get("rewarded", ())),
        "unrewarded": label(language, "unrewarded", detail.get("unrewarded")),
        "ignored": _labels(language, "ignored", detail.get("ignored", ())),
        "assigned": in_short(context, detail["assigned"], language) if "assigned" in detail else None,
        "key": detail.get("key") or detail.get("receipt"),
        "state": label(language, "linked_state", detail.get("state")),
    }


def _answer(steps: Runs, row: Row, language: str) -> str | None:
    """With what a step, or the branch of one, was left."""
    detail = row["detail"]
    run, outcome = steps.get(detail.get("branch") or detail.get("step") or row["step"]), detail.get("outcome")
    return outcome and outcome_title(run["outcome_titles"] if run else {}, outcome, language)


def _members(context: Context, keys: Iterable[str], language: str) -> str:
    return _listed(language, (member_name(context, key, language) or key for key in keys))


def _labels(language: str, section: str, codes: Iterable[str]) -> str:
    return _listed(language, (label(language, section, code) or code for code in codes))


def _listed(language: str, words: Iterable[str]) -> str:
    return say(language, "event_part.comma").join(words)


def _of_branches(context: Context, detail: Mapping[str, Any], steps: Runs, language: str) -> dict[str, Any]:
    """The values that tell of steps which run side by side."""
    return {
        "branch": _step(steps, detail.get("branch"), language),
        "branches": _listed(language, (_begun(context, each, steps, language) for each in detail.get("branches", ()))),
        "ended": _listed(language, (_step(steps, key, language) or key for key in detail.get("ended", ()))),
        "withdrawn": _listed(language, (_step(steps, key, language) or key for key in detail.get("withdrawn", ()))),
        "joined": _step(steps, detail.get("joined"), language),
    }


def _begun(context: Context, branch: Mapping[str, Any], steps: Runs, language: str) -> str:
    """A branch that began, and with whom."""
    title = str(_step(steps, branch["step"], language))
    having = member_name(context, branch["member"], language) or _team(context, branch["team"], language)
    part = "event_part.unassigned" if branch.get("unassigned") else "event_part.branch"
    return sentence(language, part, {"step": title, "with": having}) if having else title


def _actor(context: Context, row: Row, language: str) -> str | None:
    if row["actor_kind"] == "member":
        return member_name(context, row["actor"], language)
    if row["actor_kind"] == "integration":
        return str(row["actor"])
    return label(language, "actor", row["actor_kind"])


def _team(context: Context, key: str | None, language: str) -> str | None:
    team = context.directory.teams.get(key or "")
    return context.title(team.titles, language) if team else key


def _step(steps: Runs, key: str | None, language: str) -> str | None:
    return steps[key]["title"][language] if key is not None and key in steps else key
