"""What a customer may know of her feedback: what was said to her, what happened, what she can do, what comes next.

What stands between colleagues (notes, owners, escalations, internal limits) is not here, so no page can show it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voxloop.domain.feedback import Stage
from voxloop.domain.guard import refusal
from voxloop.domain.limits import ClockName
from voxloop.domain.loop import Act, Attributes, Plan, Verb
from voxloop.domain.relations import SurveyKind
from voxloop.domain.rights import SHOWN_TO_CUSTOMERS
from voxloop.domain.texts import label, say, sentence
from voxloop.store import clocks, events, messages, surveys
from voxloop.store.sessions import Row, Session

# The acknowledgement says no more than the page itself.
_NOT_SHOWN = ("acknowledge",)
_PROMISES = (ClockName.FIRST_RESPONSE, ClockName.NEXT_REPLY, ClockName.RESOLUTION)


@dataclass(frozen=True)
class Said:
    """Words between her and us."""

    theirs: bool
    at: datetime
    text: str


@dataclass(frozen=True)
class Happened:
    """Something that happened, as she is told."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Next:
    """What comes next: a text under ``progress_next``, and by when if that is known."""

    key: str
    at: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """``moments``: when something is due, by name; ``clocks``: those that run."""

    item: Row
    plan: Plan
    moments: Mapping[str, datetime]
    clocks: Sequence[Row]
    events: Sequence[Row]
    messages: Sequence[Row]
    survey: Row | None = None

    @property
    def closed(self) -> bool:
        return bool(self.item["stage"] == Stage.CLOSED)

    def may(self, verb: str) -> bool:
        """Whether that act is possible now."""
        return refusal(Act(Verb(verb), "customer", ""), self.plan) is None

    @property
    def scores(self) -> range:
        """What she can answer the survey with."""
        least, most = SurveyKind(self.survey["kind"]).range if self.survey is not None else (0, -1)
        return range(least, most + 1)

    def happened(self, language: str) -> list[Happened]:
        """Her timeline, the newest first."""
        shown = [event for event in reversed(self.events) if event["kind"] in SHOWN_TO_CUSTOMERS]
        return [Happened(event["at"], _told(event, language)) for event in shown]

    def said(self) -> list[Said]:
        """All words between her and us after the first, in order."""
        by_id = {row["id"]: row for row in self.messages}  # a message has a row for each receipt
        public = [row for row in by_id.values() if row["visibility"] == "public" and row["purpose"] not in _NOT_SHOWN]
        return [Said(row["direction"] == "in", row["at"], row["text"]) for row in public]

    def next(self, now: datetime) -> Next:
        """What comes next."""
        if self.plan.together:
            return Next("together")
        if self.closed:
            return Next("reopen", self.moments.get("finish")) if self.may(Verb.REOPEN) else Next("nothing")
        if self.may(Verb.CONFIRM):
            return Next("confirm", self.moments.get("silent"))
        if self.plan.asks or self.item["stage"] == Stage.WAITING_CUSTOMER:
            return Next("answer", self.moments.get("silent"))
        return self._promise(now)

    def _promise(self, now: datetime) -> Next:
        running = {clock["name"]: clock for clock in self.clocks if clock["due_at"] and clock["paused_at"] is None}
        for name in _PROMISES:
            if name in running:
                due: datetime = running[name]["due_at"]
                return Next(name, due) if due > now else Next("late")
        return Next("working")


async def read_progress(session: Session, item: Row) -> Progress:
    """How it goes with an item, from its row."""
    id_ = item["id"]
    told: dict[str, Any] = await events.last_plan(session, id_) or {}
    plan = Plan(
        version=item["version"],
        kind=told.get("kind"),
        asks=told.get("asks", False),
        finished=item["finished_at"] is not None,
        survey=told.get("survey"),
        merged=told.get("merged", False),
        together=told.get("together", False),
        attributes=Attributes(stage=item["stage"]),
    )
    moments = {each["name"]: datetime.fromisoformat(each["at"]) for each in told.get("moments", ())}
    happened, said = await events.of_items(session, [id_]), await messages.of_items(session, [id_])
    survey = await surveys.get(session, id_, item["round"])
    return Progress(item, plan, moments, await clocks.running(session, id_), happened, said, survey)


def _told(event: Row, language: str) -> str:
    outcome = label(language, "progress_outcome", event["detail"].get("outcome"))
    return sentence(language, f"progress_event.{event['kind']}", {"outcome": outcome})


def when(instant: datetime, language: str) -> str:
    """An instant for people, in the time zone of this server: ``2026-11-22 17:30 (UTC+08:00)``."""
    local = instant.astimezone()
    zone = f"{local:%z}"
    return say(
        language, "progress.instant", date=f"{local:%Y-%m-%d}", time=f"{local:%H:%M}", zone=f"{zone[:3]}:{zone[3:5]}"
    )
