"""The timeline, as the schema shows it: each event with a sentence in the reader's language."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

import strawberry
from strawberry.scalars import JSON

from voxloop.domain.process import CLOSE
from voxloop.domain.rights import SHOWN_TO_CUSTOMERS
from voxloop.domain.texts import label, sentence, texts
from voxloop.graphql.arguments import InLanguage
from voxloop.graphql.context import Context, Info
from voxloop.graphql.enums import ActorKind
from voxloop.graphql.fields import resolver
from voxloop.graphql.nodes import made
from voxloop.store.sessions import Row

Runs = Mapping[str, Row]
# What an event may say besides: what rules did in its turn. Its own sentence may say some of it.
_BESIDES = ("fired", "copied", "rewarded", "unrewarded", "ignored")
# Of the details of an event, what its sentence needs where the customer reads it.
_FOR_CUSTOMERS = ("outcome",)


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


def event(row: Row, steps: Runs) -> Event:
    """An event from its row; ``steps``: the item's step runs by the step's key."""
    return made(Event, row, row=row, steps=steps)


def for_customers(rows: Iterable[Row]) -> list[Row]:
    """Of some events, those that concern the customer, without what is between colleagues."""
    shown = [row for row in rows if row["kind"] in SHOWN_TO_CUSTOMERS]
    return [cast(Row, {**row, "detail": _shown_detail(row.get("detail", {}))}) for row in shown]


def _shown_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {name: detail[name] for name in _FOR_CUSTOMERS if name in detail}


def said(context: Context, row: Row, steps: Runs, language: str) -> str:
    """What happened, in one sentence, and what rules did besides."""
    key = f"event.{row['kind']}"
    if key not in texts(language):
        return str(row["kind"])
    params, own = _params(context, row, steps, language), texts(language)[key]
    besides = [name for name in _BESIDES if row["detail"].get(name) and f"{{{name}}}" not in own]
    keys = (key, *(f"beside.{name}" for name in besides))
    return "".join(sentence(language, each, params) for each in keys)


def _params(context: Context, row: Row, steps: Runs, language: str) -> dict[str, Any]:
    changes, detail, kind = row["changes"], row["detail"], row["kind"]
    changed = kind.partition("_")[0]  # of priority_changed and type_changed, the labels' section
    step, outcome = detail.get("step") or row["step"], detail.get("outcome")
    member = detail.get("member") or changes.get("owner")
    team = detail.get("team") or changes.get("team") or (steps[step]["team"] if step in steps else None)
    return {
        "actor": _actor(context, row, language),
        "with": _member(context, member, language) or _team(context, team, language),
        "step": _step(steps, step, language),
        "round": row["round"],
        "channel": label(language, "channel", changes.get("channel")),
        "type": label(language, "type", changes.get("type")),
        "fired": ", ".join(detail.get("fired", ())),
        "outcome": label(language, "outcome" if kind == "closed" else "answer", outcome),
        "next": label(language, "stage", "closed") if outcome == CLOSE else _step(steps, outcome, language),
        "because": detail.get("because", {}).get(language),
        "from": label(language, changed, detail.get("from")),
        "to": label(language, changed, detail.get("to")),
        "tag": detail.get("tag"),
        "clock": label(language, "clock", str(detail.get("moment", "")).partition(".")[0]),
        "told": ", ".join(_member(context, key, language) or key for key in detail.get("told", ())),
        "copied": ", ".join(_member(context, key, language) or key for key in detail.get("copied", ())),
        "rewarded": sum(reward["points"] for reward in detail.get("rewarded", ())),
        "unrewarded": label(language, "unrewarded", detail.get("unrewarded")),
        "ignored": ", ".join(label(language, "ignored", each) or each for each in detail.get("ignored", ())),
        "level": detail.get("level"),
        "key": detail.get("key") or detail.get("receipt"),
        "state": label(language, "linked_state", detail.get("state")),
    }


def _actor(context: Context, row: Row, language: str) -> str | None:
    if row["actor_kind"] == "member":
        return _member(context, row["actor"], language)
    if row["actor_kind"] == "integration":
        return str(row["actor"])
    return label(language, "actor", row["actor_kind"])


def _member(context: Context, key: str | None, language: str) -> str | None:
    member = context.directory.members.get(key or "")
    return context.title(member.names, language) if member else key


def _team(context: Context, key: str | None, language: str) -> str | None:
    team = context.directory.teams.get(key or "")
    return context.title(team.titles, language) if team else key


def _step(steps: Runs, key: str | None, language: str) -> str | None:
    return steps[key]["title"][language] if key is not None and key in steps else key
