"""The items of one answer with all that is selected below them, in as many statements for many items as for one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from voxloop.domain.clocks import OpenTime
from voxloop.graphql.feedback import TIMELINE, Feedback, checked_last
from voxloop.graphql.lookahead import Selection
from voxloop.graphql.nodes import global_id, made
from voxloop.graphql.verdicts import Judging, load_judging
from voxloop.store import (
    attachments,
    calendars,
    clocks,
    corrections,
    customers,
    decisions,
    documents,
    duplicates,
    events,
    first_contact,
    following,
    installation,
    item_links,
    linked_items,
    messages,
    presence,
    rewards,
    steps,
    surveys,
)
from voxloop.store.sessions import Row, Session

_Load = Callable[[Session, list[UUID]], Awaitable[Sequence[Row]]]
_STEPS = ("steps", "step", "steps.branches", "step.branches")


def _of_steps(*fields: str) -> tuple[str, ...]:
    return tuple(f"{step}.{field}" for step in _STEPS for field in fields)


_LOADS: Mapping[str, tuple[_Load, tuple[str, ...]]] = {
    "attachments": (attachments.of_items, ("attachments",)),
    "steps": (steps.of_items, ("steps", "step", "timeline.sentence", "clocks.step", "clocks.verdicts")),
    "assignments": (steps.assignments_of, ("assignments", *_of_steps("assignments", "owner"))),
    "clocks": (clocks.of_items, ("clocks", *_of_steps("dueAt"))),
    "clock_events": (clocks.events_of_items, ("clocks.events",)),
    "messages": (messages.of_items, ("messages",)),
    "linked_items": (linked_items.of_items, ("linkedItems",)),
    "decisions": (decisions.of_items, ("decision", "decisions")),
    "corrections": (corrections.of_items, ("corrections",)),
    "rewards": (rewards.of_items, ("rewards",)),
    "surveys": (surveys.of_items, ("survey",)),
    "first_contact": (first_contact.of_items, ("firstContactResolution",)),
    "links": (item_links.of_items, ("links",)),
    "merged_into": (duplicates.merged_into, ("mergedInto",)),
    "merged": (duplicates.merged_items, ("merged",)),
    "followers": (following.of_items, ("followers", "followedByMe")),
    "presence": (presence.of_items, ("presence",)),
}


_TIMED = ("clocks.state", "clocks.elapsedSeconds", "clocks.remainingSeconds")
_PINS = {"process": ("process", "closingReason"), "rule_set": ("ruleSet",)}


@dataclass(frozen=True)
class Needs:
    """What a selection needs below items; ``last``: how many events of each, None for none, and whether ``whole``."""

    relations: frozenset[str] = frozenset()
    last: int | None = None
    whole: bool = False
    customers: bool = False
    pins: tuple[str, ...] = ()
    hours: bool = False
    calendars: bool = False
    verdicts: bool = False


@dataclass
class Page:
    """What lies below the items: rows by relation and item, and what they refer to by its id."""

    relations: dict[str, dict[UUID, list[Row]]] = field(default_factory=dict)
    customers: dict[UUID | None, Row] = field(default_factory=dict)
    documents: dict[int | None, Row] = field(default_factory=dict)
    hours: dict[tuple[int, str], OpenTime] = field(default_factory=dict)
    secret: str = ""
    judging: Judging = field(default_factory=Judging)

    def below(self, relation: str, item: UUID) -> Sequence[Row]:
        """The rows of a relation that was selected."""
        return self.relations.get(relation, {}).get(item, ())


async def feedback_page(session: Session, rows: Sequence[Row], selection: Selection) -> list[Feedback]:
    """Items from their rows, each ready to answer all of ``selection`` without another statement."""
    page = await load_page(session, rows, needs(selection))
    return [on_page(row, page) for row in rows]


def on_page(row: Row, page: Page) -> Feedback:
    """The item of a row whose page is loaded."""
    return made(Feedback, row, id=global_id("Feedback", row["id"]), row=row, page=page)


def needs(selection: Selection) -> Needs:
    """What has to be loaded to answer all of ``selection``."""
    relations = frozenset(name for name, (_, paths) in _LOADS.items() if any(path in selection for path in paths))
    timeline = selection.at("timeline")
    last = checked_last(timeline.most("last", TIMELINE)) if "timeline" in selection else None
    pins = tuple(column for column, names in _PINS.items() if any(name in selection for name in names))
    whole = any(name in timeline for name in ("sentence", "changes", "detail"))
    hours = any(path in selection for path in _TIMED)
    return Needs(
        relations,
        last,
        whole,
        customers="customer" in selection,
        pins=pins,
        hours=hours,
        calendars="clocks.calendar" in selection,
        verdicts="clocks.verdicts" in selection,
    )


async def load_page(session: Session, rows: Sequence[Row], needed: Needs) -> Page:
    """What lies below these items."""
    page = Page()
    if rows:
        await _load_relations(session, page, [row["id"] for row in rows], needed)
        await _load_references(session, page, rows, needed)
    return page


async def _load_relations(session: Session, page: Page, items: list[UUID], needed: Needs) -> None:
    loads = {name: load for name, (load, _) in _LOADS.items() if name in needed.relations}
    if needed.last is not None:
        loads["events"] = partial(events.newest, last=needed.last, whole=needed.whole)
    for name, load in loads.items():
        by_item = page.relations.setdefault(name, {})
        for row in await load(session, items):
            by_item.setdefault(row["item"], []).append(row)


async def _load_references(session: Session, page: Page, rows: Sequence[Row], needed: Needs) -> None:
    if needed.customers:
        found = await customers.of_ids(session, _distinct(rows, "customer"))
        page.customers = {row["id"]: row for row in found}
    if "attachments" in needed.relations:
        page.secret = await installation.secret_of(session)
    timed = [row for of_item in page.relations.get("clocks", {}).values() for row in of_item if row["calendar"]]
    pins = {id_ for column in needed.pins for id_ in _distinct(rows, column)}
    if needed.calendars:
        pins |= _distinct(timed, "calendar")
    if pins:
        page.documents = {row["id"]: row for row in await documents.titles(session, pins)}
    if needed.hours and timed:
        page.hours = await _hours(session, timed)
    if needed.verdicts:
        clocked, runs = ([*chain(*page.relations[name].values())] for name in ("clocks", "steps"))
        page.judging = await load_judging(session, clocked, runs)


async def _hours(session: Session, timed: Sequence[Row]) -> dict[tuple[int, str], OpenTime]:
    """What these clocks count in, by calendar and time zone."""
    rows = await documents.bodies(session, _distinct(timed, "calendar"))
    bodies = {row["id"]: row["body"] for row in rows}
    pairs = {(row["calendar"], row["zone"]) for row in timed}
    return {(version, zone): calendars.hours_of(bodies[version], zone) for version, zone in pairs}


def _distinct(rows: Sequence[Row], column: str) -> set[Any]:
    return {row[column] for row in rows} - {None}
